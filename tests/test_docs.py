"""The READMEs name every command, option and setting, and none that isn't there."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import fault_table
import pytest
import sentences
import typer

from home.small_house import FULL_HOUSE
from home.told import told
from home_assistant.payload_house import HOUSE as COMPARED_HOUSE
from voiced.__main__ import app
from voiced.commands.lazy import COMMANDS, load
from voiced.core.acts import AlarmAct, ClockAct, Query, SelfAct, TimerAct, Verb
from voiced.core.payloads import Payload
from voiced.core.presence_entities import HAPPENINGS, About, Place, discovery
from voiced.core.text import language_of
from voiced.core.turn import Language
from voiced.home.grammar import Grammar
from voiced.host.__main__ import app as host_app
from voiced.mqtt import topics
from voiced.service.metrics import Metrics
from voiced.settings_file import load as load_settings
from voiced.settings_keys import fields

ROOT = Path(__file__).parent.parent
READMES = ["README.md", "README.zh-CN.md"]
KEYS = {key for key, _ in fields()}
SECTIONS = {key.rsplit(".", depth)[0] for key in KEYS for depth in range(1, key.count(".") + 1)}
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")


@cache
def grammar(language: Language) -> Grammar:
    return Grammar.load(language)


def text_of(readme: str) -> str:
    return (ROOT / readme).read_text("utf-8")


def tree() -> Any:
    """The whole program's commands, imported."""
    root = typer.main.get_group(app)
    root.commands = {name: load(name) for name in COMMANDS}
    return root


def commands(group: Any, path: str = "voiced") -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its full name; and the program itself, for its options."""
    yield path, group
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{path} {name}")


def options(command: Any) -> dict[str, Any]:
    """A command's options by name, --help aside."""
    return {name: each for each in command.params for name in each.opts + each.secondary_opts if name.startswith("-")}


def code(readme: str) -> Iterator[str]:
    """Each line of code: those of the fenced blocks, and what stands between backticks."""
    text = text_of(readme)
    for _, block in FENCED.findall(text):
        yield from block.replace("\\\n", " ").splitlines()
    yield from INLINE.findall(FENCED.sub("", text))


def calls(line: str) -> Iterator[list[str]]:
    """The arguments of each `voiced` that a line of shell runs, or shows in the manner of a usage line."""
    for part in re.split(r"&&|\|\||[|;]", line.removeprefix("$ ")):
        try:
            words = shlex.split(part, comments=True)
        except ValueError:
            continue
        while words and (re.match(r"[A-Z_]+=|-", words[0]) or words[0] == "sudo"):
            words = words[2:] if words[0] == "-u" else words[1:]
        if words and words[0] == "voiced":
            yield [word.strip("[]") for word in words[1:]]


def unknown(command: Any, words: list[str]) -> str | None:
    """The first word that is neither a command nor an option where it stands."""
    while words:
        word, *words = words
        if word.startswith("-") and word != "--":
            name = word.partition("=")[0]
            if name != "--help" and name not in options(command):
                return word
            if name != "--help" and not options(command)[name].is_flag and "=" not in word:
                words = words[1:]
        elif hasattr(command, "commands") and re.fullmatch(r"[a-z][a-z-]*", word):
            if word not in command.commands:
                return word
            command = command.commands[word]
    return None


@pytest.mark.parametrize("readme", READMES)
def test_every_setting_is_documented(readme: str):
    text = text_of(readme)
    assert [key for key in KEYS if not re.search(rf"(?<![\w.]){re.escape(key)}(?![\w.]\w)", text)] == []


@pytest.mark.parametrize("readme", READMES)
def test_every_command_and_option_is_documented(readme: str):
    text = text_of(readme)
    missing = [path for path, _ in commands(tree()) if not re.search(rf"{path}(?![\w-])", text)]
    assert missing == []
    names = {name for _, command in commands(tree()) for name in options(command)}
    assert [name for name in sorted(names) if not re.search(rf"(?<![\w-]){name}(?![\w-])", text)] == []


@pytest.mark.parametrize("readme", READMES)
def test_services_compared_with_home_assistant_are_counted(readme: str):
    count = sum(len(device.calls) for device in COMPARED_HOUSE.values())
    [row] = [line for line in text_of(readme).splitlines() if line.startswith("|") and "--home-assistant" in line]
    assert set(re.findall(r"(?<![\d.])\d{3}(?![\d.])", row)) == {str(count)}


@pytest.mark.parametrize("readme", READMES)
def test_every_command_that_is_shown_exists(readme: str):
    root = tree()
    shown = [(line, words) for line in code(readme) for words in calls(line)]
    assert shown
    assert [line for line, words in shown if unknown(root, words)] == []


