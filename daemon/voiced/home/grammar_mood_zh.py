"""What asks in Chinese, and what says that something is not to be done, or is to stay as it is."""

import re
from typing import Final

# 怎么还没关 complains, and 什么都关掉 is everything.
_ASKS: Final = re.compile(
    r"(?:吗|么|呢|没有|没|否)$|什么(?!都)|谁|哪|怎么(?!还|又)|如何|为何|多少|多久|几(?=[点度个盏扇号档成次台把年月天分秒小]|$)"
    r"|是不是|有没有|是否|要不要|能不能|可不可以|会不会|该不该|(?P<does>[开关锁拉调放播亮停响])[没不](?P=does)"
    r"|多(?:大|高|低|长|远|亮|热|冷|快|慢|响|重)(?!一?[点些])"
)
_NOT: Final = r"(?:千万|先|就|也|还是)*(?:别|不要|不用|不必|不许|不准|不能|不可以|不得|禁止|无需|甭)(?:再|给我|去)?"
_ACTS: Final = r"(?:[把将让给].+|(?:打开|开|关|拉|锁|调|设|停|播|放|启动|暂停|解锁|切换|升|降)[^把将]*)"
_FORBIDS: Final = re.compile(rf"(?!.*(?:而是|但是?|只要))(?P<thing>.*?){_NOT}(?P<command>{_ACTS})")
_STATES: Final = {"开": "打开", "亮": "打开", "关": "关上", "锁": "锁上", "拉": "拉上"}
_LASTING: Final = r"(?:一直|继续|保持|就|先|还是|仍然)"
_STAYS: Final = (
    re.compile(rf"(?:让|保持|留|把|将)*(?P<thing>.+?)(?:的)?{_LASTING}+(?:这样|这么|让它)?(?P<state>[开关亮锁拉])着?(?:吧|就行|就好|不动)?"),
    re.compile(rf"(?:让|保持|留着?){_LASTING}?(?P<thing>.+?)(?:打)?(?P<state>[开关亮锁拉])着?(?:吧|就行|就好)?"),
    re.compile(r"(?P<thing>.+?)(?P<state>[开关亮锁拉])着(?:就(?:行|好|可以)|别[关开动]了?|不要[关开动])"),
)  # fmt: skip


def asks(said: str) -> bool:
    """As `grammar_mood.asks`."""
    return _ASKS.search(said) is not None


def withheld(said: str) -> str:
    """As `grammar_mood.withheld`; 别开灯了 is none, since it ends what goes on."""
    for form in _STAYS:
        if stays := form.fullmatch(said):
            return f"把{stays['thing']}{_STATES[stays['state']]}"
    forbidden = _FORBIDS.fullmatch(said)
    if forbidden and not (said.endswith("了") and forbidden["command"][0] not in "把将"):
        return forbidden["thing"] + forbidden["command"]
    return ""
