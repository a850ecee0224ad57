"""A model's vocabulary: text to tokens, tokens to bytes, and which of them are more than text."""

import ctypes
import re
from typing import Any, Final

from voiced.llm.native import library

_PIECE_BYTES: Final = 256
_MARKUP = re.compile(r"[<\[].+[>\]]", re.DOTALL)


class Vocabulary:
    """The tokens of one loaded model."""

    def __init__(self, model: Any) -> None:
        self._lib = library()
        self._vocab = self._lib.llama_model_get_vocab(model)
        self._piece = ctypes.create_string_buffer(_PIECE_BYTES)
        self.size: int = self._lib.llama_vocab_n_tokens(self._vocab)
        self.bos: int = self._lib.llama_vocab_bos(self._vocab)
        self.eos: int = self._lib.llama_vocab_eos(self._vocab)
        self.wants_bos: bool = self._lib.llama_vocab_get_add_bos(self._vocab)

    def tokens(self, text: str) -> list[int]:
        """The tokens of a rendered prompt; control tokens that are spelled out in it are taken as such."""
        content = text.encode()
        room = len(content)
        while True:
            buffer = (ctypes.c_int32 * room)()
            count = self._lib.llama_tokenize(self._vocab, content, len(content), buffer, room, False, True)
            if count >= 0:
                break
            room = -count
        found = buffer[:count]
        return [self.bos, *found] if self.wants_bos and found[:1] != [self.bos] else found

    def piece(self, token: int) -> bytes:
        """The bytes of a token, maybe a part of a character; none for a control token."""
        length = self._lib.llama_token_to_piece(self._vocab, token, self._piece, _PIECE_BYTES, 0, False)
        return self._piece.raw[: max(length, 0)]

    def text(self, token: int) -> str:
        """How a token is spelled in a template; "" for one that the model does not have."""
        return self._lib.llama_vocab_get_text(self._vocab, token).decode("utf-8", "replace") if token >= 0 else ""

    def ends(self, token: int) -> bool:
        """Whether a token ends an answer."""
        return bool(self._lib.llama_vocab_is_eog(self._vocab, token))

    def control_words(self) -> list[str]:
        """Every token that says something to the model instead of being text, as it is spelled.

        Those marked as control, and those "defined by the user" that look like markup: many models mark their
        <|im_start|> so.
        """
        control = self._lib.LLAMA_TOKEN_ATTR_CONTROL | self._lib.LLAMA_TOKEN_ATTR_UNKNOWN
        defined = self._lib.LLAMA_TOKEN_ATTR_USER_DEFINED
        words = []
        for token in range(self.size):
            attributes = self._lib.llama_vocab_get_attr(self._vocab, token)
            if attributes & (control | defined):
                word = self.text(token)
                if len(word) > 1 and (attributes & control or _MARKUP.fullmatch(word)):
                    words.append(word)
        return words
