"""Where settings come from, which one wins, and what a person is told of a wrong one."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voiced import settings_file
from voiced.core.errors import SettingsError
from voiced.settings import Settings
from voiced.settings_file import load, template
from voiced.settings_keys import DEFAULTS, allowed, as_toml, fields, value_of


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings but the test's own."""
    for name in [name for name in os.environ if name.upper().startswith("VOICED_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "")
    monkeypatch.setattr(settings_file, "SYSTEM_FILE", tmp_path / "etc" / "voiced.toml")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def system_file(text: str) -> Path:
    return write(settings_file.SYSTEM_FILE, text)


def user_file(text: str) -> Path:
    found = settings_file.user_file()
    assert found
    return write(found, text)


def problems(path: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(path)
    return str(caught.value).splitlines()


def test_defaults_need_no_file(tmp_path: Path):
    loaded = load()
    assert loaded.settings.llm.context_tokens == 2048
    assert loaded.settings.models.directory == tmp_path / ".local/share/voiced/models"
    assert set(loaded.origins.values()) == {"default"}
    assert list(loaded.origins) == [key for key, _ in fields()]
    assert loaded.files == ()


def test_the_environment_goes_over_the_user_over_the_system_key_by_key(monkeypatch: pytest.MonkeyPatch):
    system = system_file("llm.context_tokens = 512\nllm.answer_tokens = 50\nllm.decode_threads = 3")
    user = user_file("[llm]\nanswer_tokens = 60\ndecode_threads = 4")
    monkeypatch.setenv("VOICED_LLM__DECODE_THREADS", "5")
    loaded = load()
    llm = loaded.settings.llm
    assert (llm.context_tokens, llm.answer_tokens, llm.decode_threads, llm.prompt_threads) == (512, 60, 5, 0)
    assert loaded.origins["llm.context_tokens"] == str(system)
    assert loaded.origins["llm.answer_tokens"] == str(user)
    assert loaded.origins["llm.decode_threads"] == "VOICED_LLM__DECODE_THREADS"
    assert loaded.origins["llm.prompt_threads"] == "default"
    assert loaded.files == (system, user)


def test_a_named_file_replaces_both(tmp_path: Path):
    system_file("llm.context_tokens = 512")
    user_file("llm.answer_tokens = 60")
    named = write(tmp_path / "mine.toml", "tts.speed = 1.5")
    loaded = load(named)
    assert (loaded.settings.llm, loaded.settings.tts.speed) == (Settings().llm, 1.5)
    assert loaded.files == (named,)


def test_xdg_config_home_is_where_the_users_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert settings_file.user_file() == tmp_path / "xdg" / "voiced" / "voiced.toml"
    user_file("tts.speed = 2")
    assert load().settings.tts.speed == 2
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert settings_file.user_file() == tmp_path / ".config" / "voiced" / "voiced.toml"


def test_a_table_of_a_language_keeps_the_rest_of_it():
    user_file('[languages.zh]\nprompt = "短"')
    zh = load().settings.languages.zh
    assert (zh.prompt, zh.sorry) == ("短", Settings().languages.zh.sorry)


def test_tables_by_name_are_kept_whole():
    user_file('[home.devices."0x00 lamp"]\nnames = ["Kitchen lamp", "厨房灯"]\n[home.areas.kitchen]\nfloor = "ground"')
    home = load().settings.home
    assert home.devices["0x00 lamp"].names == ("Kitchen lamp", "厨房灯")
    assert home.areas["kitchen"].floor == "ground"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("alexa", ("alexa",)),
        ("alexa, hey_jarvis", ("alexa", "hey_jarvis")),
        ('["alexa", "a,b"]', ("alexa", "a,b")),
    ],
)
def test_lists_in_the_environment_are_json_or_between_commas(
    text: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("VOICED_WAKE__WORDS", text)
    assert load().settings.wake.words == words


def test_paths_start_at_home_and_an_empty_text_unsets_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    system_file('llm.model = "~/a.gguf"\nwake.gpio_pin = 4\ncontrol.socket = "/run/x.sock"')
    assert load().settings.llm.model == tmp_path / "a.gguf"
    user_file('llm.model = ""\nwake.gpio_pin = ""')
    monkeypatch.setenv("VOICED_CONTROL__SOCKET", "")
    settings = load().settings
    assert (settings.llm.model, settings.wake.gpio_pin, settings.control.socket) == (None, None, None)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("llm.context_tokens = 12", "llm.context_tokens = 12 ({}): must be a whole number from 256 up to 131072."),
        ("llm.context_tokens = 1.5", "llm.context_tokens = 1.5 ({}): must be a whole number from 256 up to 131072."),
        ('llm.temperature = "hot"', 'llm.temperature = "hot" ({}): must be a number from 0 up to 2.'),
        ("llm.temperature = nan", "llm.temperature = NaN ({}): must be a number from 0 up to 2."),
        ("llm.temperature = true", "llm.temperature = true ({}): must be a number from 0 up to 2."),
        ("endpoint.speech_threshold = 1", "endpoint.speech_threshold = 1 ({}): must be a number above 0 and below 1."),
        ('wake.mode = "wird"', 'wake.mode = "wird" ({}): must be one of word, phrase, button, always.'),
        ("wake.words = []", "wake.words = [] ({}): must be a list of texts (at least 1)."),
        ('wake.words = ["alexa", 1]', 'wake.words = ["alexa", 1] ({}): must be a list of texts (at least 1).'),
        ('wake.words = "[1"', 'wake.words = "[1" ({}): must be a list of texts (at least 1).'),
        ('wake.chime = "perhaps"', 'wake.chime = "perhaps" ({}): must be true or false.'),
        ("wake.gpio_pin = 40", 'wake.gpio_pin = 40 ({}): must be a whole number from 0 up to 27, or "" for none.'),
        ("audio.speaker = 3", "audio.speaker = 3 ({}): must be text."),
        (
            'home.devices.Lamp = {aera = "x"}',
            (
                'home.devices = {{"Lamp" = {{"aera" = "x"}}}} ({}): '
                "must be tables by name, each with any of names, area, ignore, ask. Look at Lamp.aera."
            ),
        ),
        (
            "home.areas = 3",
            "home.areas = 3 ({}): must be tables by name, each with any of names, floor.",
        ),
        ("llm.model = {}", 'llm.model = {{}} ({}): must be a path, or "" for none.'),
        (
            'llm.model = "~no-such-user/m"',
            'llm.model = "~no-such-user/m" ({}): starts with a home folder that is not known: give the whole path.',
        ),
        ("languages.en.prompt = 3", "languages.en.prompt = 3 ({}): must be text."),
        (
            "llm.contxt_tokens = 3",
            "llm.contxt_tokens ({}): there is no such setting; did you mean llm.context_tokens?",
        ),
        ("[lmm]", "lmm ({}): there is no such setting; did you mean llm?"),
        ("zzz = 1", "zzz ({}): there is no such setting; `voiced config show` lists all."),
        ("_env_file = 1", "_env_file ({}): there is no such setting; `voiced config show` lists all."),
        (
            "languages.zh = 3",
            (
                "languages.zh ({}): is a section, not a setting: "
                "give its keys, as in [languages.zh] or VOICED_LANGUAGES__ZH__<KEY>."
            ),
        ),
    ],
)
def test_a_wrong_setting_is_told_with_its_value_its_file_and_what_is_allowed(tmp_path: Path, line: str, problem: str):
    path = write(tmp_path / "wrong.toml", line)
    assert problems(path) == [problem.format(f"from {path}")]


