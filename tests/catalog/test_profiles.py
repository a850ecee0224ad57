import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.file_server import Fault, FileServer
from lab.small_models import BODY, Notes, a_file
from voiced.catalog.catalog import Catalog, Model, Role, UrlSource
from voiced.catalog.profiles import ChosenModels, ensure
from voiced.catalog.store import Store
from voiced.core.errors import ModelError
from voiced.settings import Settings

DEAD = "http://127.0.0.1:1"


def a_catalog(default_at: str, starter_at: str) -> Catalog:
    """The shape of the real catalogue, in small: `hub` and `index` are where its two profiles come from."""

    def model(name: str, role: Role, languages: tuple[str, ...], at: str, **more: Any) -> Model:
        kind = {"engine": {"llm": "llama.cpp", "stt": "vosk", "tts": "piper"}[role], "licence": "MIT"}
        source = {} if "bundled" in more else {"files": (a_file(UrlSource(url=f"{at}/model"), name=f"{name}.bin"),)}
        profile = "default" if at == default_at else "starter"
        return Model(name=name, role=role, languages=languages, profiles=(profile,), **(kind | source | more))

    return Catalog(
        models=(
            model("qwen", "llm", ("en", "zh"), default_at),
            model("vosk-en", "stt", ("en",), default_at),
            model("vosk-cn", "stt", ("zh",), default_at),
            model("lessac", "tts", ("en",), default_at),
            model("huayan", "tts", ("zh",), default_at),
            model("smol", "llm", ("en",), starter_at),
            model("sphinx", "stt", ("en",), starter_at, engine="pocketsphinx", bundled="pocketsphinx/model/en-us"),
            model("joe", "tts", ("en",), starter_at),
        )
    )


@pytest.fixture
def there(server: FileServer) -> Catalog:
    """A catalogue all of whose sources answer."""
    return a_catalog(f"{server.url}/hub", f"{server.url}/index")


@pytest.fixture
def no_hub(server: FileServer) -> Catalog:
    """A catalogue whose default models' hubs refuse connections."""
    return a_catalog(DEAD, f"{server.url}/index")


@pytest.fixture(autouse=True)
def _served(server: FileServer) -> None:
    server.files |= {"/hub/model": BODY, "/index/model": BODY}


@pytest.fixture
def silent_hub() -> Iterator[str]:
    """A hub that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def settings(store: Store, **sections: Any) -> Settings:
    models = {"directory": store.directory, "connect_timeout_s": 0.5} | sections.pop("models", {})
    return Settings(models=models, **sections)


def choose(wanted: Settings, catalog: Catalog, notes: Notes | None = None, **more: Any) -> ChosenModels:
    return asyncio.run(ensure(wanted, progress=notes or Notes(), catalog=catalog, **more))


def names(chosen: ChosenModels) -> set[str]:
    """The names of the fetched models that were chosen."""
    paths = [chosen.llm, *chosen.voices.values(), *(path for _, path in chosen.recognizers.values() if path)]
    return {path.parent.name for path in paths if path}


def test_auto_fetches_the_default_models_where_the_hubs_answer(store: Store, there: Catalog):
    chosen = choose(settings(store), there)
    assert (chosen.profile, chosen.note) == ("default", None)
    assert names(chosen) == {"qwen", "vosk-en", "vosk-cn", "lessac", "huayan"}
    assert {language: engine for language, (engine, _) in chosen.recognizers.items()} == {"en": "vosk", "zh": "vosk"}
    assert chosen.llm.read_bytes() == BODY


def test_auto_takes_the_starter_models_where_the_hubs_do_not_answer(store: Store, no_hub: Catalog):
    chosen = choose(settings(store), no_hub)
    assert chosen.profile == "starter"
    assert chosen.note == (
        "The model hubs can't be reached; using the starter models. "
        "For the better ones later: voiced models fetch --profile default"
    )
    assert chosen.recognizers == {"en": ("pocketsphinx", None)}
    assert names(chosen) == {"smol", "joe"}


def test_a_silent_hub_is_given_up_within_the_timeout(store: Store, server: FileServer, silent_hub: str):
    begun = time.monotonic()
    assert choose(settings(store), a_catalog(silent_hub, f"{server.url}/index")).profile == "starter"
    assert 0.5 <= time.monotonic() - begun < 1.5


def test_a_hub_that_answers_with_an_error_is_no_hub(store: Store, there: Catalog, server: FileServer):
    del server.files["/hub/model"]
    chosen = choose(settings(store), there)
    assert chosen.note
    assert chosen.note.startswith("The model hubs can't be reached;")
    assert server.gets("/hub/model") == []


def test_installed_default_models_need_no_network(store: Store, there: Catalog, server: FileServer):
    choose(settings(store), there)
    server.requests.clear()
    assert choose(settings(store), there).profile == "default"
    assert server.requests == []


def test_auto_falls_back_where_the_hub_answers_but_gives_nothing(store: Store, there: Catalog, server: FileServer):
    server.lasting["/hub/model"] = Fault(corrupt=True)
    notes = Notes()
    chosen = choose(settings(store), there, notes)
    assert chosen.profile == "starter"
    assert chosen.note
    assert chosen.note.startswith("The default models couldn't be fetched; using the starter models.")
    assert any("other bytes" in line for line in notes.lines)


def test_a_corrupt_default_model_is_told_of_and_not_used(store: Store, there: Catalog, no_hub: Catalog):
    broken = choose(settings(store), there).llm
    broken.write_bytes(b"broken")
    notes = Notes()
    assert choose(settings(store), no_hub, notes).profile == "starter"
    assert "The model qwen on the disk is not whole, so it isn't used" in notes.lines


def test_a_profile_that_is_asked_for_is_not_replaced(store: Store, no_hub: Catalog):
    with pytest.raises(ModelError, match="qwen could not be fetched"):
        choose(settings(store, models={"profile": "default"}), no_hub)
    assert choose(settings(store, models={"profile": "starter"}), no_hub).note is None


def test_without_hub_or_index_it_says_so(store: Store):
    with pytest.raises(ModelError, match=r"smol could not be fetched.*network"):
        choose(settings(store), a_catalog(DEAD, f"{DEAD}/index"))


def test_without_leave_to_fetch_it_takes_what_is_here(store: Store, there: Catalog, server: FileServer):
    with pytest.raises(ModelError, match="no models here yet; run `voiced models fetch`"):
        choose(settings(store), there, allow_fetch=False)
    choose(settings(store, models={"profile": "starter"}), there)
    server.requests.clear()
    chosen = choose(settings(store), there, allow_fetch=False)
    assert chosen.profile == "starter"
    assert chosen.note
    assert chosen.note.startswith("The default models aren't here; using the starter models.")
    assert server.requests == []


def test_chinese_needs_the_default_models(store: Store, no_hub: Catalog, server: FileServer):
    chinese = {"language": "zh"}
    with pytest.raises(ModelError, match=r"can't be reached, and the starter models don't know Chinese.*languages\.zh"):
        choose(settings(store, assistant=chinese), no_hub)
    with pytest.raises(ModelError, match=r"^The starter models don't know Chinese; run `voiced models fetch"):
        choose(settings(store, assistant=chinese, models={"profile": "starter"}), no_hub)
    assert server.requests == []


def own(tmp_path: Path, language: str) -> dict[str, Any]:
    """A recognizer and a voice of the user's own, on the disk."""
    (tmp_path / "vosk").mkdir()
    for name in ("voice.onnx", "voice.onnx.json", "mine.gguf"):
        (tmp_path / name).touch()
    texts = {"prompt": "p", "sorry": "s"}
    return {language: {"recognizer": tmp_path / "vosk", "voice": tmp_path / "voice.onnx", **texts}}


