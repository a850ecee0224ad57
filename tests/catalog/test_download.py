import asyncio
import random
from pathlib import Path

import pytest

from lab.file_server import Fault, FileServer
from voiced.catalog import download as module
from voiced.catalog.download import SourceError, client, download

BODY = random.Random(1).randbytes(50_000)


@pytest.fixture(autouse=True)
def _little_headway_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROGRESS_BYTES", 5_000)


@pytest.fixture(autouse=True)
def _served(server: FileServer) -> None:
    server.files["/model"] = BODY


def get(server: FileServer, part: Path, path: str = "/model") -> list[int]:
    told: list[int] = []

    async def run() -> None:
        async with client(1.0) as http:
            await download(http, server.url + path, part, len(BODY), told.append)

    asyncio.run(run())
    return told


def test_a_download_is_whole_and_told_of(server: FileServer, tmp_path: Path):
    told = get(server, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY
    assert told == sorted(told)
    assert told[-1] == len(BODY)


def test_a_broken_download_goes_on_where_it_stopped(server: FileServer, tmp_path: Path):
    server.faults["/model"] = [Fault(drop_after=20_000), Fault(drop_after=10_000)]
    get(server, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY
    assert server.gets("/model") == [0, 20_000, 30_000]
    assert server.sent["/model"] == len(BODY)


def test_what_an_earlier_process_left_is_not_asked_for_again(server: FileServer, tmp_path: Path):
    (tmp_path / "part").write_bytes(BODY[:30_000])
    told = get(server, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY
    assert server.gets("/model") == [30_000]
    assert server.sent["/model"] == 20_000
    assert told[0] > 30_000


def test_a_whole_part_needs_no_request(server: FileServer, tmp_path: Path):
    (tmp_path / "part").write_bytes(BODY)
    get(server, tmp_path / "part")
    assert server.requests == []


def test_a_part_longer_than_the_file_is_begun_again(server: FileServer, tmp_path: Path):
    (tmp_path / "part").write_bytes(BODY + b"more")
    get(server, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY


def test_a_server_that_ignores_range_starts_over(server: FileServer, tmp_path: Path):
    (tmp_path / "part").write_bytes(b"x" * 30_000)
    server.lasting["/model"] = Fault(ignore_range=True)
    get(server, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY


def test_a_flaky_connection_that_makes_headway_is_not_given_up(server: FileServer, tmp_path: Path):
    server.lasting["/model"] = Fault(drop_after=6_000)
    get(server, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY
    assert len(server.gets("/model")) == 9


def test_a_connection_without_headway_is_given_up(server: FileServer, tmp_path: Path):
    server.lasting["/model"] = Fault(drop_after=1_000)
    with pytest.raises(SourceError, match="broke off"):
        get(server, tmp_path / "part")
    assert len(server.gets("/model")) == module.ATTEMPTS


def test_a_drop_without_a_stated_length_is_noticed(server: FileServer, tmp_path: Path):
    server.faults["/model"] = [Fault(drop_after=20_000, no_length=True)]
    get(server, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY


def test_a_busy_server_is_asked_again(server: FileServer, tmp_path: Path):
    server.faults["/model"] = [Fault(status=503), Fault(status=429)]
    get(server, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY


def test_redirects_are_followed_and_keep_the_place(server: FileServer, tmp_path: Path):
    server.files["/moved"] = b""
    server.lasting["/moved"] = Fault(status=302, location="/model")
    (tmp_path / "part").write_bytes(BODY[:10_000])
    get(server, tmp_path / "part", "/moved")
    assert (tmp_path / "part").read_bytes() == BODY
    assert server.gets("/model") == [10_000]


def test_a_slow_server_is_waited_for(server: FileServer, tmp_path: Path):
    server.lasting["/model"] = Fault(pause_s=0.005)
    get(server, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY


def test_a_stalled_server_is_left_and_resumed(server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "READ_TIMEOUT_S", 0.1)
    server.faults["/model"] = [Fault(pause_s=0.3)]
    get(server, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY


def test_a_source_that_sends_a_few_bytes_a_second_is_left(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "WINDOW_S", 0.3)
    server.lasting["/model"] = Fault(pause_s=0.12)  # some 8,000 bytes a second
    with pytest.raises(SourceError, match=r"too slow \(\d{4} bytes a second\)"):
        get(server, tmp_path / "part")
    assert len(server.gets("/model")) == 1
    assert 1_000 <= (tmp_path / "part").stat().st_size <= 10_000  # the next source goes on from there


def test_a_source_that_drips_its_head_is_left(server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "READ_TIMEOUT_S", 0.2)
    server.faults["/model"] = [Fault(drip_s=0.05)]
    get(server, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY
    assert server.gets("/model") == [0, 0]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault(status=404), "answers 404"),
        (Fault(status=403), "answers 403"),
        (Fault(status=302, location="/model"), "circle"),
        (Fault(extra=b"tail"), "another size"),
        (Fault(extra=b"tail", no_length=True), "more than the file's 50000 bytes"),
        (Fault(status=302, location="http://127.0.0.1:1/model"), "can't be reached"),
    ],
)
def test_what_another_attempt_would_not_mend_is_given_up_at_once(
    server: FileServer, tmp_path: Path, fault: Fault, says: str
):
    server.lasting["/model"] = fault
    with pytest.raises(SourceError, match=says):
        get(server, tmp_path / "part")


def test_a_resume_at_another_place_is_refused(server: FileServer, tmp_path: Path):
    (tmp_path / "part").write_bytes(BODY[:100])
    server.lasting["/model"] = Fault(other_place=True)
    with pytest.raises(SourceError, match="another place"):
        get(server, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == BODY[:100]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "no-scheme", "http://[broken/", "http://127.0.0.1:1/x"])
def test_an_address_that_leads_nowhere_is_a_failed_source(tmp_path: Path, url: str):
    async def run() -> None:
        async with client(1.0) as http:
            await download(http, url, tmp_path / "part", 10, lambda _: None)

    with pytest.raises(SourceError, match="can't be reached"):
        asyncio.run(run())
