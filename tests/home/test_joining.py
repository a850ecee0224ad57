"""Where a sentence of several commands is cut, with a grammar that knows a few sentences by heart."""

import pytest

from voiced.core.acts import Act, Command, NoSuch, SelfAct, TimerAct, Unclear, Understanding, Understood
from voiced.core.turn import Language
from voiced.home.joining import Understands, joined

ON_LAMP, ON_FAN, OFF_FAN = Command("turn-on", ("lamp",)), Command("turn-on", ("fan",)), Command("turn-off", ("fan",))
HALF = Command("set-brightness", ("lamp",), 50.0)
KNOWN: dict[str, Understanding] = {
    "turn on the lamp": Understood((ON_LAMP,)),
    "turn on the fan": Understood((ON_FAN,)),
    "turn off the fan": Understood((OFF_FAN,)),
    "set the lamp to 50%": Understood((HALF,)),
    "turn on the attic lamp": NoSuch("attic lamp"),
    "turn on the heater": Unclear(ON_LAMP, ("a", "b")),
    "stop": Understood((SelfAct("stop"),)),
    "timer 5 minutes": Understood((TimerAct("start", 300.0),)),
    "打开台灯": Understood((ON_LAMP,)),
    "打开风扇": Understood((ON_FAN,)),
    "把台灯打开": Understood((ON_LAMP,)),
    "把风扇打开": Understood((ON_FAN,)),
    "台灯调到50%": Understood((HALF,)),
}


def split(said: str, language: Language = "en", plainly: Understands = KNOWN.get) -> Understanding | None:
    it = {"en": "lamp", "zh": "台灯"}[language]
    return joined(said, language, KNOWN.get, plainly, lambda ids: it if tuple(ids) == ("lamp",) else "")


@pytest.mark.parametrize(
    ("said", "acts"),
    [
        ("turn on the lamp and turn off the fan", (ON_LAMP, OFF_FAN)),
        ("turn on the lamp and then turn off the fan", (ON_LAMP, OFF_FAN)),
        ("turn on the lamp and the fan", (ON_LAMP, ON_FAN)),
        ("turn on the lamp and off the fan", (ON_LAMP, OFF_FAN)),
        ("turn on the lamp and set it to 50%", (ON_LAMP, HALF)),
        ("turn on the fan and the lamp and set it to 50%", (ON_FAN, ON_LAMP, HALF)),
        ("turn on the fan the lamp and the fan", (ON_FAN, ON_LAMP, ON_FAN)),
        ("turn on the lamp as well as the fan", (ON_LAMP, ON_FAN)),
        ("first turn on the lamp after that turn off the fan", (ON_LAMP, OFF_FAN)),
        ("turn on the lamp turn off the fan", (ON_LAMP, OFF_FAN)),
        ("turn on the lamp and timer 5 minutes", (ON_LAMP, TimerAct("start", 300.0))),
    ],
)
def test_english_commands(said: str, acts: tuple[Act, ...]) -> None:
    assert split(said) == Understood(acts)


@pytest.mark.parametrize(
    ("said", "acts"),
    [
        ("打开台灯然后打开风扇", (ON_LAMP, ON_FAN)),
        ("先打开台灯再打开风扇", (ON_LAMP, ON_FAN)),
        ("打开台灯和风扇", (ON_LAMP, ON_FAN)),
        ("把台灯和风扇打开", (ON_LAMP, ON_FAN)),
        ("打开台灯打开风扇", (ON_LAMP, ON_FAN)),
        ("打开台灯然后调到50%", (ON_LAMP, HALF)),
        ("打开台灯调到50%", (ON_LAMP, HALF)),
        ("把台灯打开把风扇打开", (ON_LAMP, ON_FAN)),
    ],
)
def test_chinese_commands(said: str, acts: tuple[Act, ...]) -> None:
    assert split(said, "zh") == Understood(acts)


@pytest.mark.parametrize(
    "said",
    [
        "turn on the lamp and sing a song",
        "i like the lamp and the fan",
        "turn on the lamp",
        "turn on the lamp and",
        "and turn on the lamp",
        "turn on the lamp and turn on the fan and turn on the lamp and turn on the fan and turn on the lamp",
    ],
)
def test_what_is_not_all_commands_is_left_whole(said: str) -> None:
    assert split(said) is None


def test_what_is_missing_or_unclear_comes_back_in_place_of_all() -> None:
    assert split("turn on the lamp and turn on the attic lamp") == NoSuch("attic lamp")
    assert split("turn on the lamp and the attic lamp") == NoSuch("attic lamp")
    assert split("turn on the heater and turn on the lamp") == Unclear(ON_LAMP, ("a", "b"))
    missing = {**KNOWN, "turn on the heater the lamp": NoSuch("heater the lamp")}
    assert split("turn on the heater and turn on the lamp", plainly=missing.get) == Unclear(ON_LAMP, ("a", "b"))


def test_what_a_part_shares_is_understood_only_as_it_is_said() -> None:
    assert split("turn on the lamp and turn on the fan", plainly=lambda _: None) == Understood((ON_LAMP, ON_FAN))
    assert split("turn on the lamp and the fan", plainly=lambda _: None) is None
