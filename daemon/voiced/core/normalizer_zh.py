"""Chinese sentences in one form: courtesy off, digits, percent, durations and times."""

import re
from decimal import Decimal
from typing import Final

from voiced.core.number_words import ZH_NUMERAL, number, plain, to_digits

_HESITATION: Final = re.compile(
    r"嗯+|呃+|唔+|(?:^|(?<=[嗯呃]))(?:啊+|哦+|噢+|额+|诶+|欸+|哎+|喂+)|那个(?=.)|(?<![申邀聘宴])请(?![假客教])问?(?=.)|麻烦(?:你|您)?(?=.)"
)
# Taken off the ends, again and again, as long as something is left. What asks "can you" may end in a particle.
_OPENING: Final = re.compile(
    r"^(?:(?:不好意思|打扰一下|打扰了|你好|您好|嗨|哈喽|就是|对了|话说)|(?P<asking>(?:你|您)?(?:可不可以|能不能|可以不可以|能否|可否|可以|能)(?=帮|给|替|把|将|请|打开|关|开|设|调|告诉|大|小|再|暗|亮|放|停(?=[下掉止播])|换|锁|拉|提醒|叫))"
    r"|(?:你|您)(?=帮|给我|把|替)|(?:我想要?|我要|我需要)(?=.)(?!.*着$)(?:你|您)?|我想知道|告诉我(?=.*(?:几|多|什么|吗|没|谁|是不是|哪|怎么|如何|打开|关))|好的?(?=把|帮|打开|关)|好吧|那么?(?=把|帮|打开|关|就)|就(?=把)"
    r"|现在(?=把|帮|打开|关|请)|快点?(?=把|打开|关)|赶紧|赶快|拜托(?:你|您)?|劳驾|来(?=把|帮|打开|关))(?=.)"
)
_HELPING: Final = re.compile(r"(?:帮忙(?=.)|(?:帮|替|给)(?:我们|我|俺|咱们)(?=.)(?![听看说讲读唱的]|打电话)(?:一下)?)")
_A_LITTLE: Final = re.compile(r"(?<=.)一下(?!子)(?:儿)?")
_CLOSING: Final = re.compile(
    r"(?<=.)(?:谢谢(?:你|您|啦|了)?|多谢|好吗|好不好|(?<!运)行吗|行不行|可以吗|可不可以|怎么样(?<=[上下开关好]怎么样)|吧|呀|来着|啊|哦|呗|啦|嘛|噢|哈|拜托(?:了|你|您)?)$"
)

_UNITS: Final = (
    ("hours", 3600, ("hour_half", "hour_more")),
    ("minutes", 60, ("minute_half", "minute_more")),
    ("seconds", 1, ()),
)
_DAY_HOURS: Final = 24
_HOUR_MINUTES: Final = 60
_N: Final = rf"(?:[{ZH_NUMERAL}]+(?:点[零〇一二三四五六七八九]+)?|\d+(?:\.\d+)?)"
# The package's sentences take no more minutes or seconds than a hundred.
_SPLIT_FROM: Final = 100
_HALF_HOUR: Final = r"半个?(?:小时|钟头)"
_PIECE: Final = (
    rf"(?:(?P<hours>{_N})个?(?P<hour_half>半)?(?:小时|钟头)(?P<hour_more>半)?|{_HALF_HOUR}|(?P<quarters>[一三13])刻钟|半分钟"
    rf"|(?P<minutes>{_N})(?:分钟(?P<minute_more>半)?|分(?P<minute_half>半)钟?)|(?P<seconds>{_N})秒钟?)"
)
_ANY_PIECE: Final = re.sub(r"\?P<\w+>", "?:", _PIECE)
_SHORT_MINUTES: Final = rf"(?:{_N}分(?![之钟半])钟?)"
_DURATION: Final = re.compile(
    rf"(?<!百分之)(?:{_ANY_PIECE}(?:[零又加和]?(?:{_ANY_PIECE}|(?<=[时头])[零又]?{_SHORT_MINUTES}))*|{_N}分(?={_N}秒)(?:{_ANY_PIECE})"
    rf"|(?<![点差{ZH_NUMERAL}\d.])(?:[{ZH_NUMERAL}]+|\d+)分(?=的|$))"
)
_EXACT: Final = re.compile(_PIECE)

