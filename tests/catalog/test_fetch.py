import hashlib
import shutil
from pathlib import Path

import pytest

from lab.file_server import Fault, FileServer, zip_of
from lab.small_models import BODY, CONFIG, a_file, a_model, get, sha256
from voiced.catalog.catalog import Model, ModelFile, Unpack, UrlSource
from voiced.catalog.fetch import FetchError
from voiced.catalog.store import Store
from voiced.core.errors import ModelError


def staged(store: Store) -> list[str]:
    return sorted(path.name for path in (store.directory / ".fetch" / "m").glob("*"))


def test_a_model_is_installed_whole(server: FileServer, store: Store):
    config = a_file(UrlSource(url=f"{server.url}/config"), name="m.gguf.json", content=CONFIG)
    model = a_model(a_file(UrlSource(url=f"{server.url}/model")), config)
    notes = get(store, model)
    assert store.verify(model) == "installed"
    assert store.require(model).read_bytes() == BODY
    assert (store.folder(model) / "m.gguf.json").read_bytes() == CONFIG
    assert not (store.directory / ".fetch" / "m").exists()
    assert ("m", len(BODY), len(BODY)) in notes.advanced
    assert notes.lines == ["Fetching m", "m is in place"]


def test_what_is_installed_is_not_fetched_again(server: FileServer, store: Store):
    model = a_model(a_file(UrlSource(url=f"{server.url}/model")))
    get(store, model)
    assert get(store, model).lines == []
    assert server.gets("/model") == [0]


def test_the_next_source_goes_on_where_the_first_gave_up(server: FileServer, store: Store):
    server.lasting["/model"] = Fault(drop_after=10_000)
    server.faults["/model"] = [Fault(drop_after=10_000), *[Fault(status=500)] * 3]
    model = a_model(a_file(UrlSource(url=f"{server.url}/model"), UrlSource(url=f"{server.url}/copy")))
    notes = get(store, model)
    assert store.require(model).read_bytes() == BODY
    assert server.gets("/copy") == [10_000]
    assert notes.lines[1] == "m.gguf: 127.0.0.1 answers 500"


def test_a_source_without_the_file_is_passed_over(server: FileServer, store: Store):
    sources = [UrlSource(url=f"{server.url}/none"), UrlSource(url=f"{server.url}/model")]
    model = a_model(a_file(*sources))
    assert get(store, model).lines[1] == "m.gguf: 127.0.0.1 answers 404"
    assert store.state(model) == "installed"


def test_corrupt_bytes_never_get_into_place(server: FileServer, store: Store):
    server.lasting["/model"] = Fault(corrupt=True)
    model = a_model(a_file(UrlSource(url=f"{server.url}/model")))
    with pytest.raises(FetchError, match=r"other bytes than the catalogue names.*voiced models fetch m"):
        get(store, model)
    assert store.state(model) == "missing"
    assert staged(store) == []
    assert server.gets("/model") == [0]


def test_after_corrupt_bytes_the_next_source_is_asked(server: FileServer, store: Store):
    server.lasting["/model"] = Fault(corrupt=True)
    model = a_model(a_file(UrlSource(url=f"{server.url}/model"), UrlSource(url=f"{server.url}/copy")))
    get(store, model)
    assert store.require(model).read_bytes() == BODY


def test_a_spoilt_half_is_dropped_and_the_source_asked_once_more(server: FileServer, store: Store):
    staging = store.directory / ".fetch" / "m"
    staging.mkdir(parents=True)
    (staging / "m.gguf.part").write_bytes(b"x" * 1000)
    model = a_model(a_file(UrlSource(url=f"{server.url}/model")))
    get(store, model)
    assert store.require(model).read_bytes() == BODY
    assert server.gets("/model") == [1000, 0]


def test_a_failed_fetch_keeps_what_arrived_for_the_next(server: FileServer, store: Store):
    config = a_file(UrlSource(url=f"{server.url}/config"), name="m.gguf.json", content=CONFIG)
    model = a_model(a_file(UrlSource(url=f"{server.url}/model")), config)
    server.lasting["/config"] = Fault(status=404)
    with pytest.raises(FetchError):
        get(store, model)
    assert store.state(model) == "missing"
    assert staged(store) == ["m.gguf"]
    server.lasting.clear()
    get(store, model)
    assert store.verify(model) == "installed"
    assert server.gets("/model") == [0]


def test_a_corrupt_model_is_replaced(server: FileServer, store: Store):
    model = a_model(a_file(UrlSource(url=f"{server.url}/model")))
    get(store, model)
    store.path(model).write_bytes(b"broken")
    assert "not whole" in get(store, model).lines[0]
    assert store.verify(model) == "installed"
    assert store.path(model).read_bytes() == BODY


def test_a_folder_is_unpacked(server: FileServer, store: Store):
    packed = zip_of({"model-1/am/final.mdl": BODY, "model-1/README": b"read me"})
    server.files["/model.zip"] = packed
    file = a_file(
        UrlSource(url=f"{server.url}/model.zip"),
        name="model.zip",
        content=packed,
        unpack=Unpack(folder="model-1", bytes_at_most=40_000),
    )
    model = a_model(file)
    get(store, model)
    assert store.require(model) == store.folder(model)
    assert (store.require(model) / "am/final.mdl").read_bytes() == BODY
    (store.require(model) / "README").unlink()
    assert store.state(model) == "corrupt"


def test_an_archive_that_breaks_a_rule_is_not_installed(server: FileServer, store: Store, tmp_path: Path):
    packed = zip_of({"model-1/README": b"x", "../../../evil": b"x"})
    server.files["/model.zip"] = packed
    unpack = Unpack(folder="model-1", bytes_at_most=40_000)
    model = a_model(a_file(UrlSource(url=f"{server.url}/model.zip"), name="m.zip", content=packed, unpack=unpack))
    with pytest.raises(ModelError, match="leave its folder"):
        get(store, model)
    assert store.state(model) == "missing"
    assert not list(tmp_path.rglob("evil"))


def md5_model(server: FileServer, content: bytes) -> Model:
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    source = UrlSource(url=f"{server.url}/model")
    return a_model(ModelFile(name="m.gguf", bytes=len(content), md5=md5, sources=(source,)))


def test_where_only_md5_is_known_the_sha256_is_locked(server: FileServer, store: Store):
    model = md5_model(server, BODY)
    get(store, model)
    assert store.locked_sha256(model, model.files[0]) == sha256(BODY)
    shutil.rmtree(store.folder(model))
    get(store, model)
    assert store.state(model) == "installed"


def test_bytes_of_the_same_md5_but_another_sha256_are_refused(server: FileServer, store: Store):
    model = md5_model(server, BODY)
    store.directory.mkdir()
    store.lock_sha256(model, model.files[0], "0" * 64)
    with pytest.raises(FetchError, match="other bytes"):
        get(store, model)
    assert store.state(model) == "missing"
