"""The way to the home: its questions and commands are answered there, all others by the models."""

from voiced.core.routing import Wish
from voiced.core.turn import Language, Route
from voiced.home.model import HomeModel
from voiced.ports import LanguageModel, Thinkers


class HomeThinkers:
    """Thinkers around others: what is for the home is taken out, and the rest goes on to them."""

    def __init__(self, home: HomeModel, others: Thinkers) -> None:
        self._home = home
        self._others = others

    @property
    def local(self) -> LanguageModel:
        return self._others.local

    def route(self, text: str, language: Language, wish: Wish | None) -> Route:
        """As `Thinkers.route`; who wishes for a model gets one."""
        plan = None if wish else self._home.plan(text, language)
        if plan:
            return Route("intent", plan.reason)
        self._home.forget()
        return self._others.route(text, language, wish)

    def model(self, route: Route) -> LanguageModel:
        return self._home if route.target == "intent" else self._others.model(route)

    def is_whole(self, text: str, language: Language) -> bool:
        """As `Thinkers.is_whole`, of what is for the home."""
        plan = self._home.plan(text, language)
        return plan is not None and plan.whole

    def stops(self, text: str, language: Language) -> bool:
        """As `Thinkers.stops`."""
        return self._home.stops(text, language)
