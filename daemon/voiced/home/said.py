"""What the settings say of a device or of one of its entities, found by what each is called."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from voiced.home.announced import Announced
from voiced.home.names import joined
from voiced.settings import DeviceSettings

_NOTHING = DeviceSettings()


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of an entity itself, and of its device; None where nothing is."""

    itself: DeviceSettings | None
    device: DeviceSettings | None

    @property
    def ignore(self) -> bool:
        """Whether it is left alone; what is said of the entity itself goes before what is said of its device."""
        return (self.itself or self.device or _NOTHING).ignore

    @property
    def area(self) -> str:
        """Where it is, or ""."""
        return next((each.area for each in (self.itself, self.device) if each and each.area), "")

    @property
    def ask(self) -> bool | None:
        """Whether to ask before it is commanded; None where that isn't said."""
        return next((each.ask for each in (self.itself, self.device) if each and each.ask is not None), None)

    def names(self, own_name: str) -> Iterator[str]:
        """What else it is called: its own other names, and its device's with `own_name`, what it is called in there."""
        yield from self.itself.names if self.itself else ()
        for name in self.device.names if self.device else ():
            yield joined(name, own_name)


class Sayings:
    """The settings by each device's or entity's name, or an entity's id; upper and lower case are the same."""

    def __init__(self, devices: Mapping[str, DeviceSettings]) -> None:
        self._by_key = {key.casefold(): each for key, each in devices.items()}

    def of(self, each: Announced) -> Said:
        """What is said of an entity."""
        device = each.device.casefold()
        own = (key for key in self._keys(each) if key != device)
        return Said(next((self._by_key[key] for key in own if key in self._by_key), None), self._by_key.get(device))

    @staticmethod
    def _keys(each: Announced) -> Iterable[str]:
        return map(str.casefold, (each.entity.id, *each.entity.names))
