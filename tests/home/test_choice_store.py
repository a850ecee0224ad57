"""What is chosen of a running assistant, over a restart."""

import asyncio
import json
import stat
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from home.fake_assistant import FakeControls, FakeLanguages, FakeRoutes, FakeWaking
from lab.virtual_time import run
from voiced.core.errors import RecognizerError
from voiced.home.choice_store import LOOK_S, ChoiceStore
from voiced.home.choices import Choices
from voiced.home.loudness import ITSELF, Loudness

CHOSEN = {
    "microphone": "OFF", "volume": "35", "follow_up": "12.5", "route": "local", "wake_word": "off", "language": "zh",
}  # fmt: skip


@dataclass
class Assistant:
    """An assistant as the settings make it, and its choices in a file."""

    path: Path
    controls: FakeControls = field(default_factory=FakeControls)
    routes: FakeRoutes | None = field(default_factory=FakeRoutes)
    languages: FakeLanguages | None = field(default_factory=FakeLanguages)
    loudness: Loudness = field(default_factory=Loudness)
    choices: Choices = field(init=False)

    def __post_init__(self) -> None:
        self.choices = Choices(self.controls, self.routes, self.languages, self.loudness)

    def live(self, chosen: dict[str, str] | None = None, *, killed: bool = False) -> dict[str, str]:
        """Start, have this chosen, and stop; what is chosen in the end."""

        async def live() -> None:
            store = ChoiceStore(self.path, self.choices)
            await store.restore()
            running = asyncio.create_task(store.run())
            for key, order in (chosen or {}).items():
                await self.choices.choose(key, order)
            await asyncio.sleep(0 if not killed else LOOK_S * 2)
            before = self.kept()
            running.cancel()
            await asyncio.wait([running])
            await store.close()
            if killed:
                assert self.kept() == before

        run(live())
        return self.choices.now()

    def kept(self) -> str | None:
        return self.path.read_text("utf-8") if self.path.exists() else None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "voiced" / "choices.json"


@pytest.mark.parametrize("killed", [False, True])
def test_what_is_chosen_is_so_after_a_restart(path: Path, *, killed: bool) -> None:
    assert Assistant(path).live(CHOSEN, killed=killed) == CHOSEN
    assert Assistant(path).live() == CHOSEN
    assert (stat.S_IMODE(path.stat().st_mode), [each.name for each in path.parent.iterdir()]) == (0o600, [path.name])


def test_nothing_is_written_where_nothing_was_chosen(path: Path) -> None:
    before = Assistant(path).choices.now()
    assert Assistant(path).live() == before
    assert Assistant(path).live({"volume": "100", "route": "auto"}) == before
    assert not path.exists()


def test_what_is_chosen_as_it_was_in_the_beginning_is_forgotten(path: Path) -> None:
    Assistant(path).live({"volume": "35", "route": "local"})
    Assistant(path).live({"volume": "100"})
    assert list(json.loads(path.read_text("utf-8"))) == ["route"]


def test_settings_changed_since_count(path: Path) -> None:
    Assistant(path).live({"follow_up": "12", "volume": "35"})
    now = Assistant(path, FakeControls(follow_up_s=3.0)).live()
    assert (now["follow_up"], now["volume"]) == ("3", "35")
    assert Assistant(path).live()["follow_up"] == "5"


def test_what_can_not_be_chosen_just_now_is_kept(path: Path) -> None:
    Assistant(path).live(CHOSEN)
    offline = Assistant(path, FakeControls(waking=FakeWaking(words=())), routes=None, languages=None)
    assert offline.live({"volume": "60"})["volume"] == "60"
    assert Assistant(path).live() == CHOSEN | {"volume": "60"}


@pytest.mark.parametrize("broken", ["{", "[]", '{"volume": 3}', "[" * 100_000, '{"volume": {"before": "100"}}'])
def test_a_broken_file_is_told_of_once_and_replaced(path: Path, broken: str, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(broken, "utf-8")
    before = Assistant(path).choices.now()
    assert Assistant(path).live() == before
    assert Assistant(path).live() == before
    [record] = caplog.records
    assert str(path) in record.getMessage()
    assert path.read_text("utf-8") == "{}"
    assert path.with_name(f"{path.name}.broken").read_text("utf-8") == broken


def test_what_is_not_there_any_more_is_told_of(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Assistant(path).live({"wake_word": "okay_nabu", "language": "zh", "volume": "35"})
    error = RecognizerError("model-broken", "It is broken.")
    controls = FakeControls(waking=FakeWaking(words=("any", "alexa", "off")))
    now = Assistant(path, controls, languages=FakeLanguages(error=error)).live()
    assert (now["wake_word"], now["language"], now["volume"]) == ("any", "en", "35")
    assert [record.getMessage().split()[0] for record in caplog.records] == ["wake_word", "language"]


def test_a_folder_that_cannot_be_written_is_told_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "choices.json"
    assert Assistant(path).live({"volume": "35"}, killed=True)["volume"] == "35"
    assert sum("can't be written" in record.getMessage() for record in caplog.records) == 1


def test_how_loud_it_was_before_it_was_muted_is_kept_and_told_to_nobody(path: Path) -> None:
    first = Assistant(path)
    assert first.live({"volume": "35"})["volume"] == "35"
    assert Assistant(path).live({"volume": "0"})["volume"] == "0"
    later = Assistant(path)
    assert set(later.live()) == set(CHOSEN)
    assert later.loudness.before(ITSELF) == 35
