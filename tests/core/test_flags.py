"""Yes and no, as firmware writes them."""

import pytest

from voiced.core.flags import flag


@pytest.mark.parametrize("value", [True, "true", "True", " TRUE ", "yes", "on", "enable", "1", 1])
def test_yes(value: object) -> None:
    assert flag(value) is True


@pytest.mark.parametrize("value", [False, "false", "False", "no", "Off", "disable", "0", 0])
def test_no(value: object) -> None:
    assert flag(value) is False


@pytest.mark.parametrize("value", [None, "", "perhaps", 2, 1.0, [], {}, "9" * 400])
def test_neither(value: object) -> None:
    assert flag(value) is None
