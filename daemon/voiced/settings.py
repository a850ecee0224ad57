"""Every setting: one frozen class per room, units in the names, where a value comes from and how it is checked.

A value comes from the environment (`VOICED_<SECTION>__<KEY>`), else from a TOML file (`settings_file` finds and reads
them), else from the default here. Each field's description is what `voiced config init` writes beside it.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from voiced.core.turn import Language

UNKNOWN_HOME: Final = "unknown-home"
"""The type of the error for a path whose `~` cannot be expanded."""

NOT_A_HOST: Final = "not-a-host"
"""The type of the error for a broker that is given as more than its name."""


def _several(value: object) -> object:
    """The texts in a text: a JSON list, or texts between commas, which is how an environment variable holds several."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [part for part in map(str.strip, value.split(",")) if part]


def _from_home(path: Path) -> Path:
    expanded = Path(os.path.expanduser(path))  # noqa: PTH111 -- Path.expanduser's RuntimeError would pass pydantic by
    if expanded.parts[:1] and expanded.parts[0].startswith("~"):
        raise PydanticCustomError(UNKNOWN_HOME, "starts with a home folder that is not known: give the whole path.")
    return expanded


def _host(name: str) -> str:
    if set(name) & set("/@") or any(map(str.isspace, name)):
        raise PydanticCustomError(
            NOT_A_HOST,
            "must be the name or the address of the broker alone: its port goes to mqtt.port, a user to mqtt.username, "
            "and a password into a file, which mqtt.password_file names.",
        )
    return name


class Secret:
    """Marks a setting that names a file with a secret: what is written there may be the secret itself."""


Texts = Annotated[tuple[str, ...], BeforeValidator(_several)]


def _tree(topic: str) -> str:
    tree = topic.removesuffix("/#").rstrip("/")
    if not tree or {"+", "#"} & set(tree) or not tree.isprintable():
        raise ValueError(f"{topic!r} is no topic: give the first levels of some, such as zigbee2mqtt")
    return tree


TopicTrees = Annotated[tuple[Annotated[str, AfterValidator(_tree)], ...], BeforeValidator(_several)]
HomePath = Annotated[Path, AfterValidator(_from_home)]
SecretFile = Annotated[Path, AfterValidator(_from_home), Secret()]
HostName = Annotated[str, AfterValidator(_host)]


class Section(BaseModel):
    """A table of the settings file: frozen, unknown keys are errors, and "" unsets what may be unset."""

    model_config = ConfigDict(frozen=True, extra="forbid", revalidate_instances="always")

    @field_validator("*", mode="before")
    @classmethod
    def _plain(cls, value: object, info: ValidationInfo) -> object:
        assert info.field_name is not None
        field = cls.model_fields[info.field_name]
        if value == "" and field.default is None:
            return None
        if isinstance(value, bool) and bool not in (field.annotation, *get_args(field.annotation)):
            raise ValueError("true and false are for switches only")
        return value


class AssistantSettings(Section):
    """The turn as a whole."""

    language: Language = Field("en", description="The language that is listened for: en or zh.")
    follow_up_s: float = Field(
        5.0, ge=0, le=60, description="Seconds after an answer in which no wake word is needed; 0 turns it off."
    )
    longest_think_s: float = Field(30.0, gt=0, le=600, description="A first word must come within this many seconds.")
    longest_speak_s: float = Field(120.0, gt=0, le=3600, description="An answer is cut off after this many seconds.")


class AudioSettings(Section):
    """The microphone and the speaker."""

    microphone: str = Field(
        "", description="Name of the microphone, or a part of it; empty takes the system's default."
    )
    speaker: str = Field("", description="Name of the speaker, or a part of it; empty takes the system's default.")


class WakeSettings(Section):
    """What makes it listen."""

    mode: Literal["word", "phrase", "button", "always"] = Field(
        "word",
        description="word: a trained wake word; phrase: any words, spotted by Vosk; "
        "button: Enter, or a GPIO button; always: any speech. Enter works in every mode.",
    )
    words: Texts = Field(
        ("okay_nabu",),
        min_length=1,
        description="Wake words: okay_nabu, hey_jarvis, hey_mycroft, alexa, or the path of a microWakeWord .tflite "
        "with its .json beside it.",
    )
    phrases: Texts = Field(
        ("小智小智",), min_length=1, description="Phrases to spot in mode phrase, in the listened language."
    )
    chime: bool = Field(True, description="Play a chime on waking; it is never transcribed.")
    gpio_pin: int | None = Field(None, ge=0, le=27, description="BCM number of a push-to-talk button's pin.")


