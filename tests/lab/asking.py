"""Asking a language model in one line."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from voiced.core.turn import Message
from voiced.llm.llama import LlamaModel
from voiced.ports import LanguageModel

Opened = Callable[..., AbstractAsyncContextManager[LlamaModel]]

SYSTEM = Message("system", "Be kind")


def asked(question: str, system: Message = SYSTEM) -> list[Message]:
    return [system, Message("user", question)]


async def ask(model: LanguageModel, question: str, system: Message = SYSTEM) -> str:
    return "".join([token.text async for token in model.reply(asked(question, system))])
