import os
from pathlib import Path

import pytest

from voiced.catalog import store as module
from voiced.catalog.catalog import Model, ModelFile, UrlSource
from voiced.catalog.store import STAMP, FileStamp, Stamp, Store
from voiced.core.errors import ModelError
from voiced.settings import Settings

SOURCES = (UrlSource(url="https://example.org/m"),)
FILE = ModelFile(name="m.gguf", bytes=5, md5="0" * 32, sources=SOURCES)
MODEL = Model(
    name="m", role="llm", engine="llama.cpp", languages=("en",), licence="MIT", profiles=(), files=(FILE,)
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store in which MODEL is installed."""
    store = Store(tmp_path / "models")
    folder = store.folder(MODEL)
    folder.mkdir(parents=True)
    (folder / "m.gguf").write_bytes(b"bytes")
    stamp = Stamp(digests={FILE.name: FILE.digest}, files={"m.gguf": FileStamp.of(folder / "m.gguf")})
    store.write_stamp(folder, stamp)
    return store


def change(path: Path, content: bytes, *, keep_mtime: bool) -> None:
    before = path.stat()
    path.write_bytes(content)
    later = before.st_mtime_ns + (0 if keep_mtime else 1_000_000_000)
    os.utime(path, ns=(later, later))


def test_an_installed_model_is_found_without_reading_it(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(module, "hash_file")
    assert store.state(MODEL) == "installed"
    assert store.require(MODEL) == store.directory / "m" / "m.gguf"


def test_a_touched_model_is_read_once_and_its_stamp_renewed(store: Store, monkeypatch: pytest.MonkeyPatch):
    change(store.path(MODEL), b"bytes", keep_mtime=False)
    assert store.state(MODEL) == "installed"
    monkeypatch.delattr(module, "hash_file")
    assert store.state(MODEL) == "installed"


@pytest.mark.parametrize("content", [b"byteX", b"byte", b""])
def test_a_changed_model_is_corrupt_and_says_what_to_do(store: Store, content: bytes):
    change(store.path(MODEL), content, keep_mtime=False)
    assert store.state(MODEL) == "corrupt"
    with pytest.raises(ModelError, match="voiced models fetch m") as raised:
        store.require(MODEL)
    assert raised.value.code == "model-corrupt"


def test_a_change_that_hides_its_time_is_found_by_verify(store: Store):
    change(store.path(MODEL), b"byteX", keep_mtime=True)
    assert store.state(MODEL) == "installed"
    assert store.verify(MODEL) == "corrupt"


def test_a_lost_file_is_corrupt(store: Store):
    store.path(MODEL).unlink()
    assert store.state(MODEL) == "corrupt"


@pytest.mark.parametrize("stamp", [None, "{", "{}", "[]"])
def test_a_folder_without_a_sound_stamp_is_corrupt(store: Store, stamp: str | None):
    path = store.folder(MODEL) / STAMP
    path.unlink() if stamp is None else path.write_text(stamp)
    assert store.state(MODEL) == "corrupt"


def test_another_edition_of_a_model_counts_as_missing(store: Store):
    newer = MODEL.model_copy(update={"files": (FILE.model_copy(update={"md5": "1" * 32}),)})
    assert store.state(newer) == "missing"


def test_a_missing_model_says_how_to_get_it(tmp_path: Path):
    with pytest.raises(ModelError, match="voiced models fetch m") as raised:
        Store(tmp_path).require(MODEL)
    assert raised.value.code == "model-missing"


def test_a_model_that_comes_with_a_package_is_bundled():
    model = MODEL.model_copy(update={"files": (), "bundled": "pocketsphinx/model/en-us"})
    store = Store(Path("/nowhere"))
    assert store.state(model) == store.verify(model) == "bundled"
    assert (store.require(model) / "cmudict-en-us.dict").is_file()


@pytest.mark.parametrize("place", ["pocketsphinx/model/xx", "no_such_package/model"])
def test_a_package_that_lacks_its_model_is_named(place: str):
    model = MODEL.model_copy(update={"files": (), "bundled": place})
    with pytest.raises(ModelError, match=f"package {place.split('/', maxsplit=1)[0]},.*install it again"):
        Store(Path("/nowhere")).require(model)


def test_a_store_that_can_not_be_written_is_read_all_the_same(store: Store, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "write_whole", refuse)
    change(store.path(MODEL), b"bytes", keep_mtime=False)
    assert store.state(MODEL) == "installed"


def test_a_locked_sha256_is_kept_per_file(store: Store):
    other = MODEL.model_copy(update={"name": "other"})
    assert store.locked_sha256(MODEL, FILE) is None
    store.lock_sha256(MODEL, FILE, "a" * 64)
    store.lock_sha256(other, FILE, "b" * 64)
    assert store.locked_sha256(MODEL, FILE) == "a" * 64
    assert store.locked_sha256(other, FILE) == "b" * 64


def test_a_damaged_lock_file_is_named(store: Store):
    (store.directory / "locked.json").write_text("{")
    with pytest.raises(ModelError, match=r"locked\.json is damaged"):
        store.locked_sha256(MODEL, FILE)


def test_the_settings_name_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Store.of(Settings()).directory == tmp_path / ".local/share/voiced/models"


def test_a_note_is_news_once_and_again_when_it_is_another(store: Store):
    store.directory.mkdir(parents=True, exist_ok=True)
    assert [store.is_news(note) for note in ("no hub", "no hub", "other", "other")] == [True, False, True, False]
    (store.directory / ".said").write_bytes(b"\xff")
    assert store.is_news("other")


def test_what_cannot_be_written_down_is_said_again(tmp_path: Path):
    (tmp_path / "file").touch()
    store = Store(tmp_path / "file" / "models")
    assert store.is_news("no hub")
    assert store.is_news("no hub")