class EndpointSettings(Section):
    """When the user is taken to be done speaking."""

    silence_ms: int = Field(700, ge=100, le=5000, description="Silence that ends an utterance, in milliseconds.")
    command_silence_ms: int = Field(
        350, ge=100, le=5000, description="Silence that ends a command which is whole as it stands, in milliseconds."
    )
    speech_threshold: float = Field(
        0.5, gt=0, lt=1, description="Probability of speech from which a frame counts as speech."
    )
    start_timeout_s: float = Field(5.0, gt=0, le=60, description="Seconds to wait for the first word after waking.")
    longest_listen_s: float = Field(15.0, gt=0, le=300, description="An utterance is cut off after this many seconds.")


class LlmSettings(Section):
    """The small language model."""

    model: HomePath | None = Field(None, description="Path of your own GGUF model; unset takes the profile's.")
    context_tokens: int = Field(2048, ge=256, le=131072, description="Size of the context, in tokens.")
    answer_tokens: int = Field(160, ge=1, le=8192, description="Longest answer, in tokens.")
    temperature: float = Field(0.0, ge=0, le=2, description="0 always picks the likeliest word; higher is more varied.")
    decode_threads: int = Field(
        2, ge=1, le=256, description="Threads that write an answer: 2 is the fastest on a 4-core Arm board."
    )
    prompt_threads: int = Field(0, ge=0, le=256, description="Threads that read the prompt; 0 takes every core.")


class TtsSettings(Section):
    """The voice."""

    speed: float = Field(1.0, ge=0.5, le=2.0, description="Speed of speech: 2 is twice as fast.")


class ModelsSettings(Section):
    """Where models lie and which ones are used."""

    profile: Literal["auto", "default", "starter"] = Field(
        "auto", description="default, starter, or auto: default if it is here or can be fetched, else starter."
    )
    directory: HomePath = Field(
        Path("~/.local/share/voiced/models"), description="Folder in which fetched models are kept."
    )
    connect_timeout_s: float = Field(
        4.0, gt=0, le=60, description="A source that doesn't answer within this many seconds is passed over."
    )


class MqttSettings(Section):
    """The broker. Secrets are read from files, never from the settings or the environment."""

    host: HostName = Field("", description="Name or address of the MQTT broker; empty for none.")
    port: int = Field(1883, ge=1, le=65535, description="Port of the broker; 8883 is usual with TLS.")
    device: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_-]{0,64}$",
        description="Name of this device on the broker; empty takes the host name.",
    )
    username: str = Field("", description="User name at the broker; empty for none.")
    password_file: SecretFile | None = Field(None, description="File with the password, readable by its owner alone.")
    ca_file: HomePath | None = Field(None, description="Certificate authority that signed the broker; turns TLS on.")
    cert_file: HomePath | None = Field(None, description="This client's certificate, where the broker wants one.")
    key_file: SecretFile | None = Field(None, description="The key of that certificate, readable by its owner alone.")


class RemoteSettings(Section):
    """The big model on a GPU host, asked over MQTT."""

    route: Literal["auto", "local", "remote-preferred"] = Field(
        "auto",
        description="auto: hard questions go to a host; local: none do; remote-preferred: all do while one is there.",
    )
    answer_tokens: int = Field(512, ge=1, le=8192, description="Longest answer of the big model, in tokens.")
    bridge_ms: int = Field(
        700, ge=0, le=10_000, description="After this long without a word, a bridge is said; 0 turns it off."
    )
    first_token_s: float = Field(
        2.5, gt=0, le=60, description="A host that gives no word within this many seconds is left."
    )
    stall_s: float = Field(3.0, gt=0, le=60, description="A host that falls silent for so long in mid-answer is left.")
    answer_s: float = Field(60.0, gt=0, le=600, description="An answer may take a host this many seconds in all.")
    share_dialogue: bool = Field(
        False,
        description="Send with a question also what a model here answered before, not only what a host did; never "
        "what was done at home.",
    )
    speakable: bool = Field(True, description="Turn long answers, code, tables and lists into a few spoken sentences.")


class DeviceSettings(Section):
    """What you say of a device that was found on the broker."""

    names: Texts = Field((), description="What else it is called, in any language; the first replaces its own name.")
    area: str = Field("", description="Name of the area that it is in; empty takes what the device says.")
    ignore: bool = Field(False, description="Leave it alone: it isn't spoken of.")
    ask: bool | None = Field(
        None, description="Ask before it is commanded, or never; unset asks where it is a door, a lock or the like."
    )


class AreaSettings(Section):
    """A room, or a part of the garden."""

    names: Texts = Field((), description="What else it is called, in any language.")
    floor: str = Field("", description="Name of the floor that it is on.")