def test_own_models_stand_in_for_the_profiles_and_those_are_not_fetched(store: Store, there: Catalog, tmp_path: Path):
    mine = settings(store, llm={"model": tmp_path / "mine.gguf"}, languages=own(tmp_path, "en"))
    chosen = choose(mine, there)
    assert chosen.llm == tmp_path / "mine.gguf"
    assert chosen.recognizers["en"] == ("vosk", tmp_path / "vosk")
    assert chosen.voices["en"] == tmp_path / "voice.onnx"
    assert {path.name for path in store.directory.iterdir()} == {".fetch", "vosk-cn", "huayan"}


def test_own_models_make_the_starter_profile_speak_chinese(store: Store, no_hub: Catalog, tmp_path: Path):
    mine = settings(store, assistant={"language": "zh"}, languages=own(tmp_path, "zh"))
    chosen = choose(mine, no_hub)
    assert chosen.profile == "starter"
    assert chosen.recognizers == {"en": ("pocketsphinx", None), "zh": ("vosk", tmp_path / "vosk")}


@pytest.mark.parametrize(
    ("gone", "setting"),
    [
        ("mine.gguf", r"llm\.model"),
        ("vosk", r"languages\.en\.recognizer"),
        ("voice.onnx", r"languages\.en\.voice"),
        ("voice.onnx.json", r"languages\.en\.voice"),
    ],
)
def test_an_own_path_that_leads_nowhere_names_its_setting(
    store: Store, there: Catalog, tmp_path: Path, gone: str, setting: str
):
    mine = settings(store, llm={"model": tmp_path / "mine.gguf"}, languages=own(tmp_path, "en"))
    (tmp_path / gone).rename(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match=f"^{setting} names .*{gone}, but there is no such") as raised:
        choose(mine, there)
    assert raised.value.code == "own-model-missing"
    assert not store.directory.exists()


def test_one_role_can_be_had_whatever_the_others_lack(store: Store, there: Catalog, tmp_path: Path):
    mine = settings(store, llm={"model": tmp_path / "nowhere.gguf"})
    with pytest.raises(ModelError, match=r"llm\.model"):
        choose(mine, there)
    with pytest.raises(ModelError, match=r"llm\.model"):
        choose(mine, there, roles=["llm"])
    voices = choose(mine, there, roles=["tts"])
    assert (voices.llm, voices.recognizers, names(voices)) == (None, {}, {"lessac", "huayan"})
    ears = choose(mine, there, roles=["stt"])
    assert (ears.llm, ears.voices, names(ears)) == (None, {}, {"vosk-en", "vosk-cn"})
    assert not (store.directory / "qwen").exists()


def test_a_language_is_asked_only_of_the_roles_that_are_wanted(store: Store, no_hub: Catalog):
    chinese = settings(store, models={"profile": "starter"}, assistant={"language": "zh"})
    assert names(choose(chinese, no_hub, roles=["llm"])) == {"smol"}
    with pytest.raises(ModelError, match="don't know Chinese"):
        choose(chinese, no_hub, roles=["stt"])