SECRET = "s3cret-w0rd"


@pytest.mark.parametrize(
    "line",
    [
        f'mqtt.password = "{SECRET}"',
        f'mqtt.pasword_file = "{SECRET}"',
        f'broker.login = "{SECRET}"',
        f'[broker]\nuser = {{ name = "ann", pass = "{SECRET}" }}',
        f'password = "{SECRET}"',
        f'mqtt = "mqtt://ann:{SECRET}@broker"',
        f'mqtt.host = "mqtt://ann:{SECRET}@broker"',
        f'mqtt.host = "ann:{SECRET}@broker"',
        f'mqtt.host = "mqtt://ann:a {SECRET} b@broker/{"x" * 100}"',
        f'mqtt.host = "{"x" * 75}:{SECRET}@broker"',
        f'mqtt.port = "mqtt://ann:{SECRET}@broker"',
        f'mqtt.port = "ann:{SECRET}@broker"',
        f'mqtt.password_file = ["{SECRET}"]',
        f'mqtt.password_file = "~{SECRET}/x"',
        f'mqtt.key_file = ["{SECRET}"]',
    ],
)
def test_no_error_shows_a_secret(tmp_path: Path, line: str):
    [problem] = problems(write(tmp_path / "wrong.toml", line))
    assert not re.search("s3cret|w0rd|ann", problem)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOICED_MQTT__PASSWORD", SECRET),
        ("VOICED_MQTT__PASSWORD_FILE", f"~{SECRET}/x"),
        ("VOICED_MQTT__HOST", f"mqtt://ann:{SECRET}@broker"),
        ("VOICED_MQTT", f"mqtt://ann:{SECRET}@broker"),
    ],
)
def test_no_error_shows_a_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        settings_file.load()
    assert name in str(caught.value)
    assert not re.search("s3cret|w0rd|ann", str(caught.value))


