"""Unpacking archives that are not trusted: no member may leave its folder, and every size is bounded."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final
from zipfile import ZipFile, ZipInfo

from voiced.core.errors import ModelError

MAX_MEMBERS: Final = 10_000
MAX_RATIO: Final = 100
"""Unpacked bytes per byte of the archive; deflate reaches 1032 on zeros, models stay below 10."""

CHUNK_BYTES: Final = 1 << 20


def unpack_folder(archive: Path, folder: str, into: Path, bytes_at_most: int) -> None:
    """Write what lies under `folder` in a zip to the new folder `into`; raises ModelError, leaving no rule bent."""
    with _opened(archive) as zipped:
        members = _checked_members(archive, zipped)
        root = PurePosixPath(folder)
        wanted = {PurePosixPath(m.filename).relative_to(root): m for m in members if _is_file_under(m, root)}
        if not wanted:
            raise _refused(archive, f"it has no folder {folder!r}")
        if sum(member.file_size for member in wanted.values()) > bytes_at_most:
            raise _refused(archive, f"it unpacks to more than {bytes_at_most} bytes")
        into.mkdir(parents=True)
        for path, member in wanted.items():
            target = into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(zipped, member, target)


def unpack_member(archive: Path, name: str, target: Path, bytes_at_most: int) -> None:
    """Write the one member `name` of a zip to the file `target`; raises ModelError."""
    with _opened(archive) as zipped:
        found = [member for member in _checked_members(archive, zipped) if member.filename == name]
        if not found:
            raise _refused(archive, f"it has no member {name!r}")
        if found[0].file_size > bytes_at_most:
            raise _refused(archive, f"{name!r} unpacks to more than {bytes_at_most} bytes")
        _write(zipped, found[0], target)


@contextmanager
def _opened(archive: Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(archive) as zipped:
            yield zipped
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _refused(archive, f"it is damaged: {error}") from error


def _checked_members(archive: Path, zipped: ZipFile) -> list[ZipInfo]:
    members = zipped.infolist()
    if len(members) > MAX_MEMBERS:
        raise _refused(archive, f"it has {len(members)} members")
    if sum(member.file_size for member in members) > MAX_RATIO * archive.stat().st_size:
        raise _refused(archive, "it unpacks to far more than it holds")
    seen: set[PurePosixPath] = set()
    for member in members:
        flaw = _flaw(member)
        path = PurePosixPath(member.filename)
        if path in seen:
            flaw = "it stands there twice"
        seen.add(path)
        if flaw:
            raise _refused(archive, f"member {member.filename!r}: {flaw}")
    return members


def _flaw(member: ZipInfo) -> str | None:
    """Why a member can't be trusted, or None."""
    # orig_filename is as the archive has it; filename was cut at a NUL.
    path = PurePosixPath(member.orig_filename)
    if path.is_absolute() or ".." in path.parts or "\\" in member.orig_filename or "\0" in member.orig_filename:
        return "it would leave its folder"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is neither a file nor a folder"
    if member.flag_bits & 1:
        return "it is encrypted"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "its compression is unknown"
    return None


def _is_file_under(member: ZipInfo, root: PurePosixPath) -> bool:
    return not member.is_dir() and root in PurePosixPath(member.filename).parents


def _write(zipped: ZipFile, member: ZipInfo, target: Path) -> None:
    # ZipExtFile stops at the stated file_size, so the sums that were checked hold while reading too.
    with zipped.open(member) as source, target.open("wb") as sink:
        while chunk := source.read(CHUNK_BYTES):
            sink.write(chunk)


def _refused(archive: Path, reason: str) -> ModelError:
    return ModelError(
        "archive-refused",
        f"{archive.name} was not unpacked: {reason}. Fetch it again, or use a model of your own (see the settings).",
    )
