import pytest

from voiced.core.errors import AudioError, VoicedError
from voiced.core.findings import Finding, of_error, well, worst


@pytest.mark.parametrize(
    ("sentence", "says", "mend"),
    [
        ("There is no microphone: plug one in; or two.", "There is no microphone.", "plug one in; or two."),
        ("There are no models; run `voiced models fetch`.", "There are no models.", "run `voiced models fetch`."),
        ("It broke.", "It broke.", "It broke."),
    ],
)
def test_an_error_says_what_is_wrong_and_what_mends_it(sentence: str, says: str, mend: str) -> None:
    found = of_error("microphone", AudioError("device-missing", sentence))
    assert (found.grade, found.says, found.mend) == ("error", says, mend)


def test_the_gravest_counts() -> None:
    warning, error = Finding("a", "warning", "Hm.", "do"), of_error("b", VoicedError("b", "Bad: do."))
    assert worst([]) == worst([well("c", "Good.")]) == "ok"
    assert worst([well("c", "Good."), warning]) == "warning"
    assert worst([error, warning, well("c", "Good.")]) == "error"
