"""English sentences in one form: courtesy off, digits, percent, durations and times."""

import re
from decimal import Decimal
from typing import Final

from voiced.core.number_words import to_digits

_HESITATION: Final = re.compile(
    r"\b(?:u+h+m*|u+m+|e+r+m*|h+m+|m{2,}|ah+|please|kindly|damn|bloody|freaking|flipping)\b(?!')"
)
# Taken off the ends, again and again, as long as something is left.
_OPENING: Final = re.compile(
    r"^(?:(?:hey|hi|hello)(?: there)?|okay|ok|alright|well|so|and|now|oh|actually|maybe|perhaps|sorry"
    r"|excuse me|you know what"
    r"|(?:can|could|would|will|might|may) you(?! mind)|(?:can|could) we|(?:can|could|may) i(?= (?:have|get) )"
    r"|(?:maybe|possibly|perhaps|also)"
    r"|be able to|do you think (?:you|we) (?:can|could)"
    r"|i (?:was wondering|wonder) if (?:you|we) (?:could|can|would|might)"
    r"|(?:is there )?any chance (?:you|we) (?:could|can|would)|(?:is it|would it be) possible to"
    r"|why don't (?:you|we)|how about (?:you|we)|feel free to|do me a (?:favour|favor) and"
    r"|i(?:'d| would) (?:appreciate it|be grateful) if you (?:could|would)|i think(?= i'd | i would | you )"
    r"|no(?= (?:turn|switch|i|not) )|(?:if you (?:don't|wouldn't) mind|if you (?:could|can|would))(?= \w+ (?!you))"
    r"|(?:be a dear|be so kind) (?:and|as to)|i (?:want|would like|wish)(?: you)? to"
    r"|i'd (?:like|love)(?: you)? to|do you happen to know(?= what)"
    r"|i need you to|just|quickly|go ahead and|go and|let's(?! have)|let us|help me|you can) (?=\S)"
)
_CLOSING: Final = re.compile(
    r"(?<=\S)(?<! to) (?:right now|(?<!not )now|at the moment|right away|immediately|at once|for me|for us|thanks"
    r"|thank you|thanks a lot|cheers|thank you very much|if you (?:can|could|would|will|don't mind|wouldn't mind)"
    r"|(?:would|will|could|can) you"
    r"|when you (?:can|get a chance|have a moment)|as soon as (?:you can|possible)|real quick"
    r"|okay|ok|alright|quickly|then|mate|darling|dear|buddy)$"
)
_MINDING: Final = re.compile(r"^(?:would|do) you mind (\w+?)ing\b")
_MINDED: Final = {
    word.removesuffix("e"): word
    for word in ("close", "make", "raise", "pause", "change", "increase", "decrease", "activate", "resume")
} | {word + word[-1]: word for word in ("set", "put", "shut", "dim", "stop", "skip")}
_MEASURE: Final = r"(?:%|percent|per cent|degrees?|hours?|minutes?|seconds?|days?|kelvin)"
_PERCENT: Final = re.compile(r"(?<=\d) ?(?:percent|per cent|percents|pct)\b")
_DEGREE: Final = re.compile(r"(?<=\d) ?°(?: ?c(?:elsius)?\b)?|(?<=\d) degrees? (?:celsius|centigrade|c)\b")
_KELVIN: Final = re.compile(r"\b(\d{4,5}) ?k\b")

_SECONDS: Final = {"hour": 3600, "minute": 60, "second": 1}
_HOUR: Final = r"(?:1[0-2]|0?[1-9])"
_PART: Final = r"(?P<part> ?[ap]m\b| [ap] m\b| in the (?:morning|afternoon|evening)\b| at night\b)?"
_UNIT: Final = r"(?:hour|minute|second)s?"
# Each a duration in other words, and how many units it is.
_DURATIONS: Final = (
    (re.compile(r"\b(\d+) (hrs?|mins?|secs?)\b"), ""),
    (re.compile(r"\b(?:a )?couple (?:of )?(?=(?:hour|minute|second)s\b)"), "2 "),
    (re.compile(rf"\b(?:(?:a )?half an? |(?:a |1 )?half(?: of an?)? )(?={_UNIT}\b)"), "0.5 "),
    (re.compile(rf"\b3 quarters(?: of)?(?: an?)? (?={_UNIT}\b)"), "0.75 "),
    (re.compile(rf"\b(?:a |1 )?quarter(?: of)?(?: an?)? (?={_UNIT}\b)"), "0.25 "),
    (re.compile(r"\b(?:a|an) (?=(?:hour|minute|second)\b)"), "1 "),
    (re.compile(r"\b(\d+) (hour|minute|second)s?(?: and)? a (half|quarter)\b"), ""),
)  # fmt: skip
_DURATION: Final = re.compile(
    r"\b\d+(?:\.\d+)? (?:hour|minute|second)s?\b(?: (?:and )?\d+(?:\.\d+)? (?:hour|minute|second)s?\b)*"
)
_MINUTES_AND: Final = re.compile(r"(?<!\S)(\d+ minutes?) ([1-5]\d)$")
_HOUR_AND: Final = re.compile(rf"\b(\d+ hours?) ([1-5]\d)\b(?![:.%]| ?{_MEASURE})")
# The package's sentences take no more minutes or seconds than a hundred.
_SPLIT_FROM: Final = 100
_COMPONENT: Final = re.compile(r"(\d+(?:\.\d+)?) (hour|minute|second)")

