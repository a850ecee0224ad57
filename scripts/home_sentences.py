"""Draws sentences from home-assistant-intents' own templates, with the intent and slots that the package gives.

The wheel has no test sentences, so each template of the intents that are served is walked by chance (the same chance
each time), with names of the corpus's house, and numbers in words; what the package itself then takes for something
else is left out. `.venv/bin/python scripts/home_sentences.py` writes tests/home/corpus/package.{en,zh}.jsonl anew.
"""

import json
import random
import re
from typing import Any, Final

from hassil import Intents, recognize_best
from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk
from hassil.intents import IntentData, RangeSlotList, SlotList, TextSlotList
from home_assistant_intents import get_intents
from home_corpus import CORPUS, LANGUAGES, house
from home_package import SERVED, readings

from voiced.core.house import House
from voiced.core.number_words import to_words
from voiced.core.turn import Language

PER_TEMPLATE: Final = 2
TRIES: Final = 12
MOST_ALIKE: Final = 3
"""Sentences of one intent with the same slots."""
TIMER_NAMES: Final = {"en": "pasta", "zh": "面条"}
_IDEOGRAPH: Final = re.compile(r"[\u4e00-\u9fff]")
# Units that are said apart from their number stand against it in some templates.
_UNSPOKEN: Final = re.compile(r"[\d%°/{}&]|(?:hundred|thousand)k\b")


def _sentences(language: Language) -> dict[str, Any]:
    found = get_intents({"en": "en", "zh": "zh-CN"}[language])
    assert found is not None
    return found


class Draw:
    """One language's templates, and sentences drawn from them."""

    def __init__(self, language: Language, home: House) -> None:
        self.language, self.home = language, home
        self.chance = random.Random(f"voiced {language}")  # noqa: S311 - the same each time
        self.intents = Intents.from_dict(_sentences(language))
        self.lists: dict[str, SlotList] = {
            "name": TextSlotList.from_tuples(
                [
                    (name.lower(), entity.id, {"domain": entity.domain})
                    for entity in home.entities
                    for name in self._spoken(entity.names)
                ],
                name="name",
            ),
            "area": TextSlotList.from_tuples(
                [(name, area.name) for area in home.areas for name in self._spoken(area.names)], name="area"
            ),
            "floor": TextSlotList.from_tuples(
                sorted(
                    (name, area.floor)
                    for area in {area.floor: area for area in home.areas if area.floor}.values()
                    for name in self._spoken(area.floor_names)
                ),
                name="floor",
            ),
        }

    def _spoken(self, names: tuple[str, ...]) -> list[str]:
        return [name for name in names if bool(_IDEOGRAPH.search(name)) == (self.language == "zh")]

    def rows(self) -> list[dict[str, Any]]:
        """The sentences, no two of them the same, few of them alike."""
        drawn: dict[str, dict[str, Any]] = {}
        alike: dict[tuple[str, ...], int] = {}
        for intent in sorted(SERVED & set(self.intents.intents)):
            for template in self.intents.intents[intent].data:
                for row in self._of(intent, template):
                    kind = (intent, str(row.get("response", "")), *sorted(row["slots"]))
                    if row["text"] not in drawn and alike.get(kind, 0) < MOST_ALIKE:
                        alike[kind] = alike.get(kind, 0) + 1
                        drawn[row["text"]] = row
        return list(drawn.values())

    def _of(self, intent: str, template: IntentData) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for sentence in template.sentences:
            rows = (self._row(intent, template, sentence.expression) for _ in range(TRIES))
            found += [row for row in rows if row][:PER_TEMPLATE]
        return found

    def _row(self, intent: str, template: IntentData, expression: Expression) -> dict[str, Any] | None:
        text = " ".join(self._walk(expression, template).lower().replace("-", " ").split())
        if _UNSPOKEN.search(text):
            return None
        best = recognize_best(
            text,
            self.intents,
            slot_lists=self.lists,
            language=self.language,
            intent_context={"area": self.home.here},
            best_slot_name="name",
        )
        if best is None or best.intent.name != intent:
            return None
        slots = {name: _plain(entity.value) for name, entity in best.entities.items()}
        response = best.response or ""
        row = {"text": text, "intent": intent, "slots": slots, "response": response}
        return row if readings(intent, slots, response, self.home) else None

    def _walk(self, expression: Expression, template: IntentData) -> str:
        if isinstance(expression, TextChunk):
            return str(expression.original_text)
        if isinstance(expression, Alternative):
            return self._walk(self.chance.choice(expression.items), template)
        if isinstance(expression, Group):
            parts = [self._walk(item, template) for item in expression.items]
            if isinstance(expression, Permutation):
                self.chance.shuffle(parts)
            return "".join(parts)
        if isinstance(expression, RuleReference):
            rules = {**self.intents.expansion_rules, **(template.expansion_rules or {})}
            return self._walk(rules[expression.rule_name].expression, template)
        assert isinstance(expression, ListReference)
        return self._value(expression.list_name, template)

    def _value(self, name: str, template: IntentData) -> str:
        lists = {**self.intents.slot_lists, **self.lists, **(template.slot_lists or {})}
        values = lists[name]
        if isinstance(values, RangeSlotList):
            return to_words(self._number(name, values), self.language)
        if isinstance(values, TextSlotList):
            domains = (template.requires_context or {}).get("domain")
            fit = [
                value for value in values.values
                if name != "name" or not domains or (value.context or {}).get("domain") in domains
            ]  # fmt: skip
            return self._walk(self.chance.choice(fit).text_in, template) if fit else "{}"
        return TIMER_NAMES[self.language]

    def _number(self, name: str, values: RangeSlotList) -> float:
        if "color_temperature" in name:
            return 100 * self.chance.randint(22, 65)
        if "temperature" in name:
            return self.chance.choice([18, 19.5, 20, 21, 21.5, 22, 23, 24])
        return self.chance.randint(max(values.start, 2), min(values.stop, 90))


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value == int(value) else value


def main() -> None:
    for language in LANGUAGES:
        rows = Draw(language, house()).rows()
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (CORPUS / f"package.{language}.jsonl").write_text(lines, encoding="utf-8")
        print(f"{language}: {len(rows)} sentences")


if __name__ == "__main__":
    main()
