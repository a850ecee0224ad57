"""A kind of device as one value: all that is particular to it in discovery, readings, commands and confirming."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from voiced.core.acts import Command, Verb
from voiced.core.house import Attribute, Domain, Feature, State
from voiced.core.numbers import Range, number_or
from voiced.home.announced import Announced, Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.reading import Row

UNLIT: Final = frozenset({"", "off", "closed", "closing", "standby", "idle", "paused"})
"""States that a toggle turns on from."""
AT_REST: Final = frozenset({"", "docked", "idle", "paused", "returning", "error"})
"""States that a toggle sets a robot to work from."""


@dataclass(frozen=True, slots=True)
class Span:
    """Keys of a range's two ends, and what Home Assistant takes them for where they aren't told."""

    low: str
    low_default: float
    high: str
    high_default: float

    def of(self, config: Config) -> Range:
        """The range that a config tells."""
        low, high = config.get(self.low), config.get(self.high)
        return Range(number_or(low, self.low_default), number_or(high, self.high_default))


@dataclass(frozen=True, slots=True)
class Effect:
    """How a device tells that an absolute command was done: on which topics, and in which states.

    `states`: it is in one of these then ("done" where none is named, and none of `never` is so); `moving`: it is on its
    way in these; `attribute`: this has the command's value then, give or take `step`; `told`: this is the command's
    value then.
    """

    topics: tuple[str, ...] = ("state_topic",)
    states: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    moving: frozenset[str] = frozenset()
    attribute: Attribute | None = None
    step: Callable[[Announced], float] = lambda _: 1.0
    told: Callable[[Config, Command, State], object] | None = None


ON: Final = Effect(never=frozenset({"off", "standby", "unavailable"}))
OFF: Final = Effect(states=frozenset({"off", "standby", "idle", "paused"}))
UNTOLD: Final = Effect(topics=())
"""Done in one message, and no state comes of it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of device, under Home Assistant's name of its component."""

    domain: Domain
    effects: Mapping[Verb, Effect] = field(default_factory=dict)
    """All that it can be told to do, in its own verbs."""
    publications: Callable[[Job], list[Publication]] = lambda _: []
    """The messages for one of those verbs, in their order. Raises HomeError where nothing was announced for it."""
    needs: tuple[str, ...] = ()
    """Topics of which a config must have one, the likeliest first."""
    unfit: Callable[[Config], str] = lambda _: ""
    """Why a config can't be used though it has such a topic, or ""."""
    rows: Callable[[Config], list[Row]] = lambda _: []
    """What is read of its state."""
    features: Callable[[Config], frozenset[Feature]] = lambda _: frozenset()
    """What can be set of it beyond on and off."""
    options: Callable[[Config], tuple[str, ...]] = lambda _: ()
    """The words that a mode, a preset or an option can be."""
    numbers: tuple[str, ...] = ()
    """Keys that hold a number where they are told."""
    spans: tuple[Span, ...] = ()
    """Its ranges, none of which may be empty."""
    span: Callable[[Config], Span | None] = lambda _: None
    """The range that it is set within by name ("to 21 degrees"), where it has one."""
    own: Mapping[Verb, Verb] = field(default_factory=dict)
    """Its own verbs for those that are said of all kinds of things: a cover that is turned on is opened."""
    usual: Mapping[Verb, str] = field(default_factory=dict)
    """The values of verbs that are said without one: an alarm that is armed is armed away."""
    toggle: tuple[Verb, Verb] = ("turn-on", "turn-off")
    """The verbs of a toggle: where its state is one of `unlit`, and else."""
    unlit: frozenset[str] = UNLIT
    risky: Literal["never", "asked", "always", "named"] = "never"
    """Whether such a device lets somebody in: where "named", as far as its class or its name says so (home/risk.py).

    Where "asked" it doesn't, and some of what it can do is asked about all the same.
    """
    opens: frozenset[Verb] = frozenset()
    """Its verbs that let somebody in, where it does."""
    guards: frozenset[Verb] | None = None
    """Those that do so where it is a lock or an alarm by its name; None for the same."""
    harmless: frozenset[str] = frozenset()
    """Its device classes that let nobody in, whatever such a device is called."""
    momentary: bool = False
    """Whether it does one thing only, which its name says."""
    main: bool = False
    """Whether a device is there for it, rather than it for a device."""
    lived_with: bool = False
    """Whether it is spoken of though its device has it for its upkeep, and by its device's name."""
    named_by_class: bool = False
    """Whether it is called by its device class where it has no name."""
    schemas: Mapping[str, "Kind"] = field(default_factory=dict)
    """The kinds that stand in for it where its config names a schema."""


def by_topic(features: Mapping[str, Feature]) -> Callable[[Config], frozenset[Feature]]:
    """Features by the topic that sets them."""
    return lambda config: frozenset(feature for topic, feature in features.items() if topic in config)
