"""What in a question's words makes it hard or easy for a small model, in English and Chinese.

A score is a logistic regression over a table of signs: each is a pattern per language, counted up to a cap and
weighted. The weights were fitted to one half of the data that the README in tests/data names, and rounded, so that
each can be read and argued about: one point multiplies the odds of being hard by e. Three were then set by hand:
"words" lower, so that talking much isn't taken for asking much, "explaining" and "translation" higher, since the data
has few of their short questions.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from voiced.core.turn import Language

LONGEST: Final = 1000
"""Characters that are looked at: what is longer is hard anyway."""

BIAS: Final = -3.2

Name = Literal[
    "words", "numbers", "amounts", "maths", "code", "writing", "translation", "explaining", "supposing",
    "pondering", "advice", "lookup", "device", "own",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sign:
    """A pattern that is counted, `most` times at most, each time adding `weight` to the log-odds of being hard."""

    weight: float
    most: int
    en: re.Pattern[str]
    zh: re.Pattern[str]

    def count(self, text: str, language: Language) -> int:
        """How often a text shows it, up to the cap."""
        pattern = self.zh if language == "zh" else self.en
        return min(len(pattern.findall(text)), self.most)


def _sign(weight: float, most: int, en: str, zh: str) -> Sign:
    return Sign(weight, most, re.compile(en, re.IGNORECASE), re.compile(zh, re.IGNORECASE))


_EN_DIGIT = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million)"
)
# "one" alone is mostly a pronoun.
_EN_NUMBER = (
    rf"\d[\d,.]*|\b(?!one\b(?!\s+{_EN_DIGIT})){_EN_DIGIT}(?:[\s-]+(?:and\s+)?{_EN_DIGIT})*\b|"
    r"\b(?:half|twice|double|triple|thirds?|quarters?|fourths?|dozen|percent)\b"
)
_ZH_DIGIT = "[零一二两三四五六七八九十百千万亿]"
# 一 alone is mostly an article, and the rest are idioms.
_ZH_NUMBER = (
    rf"\d[\d,.]*|(?!千万别|万一|十分(?!之|钟))(?:百分之|第)?(?:[零二两三四五六七八九十百千万亿]{_ZH_DIGIT}*|"
    rf"一{_ZH_DIGIT}+)|一半|[半倍折]"
)
_CODE = (
    r"\bpython\b|\bjava(?:script)?\b|c\+\+|\bc#|\brust\b|\bsql\b|\bhtml\b|\bcss\b|\bregex\b|\bbash\b|\balgorithms?\b|"
    r"\bapi\b|\bjson\b|```|\bdef \w+\(|\btypescript\b|\bgolang\b"
)

SIGNS: Final[Mapping[Name, Sign]] = {
    "words": _sign(0.12, 50, r"[^\W\d_][\w'’-]*", r"[\u4e00-\u9fff]{2}|[A-Za-z]+"),
    "numbers": _sign(0.9, 5, _EN_NUMBER, _ZH_NUMBER),
    "amounts": _sign(
        0.8, 3,
        r"\bhow (?:many|much|long|far|old|fast)\b|\b(?:in total|altogether|combined|times as|more than|less than|fewer|"
        r"remaining|left over|did .{1,60} have left|are left|per|each|every|as many|as much)\b",
        r"多少|[共剩]|平均|几(?=[个只天块人张本次米小年])|是.{0,6}的.{0,3}倍|每(?=[个人小分秒只块本])|比.{1,8}[多少贵]|分给|相距",
    ),
    "maths": _sign(
        3.0, 1,
        r"\bequations?\b|\bintegrals?\b|\bderivatives?\b|\bprobabilit|\btheorem\b|\bprove\b|\bsolve for\b|f\(x\)|"
        r"\bpolynomial|\blogarithm|\bmatri(?:x|ces)\b|\bline segment\b|\bprime (?:number|factor)|\bcompound interest|"
        r"\bfactori[sz]e\b|\d[a-z] [+-]|\btriangle\b|\bslope\b|\briddle\b|\blogic puzzle\b|\bpermutations?\b",
        r"方程|积分|导数|概率|定理|证明|函数|多项式|对数|矩阵|质数|复利|无理数|因式|三角形|利率.{0,20}本息|谁(?:说|在)(?:的是)?(?:真|"
        r"撒谎)|天平|能不能说|推理|推断|谜题",
    ),
    "code": _sign(
        4.5, 1,
        _CODE + r"|\b(?:write|implement|develop|debug|fix|refactor|create)\b.{0,40}\b(?:program|code|function|script|"
        r"class|data structure|web ?page|query)\b(?! for an? (?:youtube|video|film|movie|podcast|play))|"
        r"\b(?:recursion|linked list|binary search|stack trace|unit tests?)\b",
        _CODE + r"|代码|编程|程序(?!员)|算法|函数.{0,20}(?:写|实现|判断)|(?:写|实现).{0,20}函数|"
        r"正则|爬虫|递归|链表|二分查找|数据库|"
        r"哈希|时间复杂度|快速排序|冒泡",
    ),
    "writing": _sign(
        4.3, 1,
        r"\b(?:write|compose|draft|pen|rewrite|structure|make up|generate|create)\b.{0,60}\b(?:essay|story|stories|"
        r"poem|letter|e-?mail (?:to (?:an?|our|the)|inform)|article|report|speech|review|blog|script|proposal|lyrics|"
        r"haiku|limerick|sonnet|toast|eulogy|advert\w*|cover letter|product description|paragraphs?|formal \w+|novel|"
        r"dialogue|announcement)\b|\b(?:apology|formal|announcement|resignation|cover) (?:e-?mail|letter)\b|"
        r"\b(?:a|an) (?:long|original|detailed) (?:\w+ )?(?:story|answer|explanation|essay)\b|"
        r"\b(?:summari[sz]e|paraphrase|proofread)\b",
        r"(?:写|编|拟|起草|创作|扩写|续写|改写|润色)(?:出|个|一下|完)?.{0,20}(?:作文|文章|故事|小说|诗|信|邮件|演讲稿|合同|致辞|总结|文案|"
        r"报告|论文|剧本|歌词|对联|评论|日记|检讨|方案|计划书|简历|稿|祝福)|(?:总结|概括)(?:一下)?.{2}",
    ),
    "translation": _sign(
        3.0, 1,
        r"\btranslate\b(?=(?:\W+\S+){5})|\btranslation of\b",
        r"翻译(?=.{8})",
    ),
    "explaining": _sign(
        3.1, 2,
        r"\b(?:explain|discuss|compare|contrast|analy[sz]e|evaluate|assess|elaborate|justify|critique|argue)\b|"
        r"\bdifferences? between\b|\bpros and cons\b|\badvantages and disadvantages\b|\bstep[ -]by[ -]step\b|"
        r"\bhow (?:do|does|did) (?!i\b|you\b|we\b|it cost|(?:this|my|the) )(?:\w+\W+){1,6}?(?:work|affect|influence|"
        r"lead|form|evolve|cause|contribute|function)s?\b|\bin detail\b|\bthe (?:theory|concept|process|causes?|"
        r"consequences?|significance|basics) of\b|\bdescribe (?:a|your|the|how) (?:\w+\W+){3}",
        r"解释|说明|分析|比较一下|对比|论述|评价|谈谈|详细|区别|优缺点|利弊|原理|一步一步|怎么(?:形成|理解|看待|产生)|是怎么.{0,8}的|"
        r"如何看待|为什么(?=.{7})|给出.{0,4}(?:理由|建议)|有哪些(?=.{0,3}(?:影响|应用|原因|特点))|怎么说的|意义",
    ),
    "supposing": _sign(
        4.0, 1,
        r"\bwhat (?:if|would happen)\b|\b(?:imagine|pretend|suppose|assume) (?:that )?(?:you|we|to|there|i|a|the)\b|"
        r"^as an? (?:\w+\W+){1,6}?(?:how|what|describe|write|explain|tell)\b|\bif you (?:were|had)\b|\brole-?play\b|"
        r"^if (?:all|some|no|every|the|a) (?:\w+\W+){2,12}?(?:then|can we|does it|is it|what|who)\b|"
        r"\bhow would you (?:introduce|describe|explain)\b",
        r"(?:如果|假如|假设|要是|倘若).{4,40}?(?:会|怎样|怎么|什么|能不能|是不是)|假设你|想象|扮演|假装你",
    ),
    "pondering": _sign(
        2.0, 4,
        r"\b(?:effects?|effective(?:ly)?|impacts?|implications?|factors?|strateg(?:y|ies)|ethic\w*|moral\w*|societ(?:y|ies)|"
        r"social|cultur\w*|econom\w*|politic\w*|philosoph\w*|histor(?:y|ical)|technolog\w*|environment\w*|evidence|"
        r"evolution|governments?|challenges?|critical|importan(?:t|ce)|potential|conflict|quantum|consciousness|theory|"
        r"psycholog\w*|global\w*|scientific|industry|education\w*|individuals?|behaviou?r|others|prefer|might)\b",
        r"影响|社会|经济|政治|文化|伦理|道德|历史|哲学|科技|人工智能|环境保护|战争|革命|心理|思维|效率|因素|策略|挑战|发展|量子|主义|"
        r"未来|教育|冲突|生态|悖论|全球|应该|相对论|区块链|免疫|看法|宇宙|黑洞",
    ),
    "advice": _sign(
        2.6, 1,
        r"\bhow (?:can|could|should|might) (?:i|you|we|one|someone|people)\b(?! (?:help|get|turn|set|change|use)\b)|"
        r"\bwhat (?:are|is) (?:the|some) (?:most|best|main|major|primary|effective|subtle|key)\b|"
        r"\bplan (?:a|my|me|an|our)\b.{0,30}\b(?:trip|itinerary|week|days?|diet|party|budget)\b|"
        r"\b(?:reasons|arguments) (?:for|against|why|to)\b|\band why\b|\bis it better to\b|"
        r"\b(?:design|propose|come up with|brainstorm|devise)\b|\bwhy (?:do|does|did|might|is|are|should|would)\b",
        r"如何|怎样才能|应该怎么办|(?:制定|设计|拟).{0,14}(?:计划|方案|实验|行程)|哪个更(?:适合|好)|估算|建议|[应该]不应?该|分析",
    ),
    "lookup": _sign(
        -1.2, 2,
        r"\b(?:weather|temperature|forecast|news|traffic|stocks?|exchange rate|convert|near(?:by|est| me)|recipes?|"
        r"cook|calories|meaning of|definition|define|spell|directions?|restaurants?|reservation|flights?|hotel|"
        r"tickets?|capital of|time is it|time zone|born|joke|fact|movies?)\b",
        r"天气|气温|下雨|新闻|股市|汇率|附近|怎么走|怎么做$|餐厅|首都|几点|星期几|哪一天|哪天|笑话|快递|机票|高铁|电影|菜谱|等于几",
    ),
    "device": _sign(
        -1.0, 3,
        r"\b(?:alarms?|timers?|remind(?:er)?s?|calendar|appointments?|meetings?|events?|playlist|playing|songs?|music|"
        r"radio|podcasts?|volume|lights?|lamp|thermostat|shopping list|to-?do|lists?|emails?|inbox|call|text|phone|"
        r"contacts?|turn (?:on|off|up|down)|switch (?:on|off)|shut (?:off|down)|mute|olly|alexa|siri|google|a\.?m|"
        r"p\.?m|o'?clock|today|tonight|tomorrow|yesterday|mon|tues|wednes|thurs|fri|satur|sunday|(?:mon|tues|wednes|thurs|fri|"
        r"satur)day|january|february|march|april|june|july|august|september|october|november|december|tweet|taxi|uber|vacuum|coffee)\b",
        r"闹钟|定时|倒计时|提醒|日历|会议|播放|放点|歌|音乐|音量|声音|灯|空调|窗帘|电视|加湿器|扫地|热水器|购物清单|打电话|发消息|叫我|打开|"
        r"关掉|关了|调到|调暗|明天|今天|今晚|早上|晚上|下午|上午|[点半](?=[钟半到和叫提]|$)|周末|星期|下一首|暂停|手机|导航|出租车",
    ),
    "own": _sign(
        -0.5, 3,
        r"\b(?:my|mine|me|i|i'm|i'd|i've|you|your|we|our)\b",
        r"我|你|咱",
    ),
}  # fmt: skip


def signs_of(text: str, language: Language) -> dict[Name, int]:
    """How often each sign shows."""
    looked_at = text[:LONGEST]
    return {name: sign.count(looked_at, language) for name, sign in SIGNS.items()}


def score(counts: Mapping[Name, int]) -> float:
    """How hard a text with these signs is: 0 easy, 1 hard."""
    points = BIAS + sum(SIGNS[name].weight * count for name, count in counts.items())
    return 1 / (1 + math.exp(-points))