@pytest.mark.parametrize("readme", READMES)
def test_every_setting_that_is_shown_exists(readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    text = text_of(readme)
    dotted = {each for each in INLINE.findall(FENCED.sub("", text)) if re.fullmatch(r"[a-z]+(\.[a-z_]+)+", each)}
    assert {each for each in dotted if each.split(".")[0] in SECTIONS} - KEYS - SECTIONS == set()
    variables = re.findall(r"\bVOICED_([A-Z]\w*__\w*[A-Z])\b", text)
    assert {name.lower().replace("__", ".") for name in variables} - KEYS == set()
    monkeypatch.setenv("HOME", str(tmp_path))
    for number, (language, block) in enumerate(FENCED.findall(text)):
        if language == "toml":
            file = tmp_path / f"{number}.toml"
            file.write_text(block, "utf-8")
            load_settings(file)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("voiced", None),
        ("$ VOICED_TTS__SPEED=2 voiced --config a.toml config show --json | head", None),
        ('sudo -u voiced voiced say "hello there" --out /tmp/a.wav && voiced demo', None),
        ("voiced config init [PATH] [--force]", None),
        ("voiced launch", "launch"),
        ("voiced config shwo", "shwo"),
        ("voiced config show --jsn", "--jsn"),
        ("true && voiced say hi --loud", "--loud"),
    ],
)
def test_the_check_itself_finds_what_does_not_exist(line: str, wrong: str | None):
    found = [unknown(tree(), words) for words in calls(line)]
    assert found
    assert next(filter(None, found), None) == wrong


@pytest.mark.parametrize("readme", READMES)
def test_every_topic_and_payload_is_told(readme: str) -> None:
    text = text_of(readme)
    made = [
        topics.host_status("HOST"), topics.host_request("HOST", "DEVICE"), topics.host_cancel("HOST", "DEVICE"),
        topics.reply("DEVICE", "ATTEMPT"), topics.answer("DEVICE"), topics.device_status("DEVICE"),
    ]  # fmt: skip
    for topic in made:
        shown = topic.replace("HOST", "<host>").replace("DEVICE", "<device>").replace("ATTEMPT", "<attempt>")
        assert f"`{shown}`" in text
    kinds = [kind for kind in Payload.__subclasses__() if kind.__module__ == "voiced.core.payloads"]
    for kind in kinds:
        assert kind.__name__ in text


@pytest.mark.parametrize("readme", READMES)
def test_the_commands_of_a_host_exist(readme: str) -> None:
    shown = set(re.findall(r"^voiced-host (\w+)", "\n".join(code(readme)), re.MULTILINE))
    assert shown <= set(typer.main.get_group(host_app).commands)
    assert {"run", "check", "template"} <= shown


@pytest.mark.parametrize(("said", "meant"), sentences.examples())
def test_what_is_said_to_be_understood_is(said: str, meant: str) -> None:
    assert told(grammar(language_of(said, "en")).understand(said, FULL_HOUSE)) == meant


@pytest.mark.parametrize(("language", "readme"), sentences.READMES.items())
def test_the_table_of_what_can_be_said_is_the_generated_one(language: Language, readme: str) -> None:
    assert sentences.table(language) in text_of(readme)


@pytest.mark.parametrize(("language", "readme"), sentences.READMES.items())
def test_the_table_of_faults_is_what_was_measured(language: Language, readme: str) -> None:
    assert fault_table.table(language) in text_of(readme)


def test_the_table_of_what_can_be_said_leaves_out_nothing() -> None:
    shown = {word for _, meant in sentences.examples() for word in meant.split()}
    fields = [(Query, "kind"), (TimerAct, "verb"), (AlarmAct, "verb"), (ClockAct, "wanted"), (SelfAct, "verb")]
    acts = [get_args(get_type_hints(kind)[field]) for kind, field in fields]
    assert {word for words in (get_args(Verb), *acts) for word in words} - shown == set()


@pytest.mark.parametrize("readme", READMES)
def test_the_table_of_entities_is_what_home_assistant_is_told(readme: str) -> None:
    about = About("DEVICE", "1", wake_words=("any", "off"), languages=("en", "zh"), temperature=True)
    place = Place(lambda key: key, lambda key: key, "say", "ask", "event", "status")
    components = discovery(about, place)["components"]
    shown = re.findall(r"^\| ([^|`]+) \| `(\w+)` \| `(\w+)` \| ", text_of(readme), re.MULTILINE)
    assert sorted(shown) == sorted((each["name"], each["platform"], key) for key, each in components.items())


@pytest.mark.parametrize("readme", READMES)
def test_home_assistant_topics_and_the_automation_are_told(readme: str) -> None:
    text = text_of(readme)
    for topic in (
        topics.state("DEVICE", "KEY"), topics.command("DEVICE", "KEY"), topics.say("DEVICE"), topics.ask("DEVICE"),
        topics.event("DEVICE"), topics.own_discovery("homeassistant", "DEVICE"),
    ):  # fmt: skip
        assert f"`{topic.replace('DEVICE', '<device>').replace('KEY', '<key>')}`" in text
    assert (ROOT / "tests/home_assistant/automation.yaml").read_text("utf-8") in text
    assert [happening for happening in HAPPENINGS if happening not in text] == []


@pytest.mark.parametrize("readme", READMES)
def test_every_metric_is_told(readme: str) -> None:
    page = Metrics(lambda: 40.0).page().body.decode()
    shown = re.findall(r"^\|[^|]*`(voiced_\w+)` \| ", text_of(readme), re.MULTILINE)
    assert sorted(shown) == sorted(re.findall(r"^# TYPE (voiced_\w+) ", page, re.MULTILINE))