class HomeSettings(Section):
    """The devices on the broker, and what may be done with them by voice."""

    area: str = Field(
        "", description="Name of the area that the assistant stands in; commands without a place mean it."
    )
    discovery_prefix: str = Field(
        "homeassistant", pattern=r"^[^+#]+$", description="Topic under which devices announce themselves."
    )
    confirm: bool = Field(
        True,
        description="Ask before a lock, a door, a gate, a garage or a valve is opened, a siren sounded, an alarm "
        "turned off or firmware updated.",
    )
    commanded: TopicTrees = Field(
        (), description="Topics by which devices may be commanded, with all below each; empty for all but our own."
    )
    answer_s: float = Field(
        2.0, gt=0, le=30, description="A device that tells no new state within this many seconds didn't answer."
    )
    announce: bool = Field(True, description="Show up in Home Assistant as a device.")
    tell_words: bool = Field(
        False, description="Tell Home Assistant what was heard and answered, not only that it was."
    )
    forward: bool = Field(False, description="Publish what was not understood as an event, for automations.")
    devices: dict[str, DeviceSettings] = Field(
        default_factory=dict, description="By a device's own name, or its id: other names, an area, ask, or ignore."
    )
    areas: dict[str, AreaSettings] = Field(default_factory=dict, description="By an area's name: other names, a floor.")


class TimersSettings(Section):
    """Timers and alarms."""

    file: HomePath | None = Field(
        None, description="Path of the file that keeps them; unset takes voiced/timers.db in the state directory."
    )
    longest_ring_s: float = Field(120.0, gt=0, le=3600, description="Ringing ends by itself after this many seconds.")


class ControlSettings(Section):
    """The socket that the commands use to reach the running daemon."""

    socket: HomePath | None = Field(
        None, description="Path of the control socket; unset takes voiced/control.sock in the runtime directory."
    )


class LevelSettings(Section):
    """How much is logged."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe level that is logged."
    )


class LogSettings(LevelSettings):
    """What is logged."""

    words: bool = Field(
        False, description="Log what was heard and answered, and show it in voiced tail; else only how many words."
    )


class MetricsSettings(Section):
    """Counts and timings for Prometheus."""

    port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="Serve counts and timings at /metrics on this port of 127.0.0.1; unset serves none.",
    )


class LanguageSettings(Section):
    """One language: its models, its prompt, and the few sentences that are always spoken the same way."""

    recognizer: HomePath | None = Field(
        None, description="Path of your own Vosk model folder; unset takes the profile's."
    )
    voice: HomePath | None = Field(
        None, description="Path of your own Piper voice (.onnx, its .json beside it); unset takes the profile's."
    )
    prompt: str = Field(description="What the language model is told about itself.")
    sorry: str = Field(description="Said when an answer could not be given.")
    bridge: str = Field(description="Said while a host is thinking.")
    cut_off: str = Field(description="Said when a host was lost in the middle of its answer.")


class LanguagesSettings(Section):
    """The languages that are understood."""

    en: LanguageSettings = LanguageSettings(
        prompt="You are a helpful voice assistant. "
        "Answer every question briefly and truthfully, in one or two plain sentences.",
        sorry="Sorry, something went wrong. Please try again.",
        bridge="Let me think about that.",
        cut_off="Sorry, I lost the rest of that answer.",
    )
    zh: LanguageSettings = LanguageSettings(
        prompt="你是一个友好的语音助手。请用一两句简短的口语中文回答。",
        sorry="抱歉，出了点问题，请再说一遍。",
        bridge="让我想一想。",
        cut_off="抱歉，后面的回答没有收到。",
    )


class ProgramSettings(BaseSettings):
    """All settings of one program: a field per section."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="VOICED_",
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
        enable_decoding=False,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes over what the files say, which `load` gives as arguments."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


class Settings(ProgramSettings):
    """All of voiced's."""

    assistant: AssistantSettings = AssistantSettings()
    audio: AudioSettings = AudioSettings()
    wake: WakeSettings = WakeSettings()
    endpoint: EndpointSettings = EndpointSettings()
    llm: LlmSettings = LlmSettings()
    tts: TtsSettings = TtsSettings()
    models: ModelsSettings = ModelsSettings()
    mqtt: MqttSettings = MqttSettings()
    remote: RemoteSettings = RemoteSettings()
    home: HomeSettings = HomeSettings()
    timers: TimersSettings = TimersSettings()
    control: ControlSettings = ControlSettings()
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()
    languages: LanguagesSettings = LanguagesSettings()
