"""The backend that asks a server: one with each server's ways, and the real `transformers serve`."""

import asyncio
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import aclosing, suppress
from pathlib import Path

import pytest

from lab.broker import free_port
from lab.openai_server import Event, Served, delta, openai_server
from lab.tiny_glm import COUNT, QA, SYSTEM
from voiced.core.errors import HostError, SettingsError
from voiced.core.payloads import Line
from voiced.host.backend import Ending, Parameters, Piece
from voiced.host.openai_backend import COUNT_S, OpenaiBackend
from voiced.host.settings import OpenaiSettings

USAGE = {"usage": {"prompt_tokens": 9, "completion_tokens": 5}}
VLLM = [delta("", role="assistant"), delta("\n"), delta("Par"), delta("is."), delta("", "stop")]


@pytest.fixture
def served() -> Iterator[Served]:
    with openai_server() as server:
        yield server


async def pieces_of(settings: OpenaiSettings, *lines: Line, limit: int = 300) -> list[Piece | Ending]:
    backend = OpenaiBackend(settings, 4)
    await backend.open()
    try:
        return [piece async for piece in backend.stream(lines or (Line("user", "hi"),), Parameters(limit))]
    finally:
        await backend.close()


def answered(settings: OpenaiSettings, *lines: Line, limit: int = 300) -> tuple[str, Ending]:
    *texts, ending = asyncio.run(pieces_of(settings, *lines, limit=limit))
    assert isinstance(ending, Ending)
    return "".join(each.text for each in texts if isinstance(each, Piece)), ending


WAYS: dict[str, tuple[list[Event], tuple[str, Ending]]] = {
    "vLLM counts after the end": (
        [*VLLM, {"choices": []} | USAGE, "data: [DONE]", 5.0],
        ("Paris.", Ending("stop", 9, 5)),
    ),
    "vLLM doesn't count": ([*VLLM, "data: [DONE]", 5.0], ("Paris.", Ending("stop", 0, 3))),
    "transformers counts in the last chunk and closes": (
        [delta(role="assistant"), delta("\nParis."), delta(finish="stop") | USAGE],
        ("Paris.", Ending("stop", 9, 5)),
    ),
    "neither count nor close": ([delta("Paris."), delta(finish="length"), 5.0], ("Paris.", Ending("length", 0, 1))),
    "just closed": ([delta("Paris.")], ("Paris.", Ending("stop", 0, 1))),
    "comments and other fields": (
        [": ping", "event: x", "data:" + '{"choices": null}', delta("Paris."), "data: [DONE]"],
        ("Paris.", Ending("stop", 0, 1)),
    ),
    "stops within the text": ([delta("Paris.<|us"), delta("er|>More"), 5.0], ("Paris.", Ending("stop", 0, 2))),
}


@pytest.mark.parametrize(("events", "said"), WAYS.values(), ids=WAYS.keys())
def test_every_server_s_way_is_understood(served: Served, events: list[Event], said: tuple[str, Ending]):
    served.events = events
    began = time.monotonic()
    assert answered(OpenaiSettings(url=served.url)) == said
    assert time.monotonic() - began < COUNT_S + 1


