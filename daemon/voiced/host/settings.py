"""The settings of a GPU host: /etc/voiced/voiced-host.toml, and the environment over it (`VOICED_HOST__NAME`)."""

import socket
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from voiced.core.admission import Limits
from voiced.core.payloads import ID
from voiced.settings import LevelSettings, MqttSettings, ProgramSettings, SecretFile, Section, Settings
from voiced.settings_file import Loaded, Reader

SYSTEM_FILE: Final = Path("/etc/voiced/voiced-host.toml")


class HostSection(Section):
    """This host: its name, and how much it takes on."""

    name: str = Field(
        "", pattern=r"^[A-Za-z0-9_-]{0,64}$", description="Name of this host on the broker; empty takes the host name."
    )
    backend: Literal["transformers", "openai"] = Field(
        "transformers",
        description="transformers: the model runs in this process; openai: a server that speaks OpenAI's API does.",
    )
    capacity: int = Field(16, ge=1, le=1024, description="Answers that run at once.")
    queue: int = Field(32, ge=0, le=10_000, description="Questions that wait beyond those; one more is overloaded.")
    per_device: int = Field(2, ge=1, le=1024, description="Answers that run at once for one device.")
    per_minute: float = Field(60.0, ge=1, le=100_000, description="Questions that one device may ask in a minute.")
    answer_tokens: int = Field(1024, ge=1, le=131_072, description="Longest answer, in tokens, whatever is asked for.")
    drain_s: float = Field(20.0, ge=0, le=600, description="Seconds that running answers get to end in on SIGTERM.")
    metrics_port: int = Field(
        9464, ge=0, le=65535, description="Loopback port of /metrics and /health; 0 turns them off."
    )

    @property
    def limits(self) -> Limits:
        return Limits(self.capacity, self.queue, self.per_device, self.per_minute)

    @property
    def id(self) -> str:
        """The name, or the machine's, with what a topic can't hold replaced."""
        return self.name or "".join(each if ID.fullmatch(each) else "-" for each in socket.gethostname())[:64]


class TransformersSettings(Section):
    """The model in this process."""

    model: str = Field(
        "zai-org/glm-4-9b-chat-hf", min_length=1, description="Name on the Hugging Face hub, or a folder."
    )
    device: Literal["auto", "cuda", "cpu"] = Field("auto", description="Where it runs; auto takes CUDA if it is there.")
    quantisation: Literal["none", "int8", "int4"] = Field(
        "none", description="none: bf16 on CUDA, float32 on the CPU; int8, int4: by bitsandbytes."
    )
    threads: int = Field(0, ge=0, le=256, description="Threads of PyTorch on the CPU; 0 leaves it to PyTorch.")
    num_blocks: int = Field(
        4096, ge=8, le=1_048_576, description="Blocks of 32 tokens that all running dialogues share."
    )
    batch_tokens: int = Field(256, ge=32, le=65_536, description="Tokens that are worked on in one step.")


class OpenaiSettings(Section):
    """A server that speaks OpenAI's API: vLLM, SGLang, llama.cpp, `transformers serve`."""

    url: str = Field("http://127.0.0.1:8000/v1", min_length=1, description="Its address, with /v1.")
    model: str = Field("zai-org/glm-4-9b-chat-hf", min_length=1, description="The model as that server calls it.")
    api_key_file: SecretFile | None = Field(
        None, description="File with the key, where the server wants one, readable by its owner alone."
    )


class HostSettings(ProgramSettings):
    """All of voiced-host's."""

    host: HostSection = HostSection()
    mqtt: MqttSettings = MqttSettings()
    transformers: TransformersSettings = TransformersSettings()
    openai: OpenaiSettings = OpenaiSettings()
    log: LevelSettings = LevelSettings()


_READER: Final = Reader(
    HostSettings,
    foreign=set(Settings.model_fields) - set(HostSettings.model_fields),
    make_one=", or write one with `voiced-host template > {}`",
    list_all="`voiced-host template`",
)


def load(config: Path | None = None) -> Loaded[HostSettings]:
    """Read and check them: `config`, else SYSTEM_FILE if it is there. Raises SettingsError, a line per problem."""
    return _READER.named(config) if config else _READER.found(SYSTEM_FILE)


def template() -> str:
    """A settings file with every key, its description and its default, all of it commented out."""
    return _READER.template("Settings of voiced-host.")
