import re
from pathlib import Path

import pytest

from voiced.catalog.catalog import CHECKOUT, HubSource, UrlSource, WheelSource, load_catalog
from voiced.catalog.profiles import LANGUAGES
from voiced.core.errors import ModelError

CATALOG = load_catalog(CHECKOUT)
FILES = [(model, file) for model in CATALOG.models for file in model.files]
SOURCES = [(file, source) for _, file in FILES for source in file.sources]

MODEL = """
[[models]]
name = "m"
role = "llm"
engine = "llama.cpp"
languages = ["en"]
licence = "MIT"
profiles = []
"""
FILE = """
[[models.files]]
name = "f"
bytes = 1
sources = [{ url = "https://example.org/f" }]
"""


def test_the_default_profile_hears_and_speaks_every_language():
    models = CATALOG.profile("default")
    assert [m.name for m in models if m.role == "llm"] == ["qwen2.5-0.5b-instruct-q4_k_m"]
    for role in ("stt", "tts"):
        assert sorted(language for m in models if m.role == role for language in m.languages) == sorted(LANGUAGES)


def test_the_starter_profile_needs_only_python_packages():
    models = CATALOG.profile("starter")
    assert sorted((m.role, m.engine, m.languages) for m in models) == [
        ("llm", "llama.cpp", ("en",)),
        ("stt", "pocketsphinx", ("en",)),
        ("tts", "piper", ("en",)),
    ]
    sources = [source for m in models for file in m.files for source in file.sources]
    assert all(isinstance(source, WheelSource) for source in sources)


def test_names_are_unique():
    names = [model.name for model in CATALOG.models]
    assert len(set(names)) == len(names)
    for model in CATALOG.models:
        files = [file.name for file in model.files]
        assert len(set(files)) == len(files)


def test_a_piper_voice_has_its_config_beside_it():
    for model in CATALOG.models:
        if model.engine == "piper":
            onnx, config = model.files
            assert config.name == f"{onnx.name}.json"


def test_sources_are_pinned_and_encrypted():
    for file, source in SOURCES:
        if isinstance(source, HubSource):
            assert re.fullmatch(r"[0-9a-f]{40}", source.revision), source
        elif isinstance(source, UrlSource):
            assert source.url.startswith("https://")
        elif source.member is None:
            assert (source.bytes, source.sha256) == (file.bytes, file.sha256)
    for origin, mirrors in CATALOG.mirrors.items():
        assert all(address.startswith("https://") and address[-1] != "/" for address in (origin, *mirrors))


def test_a_whole_wheel_stays_within_what_is_allowed_to_unpack():
    for _, file in FILES:
        assert file.unpack is None or file.bytes < file.unpack.bytes_at_most


def test_an_unknown_model_lists_those_there_are():
    with pytest.raises(ModelError, match=r"no model 'gpt'.*vosk-small-cn-0\.22") as raised:
        CATALOG.model("gpt")
    assert raised.value.code == "model-unknown"


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        "[[models]]\nname = 'm'",
        MODEL,
        MODEL + "bundled = 'package/model'\n" + FILE + f"sha256 = '{'0' * 64}'",
        MODEL + FILE,
        MODEL + FILE + f"sha256 = '{'0' * 64}'\nmd5 = '{'0' * 32}'",
        MODEL + FILE + f"sha256 = '{'0' * 63}'",
        MODEL + FILE + f"sha256 = '{'0' * 64}'\nunknown = 1",
        MODEL + FILE.replace('"f"', '"../f"') + f"sha256 = '{'0' * 64}'",
        MODEL + FILE.replace("https:", "file:") + f"sha256 = '{'0' * 64}'",
    ],
)
def test_a_catalogue_that_does_not_hold_together_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "catalog.toml"
    path.write_text(text)
    with pytest.raises(ModelError, match="can't be used") as raised:
        load_catalog(path)
    assert raised.value.code == "catalog-invalid"


def test_the_smallest_catalogue_is_accepted(tmp_path: Path):
    path = tmp_path / "catalog.toml"
    path.write_text(MODEL + FILE + f"sha256 = '{'0' * 64}'")
    assert load_catalog(path).model("m").bytes == 1


def test_a_catalogue_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ModelError, match="can't be used"):
        load_catalog(tmp_path / "nowhere.toml")
