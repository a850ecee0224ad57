"""What the assistant says, once, when a part of it stops working: short, and what the listener has to know."""

from collections.abc import Mapping
from typing import Final

from voiced.core.health import Stage, Trouble
from voiced.core.turn import Language

SAID: Final[Mapping[Stage, Mapping[Language, str]]] = {
    "microphone": {"en": "I can't hear you: my microphone is gone.", "zh": "我听不到您说话：麦克风不见了。"},
    "wake": {"en": "I don't hear my wake word any more.", "zh": "我现在听不到唤醒词了。"},
    "stt": {"en": "I can't understand speech at the moment.", "zh": "我暂时听不懂语音。"},
    "llm": {
        "en": "My language model isn't working: I can only do commands for now.",
        "zh": "我的语言模型出了故障，暂时只能执行命令。",
    },
    "broker": {"en": "I have lost the connection to the home.", "zh": "我和家里的连接断开了。"},
    "disk": {
        "en": "I can't write anything down: timers would be lost at a restart.",
        "zh": "我无法保存数据：重新启动后计时器会丢失。",
    },
}
"""By stage; nothing for those without which nothing can be said."""

BY_CODE: Final[Mapping[str, Mapping[Language, str]]] = {
    "microphone-silent": {
        "en": "My microphone gives no sound. Is it muted by a switch?",
        "zh": "我的麦克风没有声音，是不是被静音了？",
    },
    "microphone-clips": {"en": "My microphone is too loud to hear you well.", "zh": "我的麦克风音量太大，听不清楚。"},
    "device-busy": {
        "en": "I can't hear you: another program has my microphone.",
        "zh": "我听不到您说话：另一个程序占用了麦克风。",
    },
}
"""By code, where that says more than the stage."""


def confession(trouble: Trouble, language: Language) -> str:
    """The sentence for a trouble; empty where there is nothing to say, or to say it with."""
    said = SAID.get(trouble.stage)
    return BY_CODE.get(trouble.code, said)[language] if said else ""
