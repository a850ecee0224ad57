"""The READMEs' table of faults, made of tests/data/faults.json, which `scripts/faults` printed.

`.venv/bin/python scripts/fault_table.py` writes it into both READMEs anew.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from sentences import READMES, ROOT, put

from faults import Figures
from voiced.core.confessions import BY_CODE, SAID
from voiced.core.turn import Language

FIGURES: Final = ROOT / "tests" / "data" / "faults.json"

_HEADS: Final[Mapping[Language, str]] = {
    "en": "| fault | it says, once | asked aloud | asked in writing | works again after, s | times |",
    "zh": "| 故障 | 它说一次 | 口头问它 | 打字问它 | 多少秒后恢复 | 次数 |",
}
_CHINESE: Final[Mapping[str, str]] = {
    "microphone unplugged": "拔掉麦克风",
    "microphone's driver hangs": "麦克风的驱动没有反应",
    "microphone busy": "麦克风被别的程序占用",
    "microphone muted": "麦克风被静音",
    "speaker unplugged": "拔掉扬声器",
    "speaker's driver hangs": "扬声器的驱动没有反应",
    "sound server restarted": "声音服务重启",
    "broker gone": "代理不见了",
    "language model missing": "缺语言模型",
    "language model damaged": "语言模型损坏",
    "voice missing": "缺声音",
    "voice damaged": "声音损坏",
    "wake word missing": "缺唤醒词",
    "wake word damaged": "唤醒词损坏",
    "wake word hangs": "唤醒词引擎卡住",
    "speech recognition hangs": "语音识别卡住",
    "disk gone": "磁盘不见了",
    "sound card's process is killed": "声卡进程被杀死",
    "sound card's process crashes": "声卡进程崩溃",
    "sound card's process hangs": "声卡进程卡住",
    "it answers": "它回答",
    "text, and aloud": "文字，并说出来",
    "it apologises": "它道歉",
    "it doesn't hear": "它听不到",
    "a beep": "提示音",
    "text, and a beep": "文字和提示音",
    "nothing": "没有声音",
    "text": "文字",
}
_SPOKEN: Final = {"answered": "it answers", "apology": "it apologises", "not heard": "it doesn't hear"}
_TYPED: Final = {"words": "text, and aloud", "a beep": "text, and a beep", "nothing": "text"}


def table(language: Language) -> str:
    """The table, with headings in a README's language."""
    rows = (" | ".join(_cells(row, language)) for row in json.loads(FIGURES.read_text("utf-8"))["faults"])
    return "\n".join([_HEADS[language], "|---|---|---|---|---|---|", *(f"| {row} |" for row in rows)]) + "\n"


def _cells(row: Figures, language: Language) -> Iterator[str]:
    def told(text: str) -> str:
        return _CHINESE[text] if language == "zh" else text

    yield told(row["fault"])
    yield _said(row["said"], language)
    yield told(_SPOKEN.get(row["spoken"], row["spoken"])) if row["spoken"] else "–"
    yield told(_TYPED[row["typed"]]) if row["typed"] else "–"
    yield f"{row['p50_s']} / {row['p95_s']}"
    yield str(row["times"])


def _said(sentence: str, language: Language) -> str:
    """What it said in English, in this language."""
    every = (*SAID.values(), *BY_CODE.values())
    return next((said[language] for said in every if sentence and said["en"] == sentence), "–")


def main() -> None:
    """Put the table where one with the same head stands."""
    for language, name in READMES.items():
        put(_HEADS[language], table(language), ROOT / name)


if __name__ == "__main__":
    main()
