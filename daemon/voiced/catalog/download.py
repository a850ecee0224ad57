"""One file from one address: resumed where it broke off, retried within bounds, never more bytes than expected."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from voiced import __version__

if TYPE_CHECKING:
    import httpx

READ_TIMEOUT_S: Final = 20.0
"""A source that sends nothing for this long counts as broken off."""

LEAST_BYTES_A_SECOND: Final = 10_000
WINDOW_S: Final = 30.0
"""A source that is slower than that for so long is left for the next one: 491 MB would take it more than half a day."""

INDEX_TIMEOUT_S: Final = 60.0
"""A package index that takes longer for one page is left for the next one."""

ATTEMPTS: Final = 4
"""Attempts in a row that bring less than PROGRESS_BYTES, after which a source is given up."""

PROGRESS_BYTES: Final = 1 << 20
FIRST_PAUSE_S: Final = 0.5
"""Wait before the second attempt; doubled for each further one."""

MAX_INDEX_BYTES: Final = 16 << 20
"""A package index's page of one project is at most this long."""


class SourceError(Exception):
    """This source can't give the file; the message tells why. It never leaves the room: the next source is tried."""


class BrokenOffError(Exception):
    """The transfer stopped half-way or the server is busy: another attempt may go on from there."""


def client(connect_timeout_s: float) -> "httpx.AsyncClient":
    """An HTTP client that follows redirects and gives up on a source that doesn't answer in time."""
    import httpx  # takes longer than most commands, and hardly any needs it

    return httpx.AsyncClient(
        timeout=httpx.Timeout(READ_TIMEOUT_S, connect=connect_timeout_s),
        follow_redirects=True,
        headers={"User-Agent": f"voiced/{__version__}"},
    )


async def download(
    http: "httpx.AsyncClient", url: str, part: Path, expected_bytes: int, advance: Callable[[int], None]
) -> None:
    """Bring `part` to `expected_bytes`, going on from what it holds; raises SourceError.

    `advance` is told how many bytes are there.
    """
    failures = 0
    while True:
        before = _bytes_in(part)
        try:
            await _transfer(http, url, part, expected_bytes, advance)
        except BrokenOffError as error:
            gained = _bytes_in(part) - before
            failures = 1 if gained >= PROGRESS_BYTES else failures + 1
            if failures >= ATTEMPTS:
                raise SourceError(str(error)) from error
            await asyncio.sleep(FIRST_PAUSE_S * 2 ** (failures - 1))
        else:
            return


async def _transfer(
    http: "httpx.AsyncClient", url: str, part: Path, expected_bytes: int, advance: Callable[[int], None]
) -> None:
    import httpx

    have = _bytes_in(part)
    if have == expected_bytes:
        return
    if have > expected_bytes:
        have = 0
    # Compressed transfer would make Content-Length and ranges those of other bytes.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        async with asyncio.timeout(READ_TIMEOUT_S) as patience, http.stream("GET", url, headers=headers) as response:
            patience.reschedule(None)
            start = _start_of(response, have, expected_bytes)
            await _write(response, part, start, expected_bytes, advance)
    except TimeoutError as error:
        raise BrokenOffError(f"doesn't answer within {READ_TIMEOUT_S:g} seconds") from error
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise SourceError(f"can't be reached: {_reason(error)}") from error
    except httpx.TooManyRedirects as error:
        raise SourceError("redirects in a circle") from error
    except httpx.TransportError as error:
        raise BrokenOffError(f"the transfer broke off: {_reason(error)}") from error


def _start_of(response: "httpx.Response", have: int, expected_bytes: int) -> int:
    """Where the response's bytes begin in the file: `have`, or 0 from a server that can't resume."""
    import httpx

    status = response.status_code
    if status in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.REQUEST_TIMEOUT) or status >= httpx.codes(500):
        raise BrokenOffError(f"answers {status}")
    if status == httpx.codes.PARTIAL_CONTENT:
        match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if not match or int(match[1]) != have:
            raise SourceError("resumes at another place than it was asked to")
        start, whole = have, match[2]
    elif status == httpx.codes.OK:
        start, whole = 0, response.headers.get("Content-Length", "*")
    else:
        raise SourceError(f"answers {status}")
    if whole not in ("*", str(expected_bytes)):
        raise SourceError(f"has a file of another size ({whole} bytes instead of {expected_bytes})")
    return start


async def _write(
    response: "httpx.Response", part: Path, start: int, expected_bytes: int, advance: Callable[[int], None]
) -> None:
    done, pace = start, _Pace(start)
    with part.open("ab" if start else "wb") as sink:
        async for chunk in response.aiter_raw():
            done += len(chunk)
            if done > expected_bytes:
                raise SourceError(f"sends more than the file's {expected_bytes} bytes")
            sink.write(chunk)
            advance(done)
            pace.check(done)
    if done < expected_bytes:
        raise BrokenOffError(f"the transfer broke off at {done} of {expected_bytes} bytes")


class _Pace:
    """Looks, once a window, whether enough has come in it."""

    def __init__(self, done: int) -> None:
        self._since = asyncio.get_running_loop().time()
        self._before = done

    def check(self, done: int) -> None:
        """Raise SourceError where the window that ends now brought too few bytes."""
        now = asyncio.get_running_loop().time()
        if (seconds := now - self._since) < WINDOW_S:
            return
        if (speed := (done - self._before) / seconds) < LEAST_BYTES_A_SECOND:
            raise SourceError(f"is too slow ({speed:.0f} bytes a second)")
        self._since, self._before = now, done


async def get_json(http: "httpx.AsyncClient", url: str, accept: str) -> Any:
    """A small JSON document; raises SourceError."""
    import httpx

    try:
        async with (
            asyncio.timeout(INDEX_TIMEOUT_S),
            http.stream("GET", url, headers={"Accept": accept}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise SourceError(f"answers {response.status_code}")
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_INDEX_BYTES:
                    raise SourceError("sends far too long an answer")
            return json.loads(body)
    except TimeoutError as error:
        raise SourceError(f"takes longer than {INDEX_TIMEOUT_S:g} seconds") from error
    except ValueError as error:
        raise SourceError("doesn't answer in JSON") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceError(f"can't be reached: {_reason(error)}") from error


def _bytes_in(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