@pytest.mark.parametrize("name", ["broker", "broker.local", "192.168.1.2", "fe80::1%eth0", "家"])
def test_a_broker_is_given_by_its_name_or_address(tmp_path: Path, name: str):
    assert settings_file.load(write(tmp_path / "a.toml", f'mqtt.host = "{name}"')).settings.mqtt.host == name


def test_a_broker_given_as_a_url_is_told_where_its_parts_go(tmp_path: Path):
    [problem] = problems(write(tmp_path / "a.toml", 'mqtt.host = "mqtt://broker:1883"'))
    assert all(key in problem for key in ("mqtt.port", "mqtt.username", "mqtt.password_file"))


def test_every_problem_is_told_at_once(tmp_path: Path):
    path = write(tmp_path / "wrong.toml", "foo = 1\n[llm]\nbar = 2\ncontext_tokens = 3\n[tts]\nspeed = 9\n")
    assert [line.split(" ")[0] for line in problems(path)] == ["foo", "llm.bar", "llm.context_tokens", "tts.speed"]


def test_a_problem_names_the_source_that_won(monkeypatch: pytest.MonkeyPatch):
    user = user_file("tts.speed = 9")
    monkeypatch.setenv("VOICED_TTS__SPEED", "fast")
    with pytest.raises(SettingsError, match=r'tts.speed = "fast" \(from VOICED_TTS__SPEED\): must be a number'):
        load()
    monkeypatch.delenv("VOICED_TTS__SPEED")
    with pytest.raises(SettingsError, match=re.escape(f"tts.speed = 9 (from {user}): must be a number")):
        load()


def test_a_long_wrong_value_is_shown_in_part(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VOICED_TTS__SPEED", "x" * 10_000)
    with pytest.raises(SettingsError) as caught:
        load()
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("VOICED_FOO__BAR", "foo.bar .from"),
        ("VOICED_LLM__MODLE", "did you mean llm.model?"),
        ("VOICED_LOG", "log .from .* is a section"),
        ("VOICED_LLM__", "there is no such setting"),
    ],
)
def test_a_mistyped_variable_is_told(name: str, told: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(name, "1")
    with pytest.raises(SettingsError, match=told) as caught:
        load()
    assert name in str(caught.value)


def test_other_peoples_variables_are_left_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VOICED_ROOT", "/opt")
    monkeypatch.setenv("VOICEDX__A", "1")
    assert set(load().origins.values()) == {"default"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a = 1\nb = = 2\n", r"is not TOML: .*line 2, column 5"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"a = " + b"[" * 5000, "is not TOML"),
        (b"a = " + b"1" * 5000, "is not TOML"),
    ],
)
def test_a_file_that_is_no_toml_is_told(tmp_path: Path, content: bytes, told: str):
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=told):
        load(path)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"does not exist.*voiced config init") as caught:
        load(tmp_path / "missing.toml")
    assert caught.value.code == "no-file"
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path)  # a folder
    settings_file.SYSTEM_FILE.mkdir(parents=True)
    with pytest.raises(SettingsError, match="cannot be read"):
        load()


def test_an_unknown_home_is_told_only_where_a_path_needs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", lambda _uid: (_ for _ in ()).throw(KeyError()))
    assert settings_file.user_file() is None
    with pytest.raises(SettingsError, match=r"models\.directory = .* \(from default\): starts with a home"):
        load()
    assert (
        load(write(tmp_path / "a.toml", 'models.directory = "/srv/models"')).settings.llm
        == Settings.model_construct().llm
    )


def test_the_template_changes_nothing(tmp_path: Path):
    loaded = load(write(tmp_path / "a.toml", template()))
    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {"default"}


def test_the_template_uncommented_says_every_default(tmp_path: Path):
    path = write(tmp_path / "a.toml", re.sub(r"^#(?=\w+ = )", "", template(), flags=re.MULTILINE))
    loaded = load(path)
    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {str(path)}


def test_every_setting_is_described_and_its_default_is_allowed():
    for key, field in fields():
        assert field.description, key
        assert allowed(field), key
        assert as_toml(value_of(DEFAULTS, key)) != "undefined", key


@given(st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(2**60), 2**60), st.booleans()))
@example("\x7f\x00\u2028")
def test_toml_reads_what_as_toml_writes(value: str | int):
    assert tomllib.loads(f"a = {as_toml(value)}\nb = {as_toml((str(value), 'x'))}") == {
        "a": value,
        "b": [str(value), "x"],
    }
