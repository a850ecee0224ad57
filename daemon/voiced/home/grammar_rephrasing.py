"""The same command in plainer words: rules that turn how people put it into what the sentences have.

Every rule keeps the meaning, and what comes out must still be understood as a whole, so that a rule may be broad:
"drop the price to 50%" becomes "set the price to 50%", which is no command for a house without a price.
"""

import re
from collections.abc import Callable
from typing import Final

from voiced.core.turn import Language

_Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_OPPOSITE: Final = {
    "dark": "brighter", "dim": "brighter", "bright": "dimmer", "light": "dimmer", "cold": "warmer", "chilly": "warmer",
    "cool": "warmer", "hot": "cooler", "warm": "cooler", "stuffy": "cooler", "loud": "quieter", "noisy": "quieter",
    "quiet": "louder", "soft": "louder", "low": "louder",
}  # fmt: skip
_ENOUGH: Final = {"bright": "brighter", "light": "brighter", "warm": "warmer", "cool": "cooler", "loud": "louder"}
_STATES: Final = {
    "on": "turn on", "going": "turn on", "running": "turn on", "started": "turn on", "off": "turn off",
    "out": "turn off", "stopped": "turn off", "open": "open", "opened": "open", "closed": "close", "shut": "close",
    "locked": "lock", "unlocked": "unlock", "up": "turn up", "raised": "turn up", "down": "turn down",
    "lowered": "turn down",
}  # fmt: skip
_SHARES: Final = {"full": 100, "max": 100, "maximum": 100, "highest": 100, "half": 50, "halfway": 50, "half way": 50,
                  "a quarter": 25, "1 quarter": 25, "3 quarters": 75, "a third": 33, "minimum": 1, "min": 1,
                  "lowest": 1}  # fmt: skip


def _one_of(words: object) -> str:
    return "|".join(sorted(map(str, words), key=len, reverse=True))  # type: ignore[call-overload]


_WANT: Final = (
    r"(?:i (?:want|need|would like)|i'd like|i'd love|let's have|want|have|get|make sure|see that|ensure|leave|keep)"
)
_MOVE: Final = (
    r"(?:drop|take|bump|knock|bring|get|crank|push|pull|put|turn|slide|nudge|move|adjust|change|make|lower|raise|fade|keep"
    r"|leave|have|dim|brighten|warm|heat|cool|reduce|increase|decrease|switch|want|i want|i need|i'd like|i would like)"
)
_MUCH: Final = r"(?:much |far |way |a (?:little )?bit |a little |rather |really |just )?"
_BETTER: Final = r"(?:louder|quieter|softer|brighter|dimmer|darker|lighter|warmer|cooler|hotter|colder)"
_NUMBER: Final = r"\d+(?:\.\d+)?(?:%| degrees?| kelvin)"
_LEVEL: Final = r"(?: (?:brightness|volume|speed|power|blast|setting|level|heat|bright|open|of the way))?"
_NOBODY: Final = r"(?!(?:i|you|we|he|she|they|it|there|that|this|who|what|which|why|how|is|are|should)\b)"

