"""Templates from the network, in Jinja's immutable sandbox, and within limits of time and size.

Jinja's sandbox keeps a template from what isn't its own; it doesn't keep it from taking for ever. So only what is known
to be bounded is let in: loops, texts, lists and filters are charged on a meter (template_meter.py) before they run, and
macros, recursion, imports and blocks aren't taken at all.
"""

import warnings
from collections.abc import Mapping
from contextvars import Token
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from voiced.core.errors import HomeError
from voiced.core.jsons import from_json
from voiced.home.entities import LONGEST_TEMPLATE
from voiced.home.template_meter import METER, Meter, SpentError

if TYPE_CHECKING:
    from jinja2 import Template

NOTHING_ELSE: Final[Mapping[str, int]] = MappingProxyType({})
KEPT: Final = 1024
"""Templates that are kept compiled: most devices of a kind have the same."""


def render(template: str, variables: Mapping[str, Any]) -> str:
    """What a template makes of its variables, without the white space around it.

    Raises HomeError: bad-template for one that is malformed or fails, slow-template for one that does more than it may.
    """
    compiled = _compiled(template)
    token: Token[Meter] = METER.set(Meter())
    try:
        return _whole(compiled.render(variables).strip())
    except Exception as error:  # a boundary: a template from the network fails in any way it likes
        raise _bad(template, error) from error
    finally:
        METER.reset(token)


class Message:
    """A message from a device: its topic, its text, and what templates are given of it."""

    def __init__(self, topic: str, text: str) -> None:
        self.topic = topic
        self.text = text

    def through(self, template: str, known: Mapping[str, int] = NOTHING_ELSE) -> str:
        """What a value template makes of it, beside what is `known` without it. Raises as `render`."""
        return render(template, {**known, **self._variables} if known else self._variables)

    @cached_property
    def _variables(self) -> Mapping[str, Any]:
        """`value`, and `value_json` where it is JSON; read once for all templates, none of which can change it."""
        try:
            return {"value": self.text, "value_json": from_json(self.text)}
        except ValueError:
            return {"value": self.text}


def _whole(made: str) -> str:
    """The text. Raises UnicodeEncodeError for half a character, which a template can write and nobody be sent."""
    made.encode()
    return made


def _bad(template: str, error: Exception) -> HomeError:
    code = "slow-template" if isinstance(error, SpentError) else "bad-template"
    why = str(error)[:200] or type(error).__name__
    return HomeError(code, f"A device's template {template[:80]!r} can't be used: {why}.")


def _compiled(template: str) -> "Template":
    made = _tried(template)
    if isinstance(made, HomeError):
        raise made
    return made


@lru_cache(maxsize=KEPT)
def _tried(template: str) -> "Template | HomeError":
    """The template to render, or why it never can be."""
    from voiced.home.template_sandbox import sandbox

    if len(template) > LONGEST_TEMPLATE:
        return _bad(template, SpentError(f"it is longer than {LONGEST_TEMPLATE} characters"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of '\\d', as many write their patterns
            return sandbox().from_string(template)
    except Exception as error:  # noqa: BLE001 -- a boundary, as above
        return _bad(template, error)
