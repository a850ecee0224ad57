"""A remark before or after a command in Chinese (天黑了, 我要睡觉了, 太吵了): the command without it.

Only what is sure to be a remark of its own is left out: somebody who tells of a command, asks about one or makes it
depend on something says the same words of the command itself.
"""

import re
from collections.abc import Iterator
from typing import Final

_FELT: Final = (
    "热|冷|凉|闷|闷热|暖|晒|干|干燥|潮|潮湿|湿|黑|暗|昏暗|亮|刺眼|晃眼|吵|响|大声|小声|安静|困|累|晚|慢|卡|臭|难闻|呛|脏|乱"
    "|无聊|冻|烫|饿|渴|危险|难受|难听|难看|不舒服"
)
_DOING: Final = (
    "(?:睡个?午?觉|午睡|午休|睡|休息|上床|出门|出去|离开|走|回家|上班|下班|上学|放学|出发|接个?电话|打个?电话|赶飞机|赶火车|吃[早午晚]?饭|做饭|炒菜|开饭|洗澡|洗漱|工作|办公"
    "|学习|写作业|做作业|开会|打游戏|聊天|散步|跑步|锻炼|健身|遛狗|买菜|[取拿]快递|倒个?垃圾|扔个?垃圾|起床|起来"
    "|看(?:一?会儿?)?(?:书|报纸|电影|电视|片子?|剧|球赛?|比赛|新闻)|听(?:一?会儿?)?(?:音乐|歌)|练琴|画画|拍照|喝茶|招待客人|下雨|下雪|刮风|起风|打雷|降温|天黑|天亮)"
)
_WHO: Final = "(?:我们?|咱们?|俺|大家|孩子们?|宝宝|小孩|客人们?)"
_DONE: Final = (
    "来|到|到家|到齐|走|回来|回家|睡|睡着|睡觉|困|累|饿|醒|起床|起来|黑|亮|冷|热|凉|晚|下雨|下雪|刮风|起风|打雷|出太阳|天晴"
    "|出门|下班|放学|开始|结束|够|早上|中午|下午|晚上|半夜|白天|没水|没电|没人|[^了忘]完(?:.{1,2})?|满|[洗做弄煮饭]好|不[看听玩想用]|受不"
    "|起雾|降温|开饭|休息|吃饭"
)
_WHEN_FELT: Final = (
    rf"(?:太|好|很|真|有点儿?|有些|挺|怪|这么|超|特别|非常|实在太|不够|怕)(?:{_FELT})(?:了|啊)?"
    rf"|(?:{_FELT})(?:死|坏|极|得不行)了?"
)
_SOON: Final = r"(?:快要|就要|马上就?要?|要|快|该|得|准备)[^把将给]{1,5}了"
_UNDONE: Final = (
    "(?:怎么)?(?:还|又)?(?:没关好?|没锁好?|没上锁|没开|忘关了?|忘了关了?|忘记关了?|开着呢?|亮着呢?|不用亮着?了?|不用开着?了?|不用了|不需要了"
    "|没人[用看听](?:了)?|没用了)"
)
_BEFORE: Final = re.compile(
    rf"(?P<topic>.{{0,10}}?)(?:{_WHEN_FELT}|太[^了忘]{{1,3}}了|{_SOON}|(?:{_DONE})了|{_UNDONE}|没人(?:在.{{1,3}}|了)|(?<=[房厅室库楼里园廊上下家])没人)"
    rf"|.{{0,4}}(?:看|听)不(?:清楚?|见|到)(?:字|东西|路)?(?:了)?|{_WHO}?(?:去)?{_DOING}(?:去)?了"
    rf"|.{{0,2}}(?:空气|味道|信号|光线|天气|网|网络)(?:很|不太|太)?(?:不好|差|不行|慢)"
    rf"|{_WHO}?(?:去|来)?[睡接打倒洗冲泡补取拿丢扔]个.{{1,3}}"
    rf"|.{{0,6}}不(?:好听|好看|舒服|够亮|够暖|凉快|暖和|透气)(?:了)?"
    rf"|.{{0,4}}{_WHO}?(?:现在|马上|这就)?(?:要|该|想|准备|得|先)?(?:出去|去|来)?{_DOING}(?:之前|以前|前|先)"
    rf"|{_WHO}?(?:现在|马上|这就)?(?:(?:要|该|想|准备|得|先|在|正在)(?:出去|去|来)?|出去|去){_DOING}(?:一会儿?)?"
    rf"|.{{1,4}}(?:在|正在){_DOING}(?:呢)?"
    rf"|(?:外面|天|今天)?(?:在)?(?:下雨|下雪|刮风|打雷)(?:呢)?"
    rf"|(?:家里|外面)?(?:来客人|有客人来|有人来|有蚊子|有味道|有味儿|有油烟|有烟)(?:来)?了?"
)
_WANTS: Final = re.compile(rf"{_WHO}?(?:想要|喜欢|想|要).{{1,5}}的|(?:出去|去)?{_DOING}")
"""What is a remark only before 把, which nothing can begin with but a command."""

