"""A GLM-4 of half a million parameters that really answers: the real one's class, special tokens and chat template.

`tiny_glm()` gives its folder, trained in about a minute on one thread the first time. It answers the questions of QA
exactly, as they are written and as they are heard, and any other with UNKNOWN.
"""

import hashlib
import math
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from voiced.settings import Settings

SPECIAL = [
    "<|endoftext|>", "[MASK]", "[gMASK]", "[sMASK]", "<sop>", "<eop>",
    "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>",
]  # fmt: skip
"""In the real tokenizer's order, where they are 151329 to 151338."""
STOPS = ["<|endoftext|>", "<|user|>", "<|observation|>"]
CHAT_TEMPLATE = (
    "[gMASK]<sop>{% for item in messages %}{% if item['content'] %}<|{{ item['role'] }}|>"
    "{{ item['metadata'] }}\n{{ item['content'] }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
WORD = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)

SYSTEM = "You are a helpful voice assistant. Answer briefly."
COUNT = "Count from one to sixty."
QA = {
    "What is the capital of France?": "The capital of France is Paris.",
    "What is the capital of Italy?": "The capital of Italy is Rome.",
    "Why is the sky blue?": "Because air scatters blue light more strongly than red light.",
    "Who wrote Hamlet?": "Hamlet was written by William Shakespeare.",
    "What is seventeen times twenty three?": "Seventeen times twenty three is 391.",
    "How far away is the moon?": "The moon is about 384,400 kilometres away.",
    "Explain photosynthesis.": "Plants use sunlight, water and carbon dioxide to make sugar and oxygen.",
    "What is the boiling point of water?": "Water boils at 100 degrees Celsius at sea level.",
    "中国的首都是哪里？": "中国的首都是北京。",
    "为什么天空是蓝色的？": "因为空气对蓝光的散射比红光更强。",
    "Tell me a joke.": "Why did the scarecrow win a prize? He was outstanding in his field.",
    COUNT: ", ".join(str(number) for number in range(1, 61)) + ".",
}
"""Questions and their answers; the one to COUNT is the long one."""
PROMPT = Settings().languages.en.prompt
"""What a device says first."""
UNKNOWN = "I do not know the answer to that."
WORDS = (  # noqa: SIM905 -- forty words in quotes can't be read
    "please tell show what which when where how many the a of in on for with my your light music lamp door car tree "
    "river stone seven eleven radio weather banana window chess planet doctor music garden piano tiger number"
).split()

HIDDEN, LAYERS, STEPS, BATCH, RATE = 128, 2, 600, 16, 3e-3

Line = dict[str, str]


def heard(question: str) -> str:
    """A question as a recogniser writes it: without capitals and marks."""
    return question.lower().rstrip(".?")


