"""Who can answer: the small model here, and the big ones on hosts, chosen before anything is generated."""

from collections.abc import Callable

from voiced.core.routing import Hosts, Setting, Wish, decide
from voiced.core.turn import Language, Route
from voiced.ports import LanguageModel


class LocalThinkers:
    """The small model alone: there is no broker over which a host could be asked."""

    def __init__(self, local: LanguageModel) -> None:
        self.local = local

    def route(self, text: str, language: Language, wish: Wish | None) -> Route:
        return decide(text, language, wish=wish, hosts=Hosts(online=False))

    def model(self, _route: Route) -> LanguageModel:
        return self.local

    def is_whole(self, _text: str, _language: Language) -> bool:
        return False

    def stops(self, _text: str, _language: Language) -> bool:
        return False


class RoutedThinkers:
    """The small model, and the hosts for what is hard."""

    def __init__(
        self,
        local: LanguageModel,
        unsure: LanguageModel,
        remote: LanguageModel,
        setting: Setting,
        hosts: Callable[[], Hosts],
    ) -> None:
        """`remote` answers what is hard; `unsure` what seems easy, and may still hand it over; `local` the rest.

        `setting` can be set while it runs.
        """
        self.local = local
        self._unsure = unsure
        self._remote = remote
        self.setting = setting
        self._hosts = hosts

    def route(self, text: str, language: Language, wish: Wish | None) -> Route:
        return decide(text, language, setting=self.setting, wish=wish, hosts=self._hosts())

    def model(self, route: Route) -> LanguageModel:
        if route.target == "remote":
            return self._remote
        # Only what nobody has decided otherwise may be handed over: not what was asked to stay here.
        return self._unsure if route.reason == "easy" else self.local

    def is_whole(self, _text: str, _language: Language) -> bool:
        return False

    def stops(self, _text: str, _language: Language) -> bool:
        return False
