"""Which models are used: the user's own, else those of a profile that is here or can be fetched."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

from voiced.catalog.catalog import Catalog, Model, Role, load_catalog
from voiced.catalog.download import client
from voiced.catalog.fetch import FetchError, fetch
from voiced.catalog.progress import Progress
from voiced.catalog.sources import addresses
from voiced.catalog.store import Store
from voiced.core.errors import ModelError
from voiced.core.turn import Language
from voiced.settings import Settings

if TYPE_CHECKING:
    import httpx

Choice = Literal["default", "starter"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
RecognizerEngine = Literal["vosk", "pocketsphinx"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
NAMES: Final[Mapping[Language, str]] = {"en": "English", "zh": "Chinese"}
LATER: Final = "For the better ones later: voiced models fetch --profile default"


@dataclass(frozen=True, slots=True)
class ChosenModels:
    """The models to load. A language without a recognizer or a voice isn't in that mapping."""

    profile: Choice
    llm: Path | None
    """None where only other models were asked for."""
    recognizers: Mapping[Language, tuple[RecognizerEngine, Path | None]]
    """Engine, and the folder of its model: None for the model that pocketsphinx brings itself."""
    voices: Mapping[Language, Path]
    note: str | None
    """One line for the user: why these and not better ones; None where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Own:
    """The models that the user gave by path; every one of them exists."""

    llm: Path | None
    recognizers: Mapping[Language, Path]
    voices: Mapping[Language, Path]

    @classmethod
    def of(cls, settings: Settings, roles: Collection[Role] = ROLES) -> "Own":
        """The paths in the settings; raises ModelError that names the setting whose path isn't there."""
        recognizers, voices = {}, {}
        for language in LANGUAGES:
            section = getattr(settings.languages, language)
            if section.recognizer and "stt" in roles:
                recognizers[language] = _own(f"languages.{language}.recognizer", section.recognizer, folder=True)
            if section.voice and "tts" in roles:
                voices[language] = _own(f"languages.{language}.voice", section.voice)
                _own(f"languages.{language}.voice", Path(f"{voices[language]}.json"))
        llm = _own("llm.model", settings.llm.model) if settings.llm.model and "llm" in roles else None
        return cls(llm, recognizers, voices)

    def replaces(self, model: Model) -> bool:
        """Whether the user's own models leave nothing for this one to do."""
        if model.role == "llm":
            return self.llm is not None
        own = self.recognizers if model.role == "stt" else self.voices
        return all(language in own for language in model.languages)


async def ensure(
    settings: Settings,
    *,
    progress: Progress,
    allow_fetch: bool = True,
    catalog: Catalog | None = None,
    roles: Collection[Role] = ROLES,
) -> ChosenModels:
    """The models to load, each of them whole on the disk; fetches what is missing where `allow_fetch` says so.

    Only those of `roles`, as if there were no others.

    Raises ModelError: a path in the settings that isn't there, a model that can't be fetched, a language that the
    profile doesn't know, a disk that refuses.
    """
    chooser = _Chooser(settings, catalog or load_catalog(), progress, roles, allow_fetch=allow_fetch)
    return await chooser.choose()