_PART: Final = "凌晨|早上|早晨|清晨|上午|中午|下午|傍晚|晚上|夜里|半夜|今晚|明早|明晚|今早|今天|明天|后天"
_H: Final = rf"(?:[{ZH_NUMERAL}]{{1,3}}|\d{{1,2}})"
# 一点 is "a little" unless something makes it a time.
_AT_ONE: Final = rf"(?<={_PART})|(?=[^点]点(?:的闹|叫我|提醒|起床))"
_TIME: Final = re.compile(
    rf"(?P<kept>(?:星期|礼拜|周)[一二三四五六](?={_H}点))"
    rf"|差(?P<less>一刻|{_H})分?钟?(?:到)?(?P<next>{_H})点钟?"
    rf"|(?P<late>{_H})点差(?P<lack>一刻|{_H})分?"
    rf"|(?:(?P<sure>{_AT_ONE})|)(?P<hour>{_H})点(?:(?P<half>半)|(?P<quarter>[一三13])刻钟?|(?P<o>钟|整)"
    rf"|过?(?P<minute>[零〇][一二三四五六七八九\d]|[二三四五]?十[一二三四五六七八九]?|[0-5]\d|[一二三四五六七八九\d](?=分))分?(?![之钟]|个?小时|度|%)"
    rf"|(?P<bare>(?![零〇一二两三四五六七八九\d])))"
)
_HALFWAY: Final = re.compile(r"(?<=到)一半|(?<=[开关升降放拉调])(?:到)?一半")
_COUNT: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_PART_OF: Final = re.compile(r"(?<=[到开关升降放拉成])([三四五])分之([一二三四])")
_HALF_DEGREE: Final = re.compile(r"(?<=\d)(?<!\.\d)度半")
_DEGREE: Final = re.compile(r"(?<=\d)(?:°c?|摄氏度)")


def rewritten(text: str) -> str:
    """One pass over a text without spaces between Chinese words."""
    said = _courtesy_off(_HESITATION.sub("", text))
    said = _DURATION.sub(_duration, said)
    said = _TIME.sub(_time, said)
    said = _HALFWAY.sub(lambda found: "50%" if said[found.start() - 1] == "到" else "到50%", said)
    said = _PART_OF.sub(lambda found: f"{round(100 * _COUNT[found[2]] / _COUNT[found[1]])}%", said)
    return _HALF_DEGREE.sub(".5度", _DEGREE.sub("度", to_digits(said, "zh")))


def _courtesy_off(text: str) -> str:
    asking = False
    while True:
        opening = _OPENING.match(text)
        asking = asking or bool(opening and opening["asking"])
        less = _CLOSING.sub("", _OPENING.sub("", text))
        if asking:
            less = re.sub(r"(?<=.)(?:吗|么)$", "", less)
        less = _A_LITTLE.sub("", _HELPING.sub("", less))
        if less == text:
            return text
        text = less


def _duration(found: re.Match[str]) -> str:
    said = re.sub(rf"({_N})分(?![之钟半])(?!钟)", r"\1分钟", found[0])
    pieces = list(_EXACT.finditer(said))
    seconds = sum((_seconds(piece) for piece in pieces), Decimal(0))
    single = pieces[0] if len(pieces) == 1 else None
    if single and not re.search("[半刻]", single[0]):
        for group, unit in (("hours", "小时"), ("minutes", "分钟"), ("seconds", "秒")):
            count = number(single[group], "zh") if single[group] else None
            if count is not None and count == int(count) and (count < _SPLIT_FROM or unit == "小时"):
                return f"{plain(count)}{unit}"
    whole = int(seconds)
    counts = (("小时", whole // 3600), ("分钟", whole // 60 % 60), ("秒", whole % 60))
    return "".join(f"{count}{unit}" for unit, count in counts if count) or "0秒"


def _seconds(piece: re.Match[str]) -> Decimal:
    if piece["quarters"]:
        return Decimal(900 if piece["quarters"] in "一1" else 2700)
    for group, unit, halves in _UNITS:
        if piece[group]:
            half = Decimal("0.5") if any(piece[name] for name in halves) else Decimal(0)
            return (Decimal(str(number(piece[group], "zh") or 0)) + half) * unit
    return Decimal(1800 if "时" in piece[0] or "头" in piece[0] else 30)


def _time(found: re.Match[str]) -> str:
    if found["kept"]:
        return found[0]
    late = found["next"] or found["late"]
    hour = number(late or found["hour"], "zh")
    if hour is None or hour > _DAY_HOURS:
        return found[0]
    if late:
        lack = found["less"] or found["lack"]
        minutes = 15 if lack == "一刻" else number(lack, "zh")
        return (
            found[0]
            if not minutes or minutes >= _HOUR_MINUTES
            else f"{int(hour - 1) % _DAY_HOURS}:{_HOUR_MINUTES - int(minutes):02}"
        )
    minute = 30 if found["half"] else 0
    if found["quarter"]:
        minute = 15 if found["quarter"] in "一1" else 45
    if found["minute"]:
        minute = int(number(found["minute"].lstrip("零〇") or "零", "zh") or 0)
    if found["bare"] is not None and found["hour"] == "一" and found["sure"] is None:
        return found[0]
    return f"{int(hour)}:{minute:02}"
