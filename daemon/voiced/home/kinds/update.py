"""Updates of a device's firmware: whether there is one, which, and that it is installed."""

from typing import Final

from voiced.home.announced import Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import Effect, Kind
from voiced.home.kinds.reading import Draft, Row, object_of
from voiced.home.names import text


def _publications(job: Job) -> list[Publication]:
    if "payload_install" not in job.config:
        raise job.refusal
    return [job.send("command_topic", job.text("payload_install", ""))]


def _rows(_: Config) -> list[Row]:
    return [
        Row("state_topic", "value_template", _versions),
        Row("latest_version_topic", "latest_version_template", lambda draft, said: _told(draft, latest=said)),
    ]


def _versions(draft: Draft, said: str) -> None:
    """The installed version, or an object of both; an empty one tells nothing."""
    both = object_of(said)
    installed = both.get("installed_version") if both or said == "{}" else said
    _told(draft, installed, both.get("latest_version"))


def _told(draft: Draft, installed: object = None, latest: object = None) -> None:
    """On where the latest version isn't the one that is installed."""
    if text(installed):
        draft.attributes["installed-version"] = text(installed)
    if text(latest):
        draft.attributes["latest-version"] = text(latest)
    known = (draft.attributes.get("installed-version"), draft.attributes.get("latest-version"))
    draft.value = "" if None in known else "off" if known[0] == known[1] else "on"


KIND: Final = Kind(
    "update",
    effects={"install": Effect(("state_topic",), states=frozenset({"off"}))},
    publications=_publications,
    needs=("state_topic", "latest_version_topic", "command_topic"),
    rows=_rows,
    own={"turn-on": "install", "activate": "install"},
    risky="asked",
    opens=frozenset({"install"}),
    lived_with=True,
    named_by_class=True,
)