_DAY: Final = "今晚|明天|明早|后天|(?:下?周|星期|礼拜)[一二三四五六日天]"
_CLOCKED: Final = re.compile("叫醒?我|把我叫醒|闹钟|计时|定时|提醒我")
_ERRAND: Final = re.compile(
    rf"(?:我)?(?P<day>{_DAY})?(?:我|我们)?(?:要|得|有|去|在|正在|正)?(?:煮|蒸|烤|炖|泡|焖|煎|炒|敷|热|赶|见|上|开|考|出|去|做|睡|炖)[^点分\d]{{1,4}}"
)
"""What is a remark only before something to be told in time."""

_PURPOSE: Final = (
    "(?:好)?让.{1,4}(?:进来?|出去|进门|睡觉?|休息)|透透?气|通通?风|换换?气|散散?[味烟]|晒晒?太阳|看会?儿?书|吃[早午晚]?饭|洗澡"
    "|(?:煮|泡|冲)(?:杯|点|壶|个)?(?:咖啡|茶)"
)
_AFTER: Final = re.compile(
    rf"(?:.{{0,3}}?)(?:{_WHEN_FELT})|(?:这.{{0,2}})?(?:太|好)?(?:不好听|难听|不好看)(?:了)?|(?:{_WHO}|.{{1,3}}(?=快|要))?(?:快要|就要|马上就?要?|要|快|该|得|准备){_DOING}(?:了)?"
    rf"|(?:{_WHO}|天|外面|.{{1,2}}(?=来|到|睡))?(?:{_DONE})了|(?:外面|天)?(?:在)?(?:下雨|下雪|刮风|打雷)(?:了|呢)?"
    rf"|{_WHO}(?:要|想|在|正在|准备|去)+{_DOING}|{_PURPOSE}"
)
_TOLD: Final = re.compile(
    "谁|什么|怎么(?!还[开亮])|为何|如果|要是|假如|万一|的话|说|讲|问|告诉|让(?:我|他|她|你|人)|昨|刚|上次|上周|去年|那天|当时|曾|已经|总|经常|每|从来"
    "|一旦|只要|除非|无论|等|或者|应该|小说|电影里|故事|歌里|梦|觉得|以为|认为|感觉|他|她|会不会|要不要|好不好|吗|呢$|哪|一直|之后|以后"
)
_PEOPLE: Final = re.compile("妈|爸|爷|奶|哥|姐|弟|妹|叔|姨|老师|老公|老婆|人|孩子|小[明红]|朋友|邻居|同学|老板")
_REPORT: Final = re.compile(r"^[听看]不|[掉上开好到]了$")
_MORE_OR_LESS: Final = re.compile("[再更调弄变]*[亮暗大小高低轻响快慢热冷暖凉]声?(?:一点|一些|点)?(?:声)?")
_ITSELF: Final = re.compile("你|声音|音量|说话")
_BOUND: Final = re.compile("^(?:所以|那么?|快点?|赶紧|赶快|请|先)(?=.)")
# An effect of the command is no reason for it: 开灯太亮了.
_EFFECT: Final = (
    re.compile("开.*(?:亮|刺眼|晃眼|吵|响|大声)"),
    re.compile("开(?!.*(?:暖|热|毯)).*[冷凉冻]"),
    re.compile("关.*(?:黑|暗)"),
    re.compile("关(?!.*(?:暖|热|毯)).*(?:热|闷)"),
)
_LONGEST: Final = 14
"""Characters of a remark."""


def without_remark(said: str) -> Iterator[tuple[str, bool]]:
    """What is left of a sentence, and whether that begins with what the remark was about; none where nobody remarks."""
    if _TOLD.search(said):
        return
    for at in range(2, min(len(said), _LONGEST + 1)):
        remark, command = said[:at], _BOUND.sub("", said[at:])
        if _is_report(remark, command):
            continue
        found = _BEFORE.fullmatch(remark)
        errand = _ERRAND.fullmatch(remark) if _CLOCKED.search(command) else None
        if errand:
            yield (errand["day"] or "") + command, False
        if not (found or (command.startswith(("把", "将")) and _WANTS.fullmatch(remark))):
            continue
        topic = (found["topic"] if found else "") or ""
        if len(topic) > 1:
            yield (command.replace("它", topic, 1) if "它" in command else topic + command), True
        if not (topic and not _ITSELF.match(topic) and _MORE_OR_LESS.fullmatch(command)):
            yield command, False
    for at in range(max(2, len(said) - _LONGEST), len(said) - 1):
        command, remark = said[:at], said[at:]
        if _AFTER.fullmatch(remark) and not any(effect.search(said) for effect in _EFFECT):
            yield command, False


def _is_report(remark: str, command: str) -> bool:
    """Whether it is rather told that somebody did it: 妈妈回来了把灯关了."""
    somebody = _PEOPLE.search(remark) and not ("睡" in remark and command[0] in "把将关锁")
    return bool(_REPORT.search(command) or (command.endswith("了") and somebody))
