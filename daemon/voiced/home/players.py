"""Media players, which no device announces: each is made of its device's buttons, switches, numbers and selects."""

from collections.abc import Iterable, Mapping
from typing import Final

from voiced.core.house import Entity, Feature
from voiced.home.announced import Announced, Role
from voiced.home.names import slug

ROLES: Final[Mapping[str, Role]] = {
    "play": "play", "播放": "play", "pause": "pause", "暂停": "pause", "stop": "stop", "停止": "stop",
    "next": "next", "next track": "next", "下一首": "next", "previous": "previous", "previous track": "previous",
    "上一首": "previous", "volume": "volume", "音量": "volume",
}  # fmt: skip
"""What the parts of a media player are called within their device."""
_ROLE_DOMAINS: Final = frozenset({"button", "switch", "number", "select", "scene"})


def parts_of(device: Iterable[Announced]) -> dict[Role, Announced]:
    """Of a device's entities, those that are a media player's parts; none where it is no player."""
    parts: dict[Role, Announced] = {}
    for each in device:
        role = ROLES.get(each.own_name.casefold())
        if role and each.entity.domain in _ROLE_DOMAINS and not each.aside:
            parts.setdefault(role, each)
    return parts if len(parts) > 1 and set(parts) - {"volume", "stop"} else {}


def player_of(parts: Mapping[Role, Announced]) -> Announced:
    """The media player that some parts make, called as their device."""
    one = next(iter(parts.values()))
    features: dict[Feature, bool] = {"volume": "volume" in parts, "tracks": bool({"next", "previous"} & set(parts))}
    entity = Entity(
        id=f"media_player.{slug(one.device)}",
        domain="media_player",
        names=(one.device,),
        area=one.entity.area,
        features=frozenset(feature for feature, there in features.items() if there),
    )
    unique = min(part.identities for part in parts.values())[0]
    return Announced(entity, "media_player", {}, device=one.device, unique=unique, owner=one.owner, parts=parts)
