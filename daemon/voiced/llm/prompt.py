"""A dialogue made into the tokens that a model reads: its own chat template, within a budget of tokens."""

import re
from collections.abc import Sequence
from typing import Any, Final

from voiced.core.dialogue import fit
from voiced.core.errors import LanguageModelError, ModelError
from voiced.core.turn import Message
from voiced.llm.vocabulary import Vocabulary

CHATML: Final = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""For a model that brings no template."""

_LONGEST_TOKEN: Final = 8
"""Characters per token from which a text is cut before its tokens are counted: English has about 4, Chinese 1.5."""

_ANSWER: Final = "\u2042"


class Prompt:
    """Renders dialogues for one model; `budget` is the most tokens that a prompt may have."""

    def __init__(self, vocabulary: Vocabulary, template: str | None, budget: int) -> None:
        self._vocabulary = vocabulary
        self._budget = budget
        self._open, self._closed = _formatters(vocabulary, template or CHATML)
        words = sorted(vocabulary.control_words(), key=len, reverse=True)
        self._control = re.compile("|".join(map(re.escape, words))) if words else re.compile(r"(?!)")
        self._takes_system = self._accepts_system()

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """The prompt for an answer to `messages`; what is too long is forgotten, oldest first, then cut at its end."""
        kept = fit([self._plain(message) for message in messages], self._budget, self._cost)
        while (over := self._cost(kept) - self._budget) > 0:
            kept[-1] = self._shorter(kept[-1], over)
        return self._vocabulary.tokens(self._render(kept))

    def beginning(self, messages: Sequence[Message]) -> list[int]:
        """The tokens with which every prompt begins that continues `messages` with something the user says."""
        one, other = (self.tokens([*messages, Message("user", text)]) for text in ("a", "1"))
        return one[: shared(one, other)]

    def ending(self) -> str:
        """What the template writes after an answer, such as <|im_end|>; "" where it writes nothing."""
        try:
            text = self._render([Message("user", "?"), Message("assistant", _ANSWER)], formatter=self._closed)
        except LanguageModelError:
            return ""
        return text.rpartition(_ANSWER)[2].strip().partition("\n")[0]

    def _cost(self, messages: Sequence[Message]) -> int:
        return len(self._vocabulary.tokens(self._render(messages)))

    def _plain(self, message: Message) -> Message:
        """The message with nothing in it that the model could take for its control tokens, and not endlessly long."""
        text = message.content[: self._budget * _LONGEST_TOKEN].encode("utf-8", "ignore").decode()
        while self._control.search(text):
            text = self._control.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)
        return Message(message.role, text)

    def _shorter(self, message: Message, over: int) -> Message:
        tokens = self._vocabulary.tokens(message.content)
        kept = b"".join(map(self._vocabulary.piece, tokens[: max(0, len(tokens) - over)])).decode("utf-8", "ignore")
        if not kept:
            raise LanguageModelError(
                "prompt-too-long",
                f"What the model is told about itself leaves no room in its {self._budget} tokens: shorten the "
                "language's prompt in the settings, or raise llm.context_tokens.",
            )
        return Message(message.role, kept)

    def _accepts_system(self) -> bool:
        """Whether the template has a place for the system message; Gemma's raises an error instead."""
        try:
            self._render([Message("system", "?"), Message("user", "?")], takes_system=True)
        except LanguageModelError:
            return False
        return True

    def _render(self, messages: Sequence[Message], formatter: Any = None, *, takes_system: bool | None = None) -> str:
        import jinja2

        takes_system = self._takes_system if takes_system is None else takes_system
        lines = [{"role": line.role, "content": line.content} for line in messages]
        if not takes_system and len(lines) > 1 and lines[0]["role"] == "system":
            told, asked, *rest = lines
            lines = [{**asked, "content": f"{told['content']}\n\n{asked['content']}"}, *rest]
        try:
            # Qwen3 thinks aloud for seconds unless its template is told not to; others ignore the word.
            rendered = (formatter or self._open)(messages=lines, enable_thinking=False)
        except (jinja2.TemplateError, ValueError, TypeError) as error:
            raise LanguageModelError(
                "template-refused", f"The model's chat template refuses this dialogue ({error}): use another model."
            ) from error
        text: str = rendered.prompt
        return text


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two sequences begin with in common."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _formatters(vocabulary: Vocabulary, template: str) -> tuple[Any, Any]:
    """The template, once followed by the beginning of an answer and once not."""
    import jinja2
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    eos, bos = vocabulary.text(vocabulary.eos), vocabulary.text(vocabulary.bos)
    try:
        opened = Jinja2ChatFormatter(template, eos, bos)
        return opened, Jinja2ChatFormatter(template, eos, bos, add_generation_prompt=False)
    except jinja2.TemplateError as error:
        raise ModelError(
            "model-broken", f"The model's chat template has an error ({error}): use another model."
        ) from error
