"""Commands for what isn't there: sentences that can't but be for a thing of the house, whatever it is called."""

import re
from typing import Final

from voiced.core.acts import NoSuch
from voiced.core.turn import Language

_THING_EN: Final = (
    r"(?:lights?|lamps?|fans?|heater|heating|radiator|tv|television|plug|socket|outlet|switch|thermostat|radio|stereo"
    r"|speakers?|blinds?|curtains?|shades?|shutters?|garage door|air conditioner|air conditioning|ac|oven|kettle"
    r"|coffee machine|dishwasher|washing machine|dryer|vacuum|humidifier|dehumidifier|purifier|boiler|projector|printer"
    r"|sprinklers?|pump)"
)
_THING_ZH: Final = (
    r"(?:灯|灯带|风扇|电扇|空调|电视机?|窗帘|百叶窗|插座|开关|暖气|加湿器|净化器|音箱|音响|收音机|烤箱|热水器|热水壶"
    r"|咖啡机|洗衣机|洗碗机|投影仪?|扫地机(?:器人)?|车库门)"
)
_NAME_EN: Final = (
    rf"(?:all (?:of )?)?(?:the |my |our )?(?P<name>(?:[\w'-]+ ){{0,3}}{_THING_EN})"
    r"(?: (?:in|on) (?:the |my )?(?P<area>[\w'-]+(?: [\w'-]+)?))?"
)
_SHAPES: Final[dict[Language, tuple[re.Pattern[str], ...]]] = {
    "en": (
        re.compile(rf"(?:turn|switch) (?:on|off) {_NAME_EN}"),
        re.compile(rf"(?:turn|switch) {_NAME_EN} (?:on|off)"),
        re.compile(rf"(?:open|close|shut|dim|brighten|toggle|raise|lower) {_NAME_EN}"),
        re.compile(r"(?:lock|unlock|open|close|shut) (?:the |my |our )(?P<name>(?:[\w'-]+ ){1,2}(?:door|window|gate))"),
        re.compile(rf"set {_NAME_EN} to \d+(?:\.\d+)?(?:%| degrees?)?"),
    ),
    "zh": (
        re.compile(
            rf"(?:打开|关闭|关掉|关上|开启|拉上|拉开|开(?![始心车会放发])|关(?![于心系键注联]))(?P<name>.{{0,6}}?{_THING_ZH})"
        ),
        re.compile(
            rf"(?:让|叫)(?P<name>.{{0,4}}?{_THING_ZH})(?:开始|启动|停止|停下来?|去|出来)(?:工作|运行|扫地|清扫|打扫|洗|洗衣服|洗碗|加热)?"
        ),
        re.compile(
            rf"(?:把|将)(?P<name>.{{0,6}}?{_THING_ZH})(?:打开|关闭|关掉|关上|关了|开启|拉上|拉开|(?:调|设)到\d+(?:%|度)?)"
        ),
    ),
}
_NOT_A_NAME: Final = re.compile(
    r"^(?:on|off|all|to|and|or|that|this|it|not)\b|\b(?:the|and|or|that|which|not|when|if)\b|和|然后|是|打开|关|把|调"
)


def missing(said: str, language: Language) -> NoSuch | None:
    """What a sentence commands by a name that nothing has; None where it may as well be no command."""
    for shape in _SHAPES[language]:
        if (found := shape.fullmatch(said)) and not _NOT_A_NAME.search(found["name"]):
            return NoSuch(found["name"], found.groupdict().get("area") or "")
    return None
