"""Plainer words for how things are put in Chinese, in the order in which they are looked for."""

import re
from collections.abc import Callable
from typing import Final

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_LOUDNESS: Final = {"大": "小", "吵": "小", "响": "小", "小": "大", "轻": "大"}
_LIGHTNESS: Final = {"暗": "亮", "黑": "亮", "亮": "暗", "刺眼": "暗"}
_WARMTH: Final = {"热": "低", "闷": "低", "暖": "低", "冷": "高", "凉": "高"}
_TOO: Final = "(?:有点|实在|真的|真)?太"
_LITTLE: Final = "(?:一点[点儿]?|一些|点儿?|些)"
_CHECK: Final = "(?:帮我)?(?:看看|看一?下|看|检查一?下|检查|查一?下|确认一?下|确认|告诉我)"
_THINGS: Final = "灯|窗帘|百叶窗|空调|暖气|风扇|锁|门|音箱|插座|开关"


def _rule(pattern: str, plainer: str | Callable[[re.Match[str]], str]) -> Rule:
    return re.compile(pattern), plainer


RULES: Final[tuple[Rule, ...]] = (
    # Words that make no difference
    _rule("(?:这)?(?:两|2)[个盏扇只]", ""),
    _rule("(?<=[开关锁停按调])下(?![一1个首曲来])", ""),
    _rule("(?<=[开关])个(?=灯|电视|空调|窗帘|风扇)", ""),
    _rule("可以(?=[开关打拉锁])", ""),
    _rule("调(?=[大小]声)", ""),
    _rule("换个", "换成"),
    _rule("(左|右)(?:边|侧)的?", r"\1"),
    _rule("色的光", "色"),
    _rule(f"^{_CHECK}(.+(?:没有|没|吗|着))$", r"\1"),
    # What is said for "more" and "less"
    _rule(
        rf"^(.*?)(?:的)?(?:灯光|光线|光)?{_TOO}(暗|黑|亮|刺眼)了?$",
        lambda found: f"{found[1]}{_LIGHTNESS[found[2]]}一点",
    ),
    _rule(
        rf"^(.*?)(?:的)?(?:(?:声音|音量){_TOO}(大声?|小声?|轻|吵|响)|{_TOO}(大声|小声|吵|响))了?$",
        lambda found: f"{found[1]}声音{_LOUDNESS[(found[2] or found[3])[0]]}一点",
    ),
    _rule(rf"^(.+?)(?:的)?(?:温度)?{_TOO}(热|闷|暖|冷|凉)了?$", lambda found: f"{found[1]}温度{_WARMTH[found[2]]}一点"),
    # Wishes
    _rule(
        r"^我(?:想要?|要|需要)(?:让)?(.+?)(?:是)?(开|亮|关)着的?$",
        lambda found: f"{'关掉' if found[2] == '关' else '打开'}{found[1]}",
    ),
    _rule(r"^(.+?)我(?:想)?要(.+?)的?$", r"\1调成\2"),
    _rule(r"^让(.+?)(?:开始)?(?:工作|运行|启动|运转)(?:起来)?$", r"打开\1"),
    _rule(r"^(.+?)(?:开始)(?:工作|运行|运转)?$", r"打开\1"),
    _rule(r"^(?:不用|别|不要)开(.+)了$", r"关掉\1"),
    _rule(r"^(.+?)(?:不用|别|不要)开了$", r"关掉\1"),
    # On and off
    _rule("(?:开开|亮起来|开起来|点起来)$", "打开"),
    _rule("(?:关关|灭掉|熄掉|停了)$", "关掉"),
    _rule(r"^(.+?)(?:不要了|不用了|不需要了)$", r"取消\1"),
    _rule(r"^(.+?)收了$", r"收起\1"),
    # Levels
    _rule(r"^(.+?)全(亮|开)$", r"\1调到最亮"),
    _rule(r"^(.+?)(?:开|调|开到|调到|弄到)?(?:到|成|得)?最(亮|暗|大|小|高|低)$", r"\1调到最\2"),
    _rule(r"^(.+?)(?:全部|完全|全|彻底)(打开|拉开|关上|拉上|关掉)$", r"\1\2"),
    _rule(r"^(.+?)(?:拉上|关上|打开|拉开|开|关|拉)?(?:半亮|半开|一半|到50%)$", r"\1调到50%"),
    _rule(rf"^(.+?)(?:再)?(?:开|调|弄|变)?(高|低|大|小|亮|暗){_LITTLE}$", r"\1调\2一点"),
    _rule(r"^(.+?)(?:再)?(?:调|升|降|加|减)?(高|低)(\d+(?:\.\d+)?)度$", r"\1调\2\3度"),
    _rule(r"^(.+?)用(.+)$", r"\1调成\2"),
    # The other way round
    _rule(r"^(.+?)(重启|静音|播放|暂停)$", r"\2\1"),
    _rule(f"的(?={_THINGS})", ""),
)