_EN: Final[tuple[_Rule, ...]] = (
    (re.compile(r"\bboth (?:of )?(?:the |my |our )?"), "the "),
    (re.compile(r"\b(?:that|this|those|these)(?= \w)"), "the"),
    (re.compile(r"\b(?:a|an) degree\b"), "1 degree"),
    (re.compile(r"\b(to|in|into) (?:a|an) (?:nice |bright |lovely |deep |pretty |soft |pale )?(?=\w+$)"), r"\1 "),
    (re.compile(rf"^(?:it's |its |it is )?{_MUCH}too ({_one_of(_OPPOSITE)}) (?=(?:in|on) |(?:here|upstairs|downstairs)$)"),
     lambda found: f"make it {_OPPOSITE[found[1]]} "),
    (re.compile(r"^(?:a (?:little )?bit |a little |some )?(more|less) light\b"),
     lambda found: f"make it {'brighter' if found[1] == 'more' else 'dimmer'}"),
    (re.compile(r"\b(?:just )?(?:by )?(?:(?:a (?:little|tiny|wee|small) |a )(?:bit|touch|tad|notch)|a little|slightly|somewhat"
                r"|a fraction)(?: more)?\b"), ""),
    (re.compile(rf"^(?:it's |its |it is |that's )?{_MUCH}too (dark|dim|bright)$"),
     lambda found: f"make it {_OPPOSITE[found[1]]}"),
    (re.compile(rf"^{_NOBODY}(.+?) (?:is|are) {_MUCH}too ({_one_of(_OPPOSITE)})$"),
     lambda found: f"make {found[1]} {_OPPOSITE[found[2]]}"),
    (re.compile(rf"^(?:it's not|it isn't|its not|it is not|not) ({_one_of(_ENOUGH)}) enough$"),
     lambda found: f"make it {_ENOUGH[found[1]]}"),
    (re.compile(rf"^{_NOBODY}(.+?) (?:isn't|aren't|is not|are not) ({_one_of(_ENOUGH)}) enough$"),
     lambda found: f"make {found[1]} {_ENOUGH[found[2]]}"),
    (re.compile(r"^(?:half|partly|partially) (?:open|close|shut) (.+)$"), r"set \1 to 50%"),
    (re.compile(r"^(?:fully|completely) (open|close|shut) (.+)$"), r"\1 \2"),
    (re.compile(r"^(open|close|shut) (.+?) (?:fully|completely|all the way|right)(?: up| down)?$"), r"\1 \2"),
    (re.compile(rf"(?:(?: up| down)? (?:to|at|on|by))?(?: the)? ({_one_of(_SHARES)}){_LEVEL}$"),
     lambda found: f" to {_SHARES[found[1]]}%"),
    (re.compile(r"(?: turned)? (?:all the way|right) (up|down)$"),
     lambda found: f" to {100 if found[1] == 'up' else 1}%"),
    (re.compile(rf"^{_WANT}(?: that)? (.+?)(?: (?:is|are|be|to be|turned|switched|stays?))* ({_one_of(_STATES)})$"),
     lambda found: f"{_STATES[found[2]]} {found[1]}"),
    (re.compile(rf"^{_NOBODY}(.+?) (?:should|must|needs? to|has to|ought to) be ({_one_of(_STATES)})$"),
     lambda found: f"{_STATES[found[2]]} {found[1]}"),
    (re.compile(r"^(?:flick|flip|click|pop|stick|whack|knock|bang|throw|get|put|power|hit|fire|kick|bring|set|shut|cut|kill|start)"
                r" (.+?) (on|off|out)$"), r"turn \2 \1"),
    (re.compile(r"^(?:flick|flip|click|pop|stick|whack|knock|bang|throw|get|put|power|fire|kick|cut) (on|off|out) (.+)$"),
     r"turn \1 \2"),
    (re.compile(r"^(?:cut|kill|douse|disable|deactivate|shut down|shut off|power down|extinguish) "), "turn off "),
    (re.compile(r"^(?:hit|enable|activate|fire up|start up|boot up|power up|engage|get|give me) "), "turn on "),
    (re.compile(rf"^(?:(?:crank|nudge|bump|push|bring|take|knock|slide|put|pull|drop|move|let|whack) )?(.+?) (up|down)"
                rf"(?: by)? ({_NUMBER})$"), r"turn \1 \2 by \3"),
    (re.compile(rf"^(?:{_MOVE}(?: up| down)? )?(?!set |.* by )(.+?)(?: up| down)? (?:(?:to|at|on) )?(?:about |around |exactly )?"
                rf"({_NUMBER}){_LEVEL}$"), r"set \1 to \2"),
    (re.compile(rf"^(?:{_MOVE}(?: up| down)? )?(?!set )(.+?)(?: up| down)? (?:to|at) (\d+(?:\.\d+)?)$"), r"set \1 to \2"),
    (re.compile(rf"^({_NUMBER}) (warmer|cooler|hotter|colder)$"), r"make it \1 \2"),
    (re.compile(rf"^(?!make |turn |speak |talk |set )(.+?) ({_BETTER})$"), r"make \1 \2"),
    (re.compile(r"^soften "), "dim "),
    (re.compile(r"^(?:crank|nudge|bump|push|bring|take|knock|slide|pull|drop|let|whack|pop|move) (.+?) (up|down)$"),
     r"turn \2 \1"),
    (re.compile(r"^(?:crank|nudge|bump|push|bring|knock) (up|down) (.+)$"), r"turn \1 \2"),
    (re.compile(r"^(?!turn |pull |roll |put |wind |speak |wake |get |shut |close |power |lights? )(.+?) (up|down)$"), r"turn \2 \1"),
    (re.compile(r"^(?!pull |is |are |make |did |have )(.+?) (open|closed|shut)$"),
     lambda found: f"{_STATES[found[2]]} {found[1]}"),
    (re.compile(r"^(?:drop|draw|bring down|let down) "), "lower "),
)  # fmt: skip

