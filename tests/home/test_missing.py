"""Commands for what isn't there, and what only looks like one."""

import pytest

from voiced.core.acts import NoSuch
from voiced.core.turn import Language
from voiced.home.missing import missing


@pytest.mark.parametrize(
    ("language", "said", "name", "area"),
    [
        ("en", "turn on the garage light", "garage light", ""),
        ("en", "turn the attic fan off", "attic fan", ""),
        ("en", "switch off my stereo", "stereo", ""),
        ("en", "turn on all the outdoor lights", "outdoor lights", ""),
        ("en", "dim the lamp in the attic", "lamp", "attic"),
        ("en", "lock the side gate", "side gate", ""),
        ("en", "set the attic light to 50%", "attic light", ""),
        ("zh", "打开阁楼的灯", "阁楼的灯", ""),
        ("zh", "把音响关掉", "音响", ""),
        ("zh", "把阁楼灯调到50%", "阁楼灯", ""),
    ],
)
def test_things_that_are_missing(language: Language, said: str, name: str, area: str):
    assert missing(said, language) == NoSuch(name, area)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "turn on the charm"),
        ("en", "open the pod bay doors"),
        ("en", "turn on the light when i come home"),
        ("en", "turn off the tv the lights"),
        ("en", "close the deal"),
        ("en", "what is a lamp"),
        ("zh", "打开心扉"),
        ("zh", "关掉台灯打开落地灯"),
        ("zh", "关于灯"),
    ],
)
def test_what_may_as_well_be_no_command(language: Language, said: str):
    assert missing(said, language) is None