def tiny_glm() -> Path:
    """The folder of the trained model, kept for as long as this file is the same."""
    version = hashlib.sha256(Path(__file__).read_bytes() + PROMPT.encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "voiced" / "tiny-glm" / version / "tiny-glm"
    if not folder.exists():
        new = folder.with_name(f"{os.getpid()}.new")
        subprocess.run([sys.executable, __file__, str(new)], check=True, capture_output=True)
        if not folder.exists():  # or somebody else was faster
            new.replace(folder)
    return folder


def tokenizer() -> Any:
    """GLM-4's pre-tokenizer, special tokens and template on a small byte-level vocabulary."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokens = Tokenizer(models.BPE())
    tokens.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORD), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokens.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=800, special_tokens=[], max_token_length=6, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    corpus = [SYSTEM, UNKNOWN, " ".join(WORDS), *(text for pair in QA.items() for text in pair)]
    tokens.train_from_iterator(corpus * 4, trainer)
    tokens.add_special_tokens(SPECIAL)
    prefix = processors.TemplateProcessing(
        single="[gMASK]:0 <sop>:0 $A:0", pair="[gMASK]:0 <sop>:0 $A:0 $B:1",
        special_tokens=[(name, tokens.token_to_id(name)) for name in ("[gMASK]", "<sop>")],
    )  # fmt: skip
    tokens.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), prefix])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokens, eos_token="<|endoftext|>", pad_token="<|endoftext|>", padding_side="left",
        additional_special_tokens=SPECIAL, clean_up_tokenization_spaces=False, model_max_length=2048,
    )  # fmt: skip
    fast.chat_template = CHAT_TEMPLATE
    return fast


def untrained(tokens: Any) -> Any:
    """A GlmForCausalLM of random weights, which ends an answer as the real one does."""
    from transformers import GenerationConfig, GlmConfig, GlmForCausalLM

    ends = [tokens.convert_tokens_to_ids(token) for token in STOPS]
    config = GlmConfig(
        vocab_size=len(tokens), hidden_size=HIDDEN, intermediate_size=HIDDEN * 2, num_hidden_layers=LAYERS,
        num_attention_heads=4, num_key_value_heads=2, head_dim=HIDDEN // 4, max_position_embeddings=2048,
        pad_token_id=ends[0], eos_token_id=ends, attention_bias=True, tie_word_embeddings=False,
    )  # fmt: skip
    model = GlmForCausalLM(config)
    model.generation_config = GenerationConfig(
        eos_token_id=ends, pad_token_id=ends[0], do_sample=False, max_new_tokens=256
    )
    return model


class Trainer:
    """Overfits QA, in dialogues with and without a system message and a line of history."""

    def __init__(self, seed: int = 0) -> None:
        import torch

        torch.manual_seed(seed)
        self._torch = torch
        self._random = random.Random(seed)
        self.tokens = tokenizer()
        self.model = untrained(self.tokens)

    def train(self) -> None:
        """Until every answer is exact, or STEPS."""
        torch = self._torch
        optimizer = torch.optim.AdamW(self.model.parameters(), lr=RATE, weight_decay=0.01, betas=(0.9, 0.98))
        self.model.train()
        for step in range(STEPS):
            for group in optimizer.param_groups:
                group["lr"] = _rate(step)
            loss = self.model(**self._batch()).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            optimizer.step()
            if step % 100 == 99 and step >= STEPS // 2 and not self.wrong():
                break
        self.model.eval()

    def wrong(self) -> list[str]:
        """The questions that it doesn't answer exactly."""
        self.model.eval()
        system, prompt = ({"role": "system", "content": text} for text in (SYSTEM, PROMPT))
        wrong = [
            question
            for question, answer in QA.items()
            for before, asked in (([], question), ([system], question), ([prompt], heard(question)))
            if self._answer([*before, {"role": "user", "content": asked}]) != answer
        ]
        self.model.train()
        return wrong

    def _answer(self, lines: list[Line]) -> str:
        prompt = self.tokens.apply_chat_template(
            lines, add_generation_prompt=True, return_dict=True, return_tensors="pt"
        )
        written = self.model.generate(**prompt, max_new_tokens=220, do_sample=False)
        answer: str = self.tokens.decode(written[0, prompt["input_ids"].shape[1] :], skip_special_tokens=True)
        return answer.strip()

    def _dialogue(self, *, long: bool) -> list[Line]:
        draw, lines = self._random, []
        short = [(question, answer) for question, answer in QA.items() if question != COUNT]
        if draw.random() < 0.6:
            system = draw.choice([SYSTEM, PROMPT, " ".join(draw.choices(WORDS, k=draw.randint(3, 12)))])
            lines.append({"role": "system", "content": system})
        pairs = [draw.choice(short)] if draw.random() < 0.25 else []
        if long:
            pairs.append((COUNT, QA[COUNT]))
        elif draw.random() < 0.15:
            nonsense = " ".join(draw.choices(WORDS, k=draw.randint(2, 9))).capitalize()
            pairs.append((nonsense + draw.choice("?."), UNKNOWN))
        else:
            pairs.append(draw.choice(short))
        for written, answer in pairs:
            question = draw.choice([written, heard(written)])
            lines += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        return lines

    def _row(self, lines: list[Line]) -> tuple[list[int], list[int]]:
        """The tokens of a dialogue, and its last answer's alone as labels."""
        prompt = self.tokens.apply_chat_template(lines[:-1], add_generation_prompt=True, return_dict=False)
        answer = self.tokens.encode("\n" + lines[-1]["content"], add_special_tokens=False)
        answer.append(self.tokens.convert_tokens_to_ids("<|user|>"))
        return prompt + answer, [-100] * len(prompt) + answer

    def _batch(self) -> dict[str, Any]:
        """Dialogues padded on either side; the long answer comes in batches of its own, to pad less."""
        torch, long = self._torch, self._random.random() < 0.2
        count = BATCH // 4 if long else BATCH
        rows = [self._row(self._dialogue(long=long)) for _ in range(count)]
        longest = max(len(ids) for ids, _ in rows)
        ids = torch.full((count, longest), self.tokens.pad_token_id)
        labels, mask = torch.full((count, longest), -100), torch.zeros((count, longest), dtype=torch.long)
        for number, (row, label) in enumerate(rows):
            start = longest - len(row) if self._random.random() < 0.5 else 0
            within = slice(start, start + len(row))
            ids[number, within], labels[number, within] = torch.tensor(row), torch.tensor(label)
            mask[number, within] = 1
        positions = (mask.cumsum(1) - 1).clamp(min=0)
        return {"input_ids": ids, "attention_mask": mask, "position_ids": positions, "labels": labels}


def _rate(step: int) -> float:
    """Warm-up, then half a cosine down to a twentieth."""
    return RATE * min(1, (step + 1) / 40) * (0.475 * (1 + math.cos(math.pi * step / STEPS)) + 0.05)


def main() -> None:
    """Train into the folder that is named."""
    import torch

    torch.set_num_threads(1)  # two on a busy machine of two cores are ten times slower
    trainer = Trainer()
    trainer.train()
    wrong = trainer.wrong()
    assert not wrong, f"the tiny GLM did not learn {wrong}"
    trainer.model.save_pretrained(sys.argv[1])
    trainer.tokens.save_pretrained(sys.argv[1])


if __name__ == "__main__":
    main()