_LOUDNESS: Final = {"大": "小", "吵": "小", "响": "小", "小": "大", "轻": "大"}
_LIGHTNESS: Final = {"暗": "亮", "黑": "亮", "亮": "暗", "刺眼": "暗"}
_WARMTH: Final = {"热": "低", "闷": "低", "暖": "低", "冷": "高", "凉": "高"}
_TOO: Final = r"(?:有点|实在|真的|真)?太"

_ZH: Final[tuple[_Rule, ...]] = (
    (re.compile(r"(?:这)?(?:两|2)[个盏扇只]"), ""),
    (re.compile(r"(?<=[开关锁停按调])下(?![一1个首曲来])"), ""),
    (re.compile(rf"^(.*?)(?:的)?(?:灯光|光线|光)?{_TOO}(暗|黑|亮|刺眼)了?$"),
     lambda found: f"{found[1]}{_LIGHTNESS[found[2]]}一点"),
    (re.compile(rf"^(.*?)(?:的)?(?:声音|音量)?{_TOO}(大声|大|吵|响|小声|小|轻)了?$"),
     lambda found: f"{found[1]}声音{_LOUDNESS[found[2][0]]}一点"),
    (re.compile(rf"^(.+?)(?:的)?(?:温度)?{_TOO}(热|闷|暖|冷|凉)了?$"),
     lambda found: f"{found[1]}温度{_WARMTH[found[2]]}一点"),
    (re.compile(r"^我(?:想要?|要|需要)(?:让)?(.+?)(?:是)?(开|亮|关)着的?$"),
     lambda found: f"{'关掉' if found[2] == '关' else '打开'}{found[1]}"),
    (re.compile(r"^让(.+?)(?:开始)?(?:工作|运行|启动|运转)(?:起来)?$"), r"打开\1"),
    (re.compile(r"(?:开开|亮起来|开起来|点起来)$"), "打开"),
    (re.compile(r"(?:关关|关掉吧|灭掉|熄掉)$"), "关掉"),
    (re.compile(r"^(.+?)(?:开|调|开到|调到|弄到)?(?:到|成|得)?最(亮|暗|大|小|高|低)$"), r"\1调到最\2"),
    (re.compile(r"^(.+?)(?:全部|完全|全|彻底)(打开|拉开|关上|拉上|关掉)$"), r"\1\2"),
    (re.compile(r"^(.+?)(?:半亮|半开|开一半|一半)$"), r"\1调到50%"),
    (re.compile(r"^(.+?)(?:再)?(?:开|调|弄|变)?(高|低|大|小|亮|暗)(一点[点儿]?|一些|点儿?|些)$"), r"\1调\2一点"),
    (re.compile(r"^(.+?)(?:再)?(?:调|升|降|加|减)?(高|低)(\d+(?:\.\d+)?)度$"), r"\1调\2\3度"),
    (re.compile(r"^(.+?)我(?:想)?要(.+?)的$"), r"\1调成\2"),
    (re.compile(r"^(.+?)用(.+)$"), r"\1调成\2"),
    (re.compile(r"^(.+?)(重启|静音|播放|暂停)$"), r"\2\1"),
    (re.compile(r"^(.+?)(?:不要了|不用了|不需要了)$"), r"取消\1"),
    (re.compile(r"^(.+?)收了$"), r"收起\1"),
)  # fmt: skip
_RULES: Final[dict[Language, tuple[_Rule, ...]]] = {"en": _EN, "zh": _ZH}


def rephrased(said: str, language: Language) -> str:
    """A sentence in plainer words, where any rule knows it: one change after another, each at most once."""
    for pattern, plainer in _RULES[language]:
        said = " ".join(pattern.sub(plainer, said, count=1).split())
    return said