def test_it_asks_with_standard_fields_and_its_key(served: Served, tmp_path: Path):
    (key := tmp_path / "key").write_text("secret\n")
    key.chmod(0o600)
    served.events = VLLM
    lines = (Line("system", SYSTEM), Line("user", "hi"))
    answered(OpenaiSettings(url=served.url + "/", model="glm-4", api_key_file=key), *lines, limit=7)
    assert served.keys == ["Bearer secret"]
    assert served.asked == [
        {
            "model": "glm-4",
            "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "hi"}],
            "max_tokens": 7,
            "temperature": 0.0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]


def test_leaving_an_answer_leaves_the_server(served: Served):
    served.events = [piece for _ in range(500) for piece in (delta("x"), 0.01)]

    async def main() -> None:
        backend = OpenaiBackend(OpenaiSettings(url=served.url), 4)
        await backend.open()
        async with aclosing(backend.stream([Line("user", "hi")], Parameters(9))) as pieces:
            await anext(pieces)
        assert await asyncio.to_thread(served.left.wait, 2)
        await backend.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("status", "body", "events", "code", "said"),
    [
        (401, "no", [], "backend-failed", "api_key_file"),
        (404, "no such model", [], "backend-failed", "openai.model"),
        (500, "hi there", [], "backend-failed", "status 500"),
        (400, "maximum context length is 8192", [], "too-large", "status 400"),
        (200, "", [delta("Par"), {"error": {"message": "out of memory"}}], "backend-failed", "in the middle"),
        (200, "", ["data: <html>"], "backend-failed", "openai.url"),
        (200, "", [], "backend-failed", "before it began"),
    ],
)
def test_a_server_s_trouble_is_told(
    served: Served, *, status: int, body: str, events: list[Event], code: str, said: str
):
    served.status, served.body, served.events = status, body, events
    with pytest.raises(HostError, match=said) as caught:
        answered(OpenaiSettings(url=served.url))
    assert caught.value.code == code
    assert "hi there" not in str(caught.value)


def test_a_server_that_is_away_and_a_key_that_is_not_there_are_told(tmp_path: Path):
    with pytest.raises(HostError, match="failed: "):
        answered(OpenaiSettings(url=f"http://127.0.0.1:{free_port()}/v1"))
    with pytest.raises(SettingsError, match="api_key_file"):
        answered(OpenaiSettings(api_key_file=tmp_path / "key"))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int):
    (key := tmp_path / "key").write_text("s3cret")
    key.chmod(mode)
    with pytest.raises(SettingsError, match=f"chmod 600 {key}"):
        answered(OpenaiSettings(api_key_file=key))


def test_systemd_keeps_a_key_by_name(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (key := tmp_path / "key").write_text("secret\n")
    key.chmod(0o440)  # how its ACL for the service's user looks
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    served.events = VLLM
    answered(OpenaiSettings(url=served.url, api_key_file=Path("key")))
    assert served.keys == ["Bearer secret"]


def test_neither_a_key_nor_a_user_is_shown(tmp_path: Path):
    for told in (Path("s3cret"), tmp_path / "s3cret"):
        with pytest.raises(SettingsError, match="never the secret itself") as caught:
            answered(OpenaiSettings(api_key_file=told))
        assert "s3cret" not in str(caught.value)
    with pytest.raises(HostError, match="failed: ") as failed:
        answered(OpenaiSettings(url=f"http://ann:s3cret@127.0.0.1:{free_port()}/v1"))
    assert not re.search("ann|s3cret", str(failed.value))


@pytest.fixture(scope="module")
def transformers_serve(tiny_glm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenaiSettings]:
    """The real server on the tiny GLM, once it answers."""
    port, log = free_port(), tmp_path_factory.mktemp("serve") / "log"
    command = [Path(sys.executable).parent / "transformers", "serve", tiny_glm, "--port", str(port), "--device", "cpu"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + 90
        while not _healthy(f"http://127.0.0.1:{port}/health"):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield OpenaiSettings(url=f"http://127.0.0.1:{port}/v1", model=str(tiny_glm))
    finally:
        process.kill()
        process.wait()


def _healthy(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url) as response:
        return bool(response.status == 200)
    return False


@pytest.mark.real
def test_transformers_serve_answers_exactly(transformers_serve: OpenaiSettings):
    for question, said in QA.items():
        text, ending = answered(transformers_serve, Line("system", SYSTEM), Line("user", question))
        assert text == said
        assert ending.finish == "stop"
        assert ending.answer_tokens > 0
        assert ending.prompt_tokens > 0


@pytest.mark.real
def test_transformers_serve_keeps_to_the_limit(transformers_serve: OpenaiSettings):
    text, ending = answered(transformers_serve, Line("user", COUNT), limit=10)
    assert QA[COUNT].startswith(text)
    assert ending.finish == "length"