_PAST: Final = re.compile(
    rf"\b(?:(?P<half>half past|half (?={_HOUR}\b(?! {_MEASURE})))"
    rf"|(?:a )?(?P<quarter>quarter) (?P<qside>past|after|to|till|of|before)"
    rf"|(?P<count>5|10|20|25|[1-5]?\d(?= minutes)) ?(?:minutes )?(?P<side>past|after|till|before)"
    rf"|(?<=\bat )(?P<at>5|10|20|25|\d\d?(?= minutes)) (?:minutes )?to|(?<=\bfor )(?P<for>5|10|20|25) to"
    rf"|(?P<minutes>[1-5]?\d) minutes to) ?(?P<hour>{_HOUR})\b(?![:.%]| ?{_MEASURE})(?: o'clock)?{_PART}"
)
_CLOCK: Final = re.compile(rf"\b(?P<hour>{_HOUR}|0?0|1[3-9]|2[0-3]) o ?'? ?clock\b{_PART}")
_HALF_OF_DAY: Final = re.compile(rf"(?<![:\d.])\b(?P<hour>{_HOUR}){_PART[:-1]}")
_PAIR: Final = re.compile(
    rf"\b(?P<hour>0?\d|1\d|2[0-3]) (?:(?P<oh>oh|o|0) (?P<one>[1-9])|(?P<minute>[1-5]\d|0[1-9]))\b"
    rf"(?![:.%]\d?| ?{_MEASURE}){_PART}"
)
_WRITTEN: Final = re.compile(rf"\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)\b{_PART[:-1]}")
_NAMED: Final = (
    (re.compile(r"\b(?<=at |or )(?:12 )?noon\b"), "12:00 pm"),
    (re.compile(r"\b(?<=at |or )(?:12 )?midnight\b"), "12:00 am"),
)
_SHARES: Final = (
    (re.compile(r"\b(?<!to )(?:half ?way)(?: (open|up|down))?\b"), "to 50%"),
    (re.compile(r"\b(?<=to |at )(?:a |1 )?half(?:(?: ?way)?(?: (?:open|up|down|brightness|volume|speed))?)$"), "50%"),
    (re.compile(r"\b(?<=to |at )(?:a |1 )quarter$"), "25%"),
    (re.compile(r"\b(?<=to |at )3 quarters$"), "75%"),
)


def rewritten(text: str) -> str:
    """One pass over a text in lower case with single spaces."""
    said = _courtesy_off(" ".join(_HESITATION.sub(" ", text).split()))
    said = _MINDING.sub(lambda found: _MINDED.get(found[1], found[1]), said)
    said = to_digits(said, "en")
    said = _KELVIN.sub(r"\1 kelvin", _DEGREE.sub(" degrees", _PERCENT.sub("%", said)))
    said = _times(_durations(said))
    for pattern, share in _SHARES:
        said = pattern.sub(share, said)
    return " ".join(said.split())


def _courtesy_off(text: str) -> str:
    while True:
        less = _CLOSING.sub("", _OPENING.sub("", text))
        if less == text:
            return text
        text = less


def _durations(text: str) -> str:
    (short, _), *others, (more, _) = _DURATIONS
    said = short.sub(lambda found: f"{found[1]} { {'h': 'hour', 'm': 'minute', 's': 'second'}[found[2][0]] }s", text)
    for pattern, count in others:
        said = pattern.sub(count, said)
    half = {"half": "5", "quarter": "25"}
    said = more.sub(lambda found: f"{found[1]}.{half[found[3]]} {found[2]}s", said)
    return _DURATION.sub(_duration, _MINUTES_AND.sub(r"\1 \2 seconds", _HOUR_AND.sub(r"\1 \2 minutes", said)))


def _duration(found: re.Match[str]) -> str:
    parts = _COMPONENT.findall(found[0])
    if len(parts) == 1 and "." not in parts[0][0] and (int(parts[0][0]) < _SPLIT_FROM or parts[0][1] == "hour"):
        return found[0]
    seconds = int(sum(Decimal(count) * _SECONDS[unit] for count, unit in parts))
    counts = (("hour", seconds // 3600), ("minute", seconds // 60 % 60), ("second", seconds % 60))
    return " ".join(f"{count} {unit}{'s' * (count != 1)}" for unit, count in counts if count) or "0 seconds"


def _times(text: str) -> str:
    said = _PAST.sub(_past, text)
    for pattern in (_PAIR, _WRITTEN, _CLOCK, _HALF_OF_DAY):
        said = pattern.sub(_clock, said)
    for pattern, time in _NAMED:
        said = pattern.sub(time, said)
    return said


def _past(found: re.Match[str]) -> str:
    minutes = 30 if found["half"] else 15 if found["quarter"] else 0
    minutes = minutes or int(found["count"] or found["at"] or found["for"] or found["minutes"])
    after = found["half"] or found["qside"] in ("past", "after") or found["side"] in ("past", "after")
    hour = int(found["hour"])
    if not after:
        hour, minutes = (hour - 1 or 12), 60 - minutes
    return _written(hour + minutes // 60, minutes % 60, found["part"])


def _clock(found: re.Match[str]) -> str:
    groups = found.groupdict()
    minute = int(groups.get("minute") or groups.get("one") or 0)
    return _written(int(groups["hour"]), minute, groups.get("part"))


def _written(hour: int, minute: int, part: str | None) -> str:
    said = (part or "").split()
    half = "" if not said else " am" if "morning" in said or said[0] in ("am", "a") else " pm"
    return f"{hour}:{minute:02}{half}"