class _Chooser:
    def __init__(
        self, settings: Settings, catalog: Catalog, progress: Progress, roles: Collection[Role], *, allow_fetch: bool
    ) -> None:
        self._settings, self._catalog, self._progress, self._roles = settings, catalog, progress, roles
        self._allow_fetch = allow_fetch
        self._store = Store.of(settings)
        self._own = Own.of(settings, roles)

    async def choose(self) -> ChosenModels:
        profile = self._settings.models.profile
        if profile != "auto":
            return await self._with(profile)
        if not (lacking := await self._lacking("default")):
            return await self._with("default")
        if not self._allow_fetch:
            if await self._lacking("starter"):
                raise ModelError("model-missing", "There are no models here yet; run `voiced models fetch`.")
            return await self._with("starter", because="The default models aren't here")
        if not await reachable(lacking, self._catalog, self._settings.models.connect_timeout_s):
            return await self._with("starter", because="The model hubs can't be reached")
        try:
            return await self._with("default")
        except FetchError as error:
            self._progress.note(str(error))
            return await self._with("starter", because="The default models couldn't be fetched")

    async def _with(self, profile: Choice, because: str | None = None) -> ChosenModels:
        """The profile's models and the user's own, fetched where they may be."""
        wanted = self._wanted(profile)
        self._check_language(profile, wanted, because)
        if self._allow_fetch:
            await fetch(
                self._store,
                self._catalog,
                wanted,
                connect_timeout_s=self._settings.models.connect_timeout_s,
                progress=self._progress,
            )
        paths = {model.name: await asyncio.to_thread(self._store.require, model) for model in wanted}
        note = f"{because}; using the {profile} models. {LATER}" if because else None
        return self._chosen(profile, wanted, paths, note)

    def _chosen(
        self, profile: Choice, wanted: Sequence[Model], paths: Mapping[str, Path], note: str | None
    ) -> ChosenModels:
        llm = self._own.llm
        recognizers: dict[Language, tuple[RecognizerEngine, Path | None]] = {}
        voices: dict[Language, Path] = {}
        for model in wanted:
            path = paths[model.name]
            if model.role == "llm":
                llm = path
            for language in (known for known in LANGUAGES if known in model.languages):
                if model.role == "stt":
                    engine = cast("RecognizerEngine", model.engine)
                    recognizers[language] = (engine, None if model.bundled else path)
                elif model.role == "tts":
                    voices[language] = path
        recognizers |= {language: ("vosk", path) for language, path in self._own.recognizers.items()}
        voices |= self._own.voices
        return ChosenModels(profile, llm, recognizers, voices, note)

    def _wanted(self, profile: Choice) -> list[Model]:
        models = [model for model in self._catalog.profile(profile) if model.role in self._roles]
        return [model for model in models if not self._own.replaces(model)]

    async def _lacking(self, profile: Choice) -> list[Model]:
        """Those of the profile's models that would have to be fetched."""
        lacking = []
        for model in self._wanted(profile):
            state = await asyncio.to_thread(self._store.state, model)
            if state == "corrupt":
                self._progress.note(f"The model {model.name} on the disk is not whole, so it isn't used")
            if state in ("missing", "corrupt"):
                lacking.append(model)
        return lacking

    def _check_language(self, profile: Choice, wanted: Sequence[Model], because: str | None) -> None:
        """Refuse a language that nothing here would hear or speak; raises ModelError."""
        language = self._settings.assistant.language
        known = {model.role for model in wanted if language in model.languages}
        known |= {"stt"} if language in self._own.recognizers else set()
        known |= {"tts"} if language in self._own.voices else set()
        if not known.issuperset({"stt", "tts"}.intersection(self._roles)):
            reason = f"{because}, and the" if because else "The"
            raise ModelError(
                "language-missing",
                f"{reason} {profile} models don't know {NAMES[language]}; run `voiced models fetch --profile default`, "
                f"or set languages.{language}.recognizer and languages.{language}.voice to models of your own.",
            )


async def reachable(models: Sequence[Model], catalog: Catalog, timeout_s: float) -> bool:
    """Whether each file of the models has a source that answers within `timeout_s`."""
    files = [file for model in models for file in model.files]
    choices = [[address for source in file.sources for address in addresses(source, catalog)] for file in files]
    async with client(timeout_s) as http:
        answers = await asyncio.gather(*(_any_answers(http, urls, timeout_s) for urls in choices))
    return all(answers)


async def _any_answers(http: "httpx.AsyncClient", urls: Sequence[str], timeout_s: float) -> bool:
    return any(await asyncio.gather(*(_answers(http, url, timeout_s) for url in urls)))


async def _answers(http: "httpx.AsyncClient", url: str, timeout_s: float) -> bool:
    import httpx

    try:
        async with asyncio.timeout(timeout_s):
            response = await http.head(url, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
        return False
    return not response.is_error


def _own(setting: str, path: Path, *, folder: bool = False) -> Path:
    """A path of the user's; raises ModelError that names the setting when nothing of its kind is there."""
    try:
        path = path.expanduser()
    except RuntimeError as error:
        raise ModelError("own-model-missing", f"{setting} begins with ~, but there is no home folder.") from error
    if not (path.is_dir() if folder else path.is_file()):
        kind = "folder" if folder else "file"
        raise ModelError(
            "own-model-missing", f"{setting} names {path}, but there is no such {kind}; correct it or unset it."
        )
    return path
