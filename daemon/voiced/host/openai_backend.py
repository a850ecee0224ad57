"""A model behind any server that speaks OpenAI's API: vLLM, SGLang, llama.cpp, `transformers serve`.

They differ in how an answer ends, where they count tokens, and whether they keep stops out of the text: everything
that was seen of them is taken, and only standard fields are sent.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from voiced.core.errors import HostError
from voiced.core.payloads import Line
from voiced.core.text import without_user
from voiced.host.backend import Ending, Parameters, Piece
from voiced.host.pieces import STOPS, Trimmer
from voiced.host.settings import OpenaiSettings
from voiced.secret_files import secret

if TYPE_CHECKING:
    import httpx

_LOG = logging.getLogger(__name__)

CONNECT_S: Final = 5.0
SILENCE_S: Final = 120.0
"""Longest pause between two bytes; the question's deadline usually strikes first."""
COUNT_S: Final = 0.5
"""How long the count of tokens, which some servers send after the end and some never do, is waited for."""


class OpenaiBackend:
    """Answers by asking a server over HTTP; one connection per running answer."""

    name: Final = "openai"
    alive: Final = True

    def __init__(self, settings: OpenaiSettings, capacity: int) -> None:
        self._settings = settings
        self._capacity = capacity
        self._client: httpx.AsyncClient | None = None

    @property
    def model(self) -> str:
        return Path(self._settings.model).name

    async def open(self) -> None:
        """Read the key; the server may come later. Raises SettingsError."""
        import httpx

        headers = {}
        if self._settings.api_key_file:
            key = secret("openai.api_key_file", self._settings.api_key_file)
            headers["Authorization"] = f"Bearer {key}"
        self._client = httpx.AsyncClient(
            base_url=self._settings.url.rstrip("/"),
            headers=headers,
            timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S),
            limits=httpx.Limits(max_connections=self._capacity + 1),
        )

    async def stream(self, messages: Sequence[Line], parameters: Parameters) -> AsyncGenerator[Piece | Ending, None]:
        import httpx

        assert self._client, "open comes first"
        answer, trimmer = _Answer(), Trimmer(STOPS)
        body = {
            "model": self._settings.model,
            "messages": [{"role": line.role, "content": line.content} for line in messages],
            "max_tokens": parameters.max_tokens,
            "temperature": parameters.temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        try:
            async with self._client.stream("POST", "/chat/completions", json=body) as response:
                await _accepted(response)
                async with aclosing(answer.texts(response.aiter_lines())) as texts:
                    async for text in texts:
                        if piece := trimmer.push(text):
                            yield Piece(piece)
                        if trimmer.stopped:
                            break
        except httpx.HTTPError as error:
            sentence = f"The server at {self._settings.url} failed: {str(error) or type(error).__name__}."
            raise HostError("backend-failed", without_user(sentence)) from error
        if piece := trimmer.end():
            yield Piece(piece)
        yield answer.ending(stopped=trimmer.stopped)

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()


class _Answer:
    """What a server's events say, as they come."""

    def __init__(self) -> None:
        self._finish: str | None = None
        self._usage: dict[str, Any] = {}
        self._texts = 0

    async def texts(self, lines: AsyncIterator[str]) -> AsyncGenerator[str, None]:
        """The texts of the events, until the end however it is told. Raises HostError."""
        async for event in _events(lines, self._counted):
            if "error" in event:
                _LOG.debug("the server told of an error: %s", event["error"])
                raise HostError("backend-failed", "The server failed in the middle of an answer; its log says why.")
            self._usage = event.get("usage") or self._usage
            for choice in event.get("choices") or ():
                self._finish = choice.get("finish_reason") or self._finish
                if text := (choice.get("delta") or {}).get("content"):
                    self._texts += 1
                    yield text
        if self._finish is None and not self._texts:
            raise HostError("backend-failed", "The server ended its answer before it began; its log may say why.")

    def ending(self, *, stopped: bool) -> Ending:
        """The end; a server that doesn't count sent about a token per text."""
        finish: Literal["stop", "length"] = "length" if self._finish == "length" and not stopped else "stop"
        return Ending(
            finish, int(self._usage.get("prompt_tokens", 0)), int(self._usage.get("completion_tokens", self._texts))
        )

    def _counted(self) -> bool | None:
        """None while the answer goes on; then whether its tokens were counted, too."""
        return None if self._finish is None else bool(self._usage)


async def _events(lines: AsyncIterator[str], ended: Any) -> AsyncGenerator[dict[str, Any], None]:
    """The JSON objects of a stream of server-sent events, until `[DONE]`, the close, or an end that is counted."""
    deadline: float | None = None
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                line = await anext(lines, None)
        except TimeoutError:
            return
        if line is None or line.strip() == "data: [DONE]":
            return
        if not line.startswith("data:"):
            continue
        try:
            event = json.loads(line.removeprefix("data:"))
        except ValueError as error:
            raise HostError("backend-failed", "The server sent something else than JSON: check openai.url.") from error
        if isinstance(event, dict):
            yield event
        counted = ended()
        if counted:
            return
        if counted is False and deadline is None:
            deadline = asyncio.get_running_loop().time() + COUNT_S


async def _accepted(response: "httpx.Response") -> None:
    """Raise HostError if the server refused. What it says may repeat the question, so it is only logged at debug."""
    if response.status_code == 200:  # noqa: PLR2004 -- OK
        return
    told = (await response.aread()).decode(errors="replace")
    _LOG.debug("the server refused: %s", told)
    code = "too-large" if response.status_code in (400, 413) and "context" in told else "backend-failed"
    advice = {401: "check openai.api_key_file", 404: "check openai.url and openai.model"}
    what = advice.get(response.status_code, "its log says why")
    raise HostError(code, f"The server refused with status {response.status_code}: {what}.")
