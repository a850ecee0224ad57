"""The daemon, a broker and hosts on a tiny GLM, all of them real: who answers, and what happens when they go."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lab import broker as mosquitto
from lab.broker import Broker
from lab.cli import daemon, voiced, wait_for
from lab.host import Hosts, host_process

pytestmark = pytest.mark.real

ITALY = "What is the capital of Italy?"
SIXTY = ", ".join(map(str, range(1, 61))) + "."


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with mosquitto.running(Broker(tmp_path_factory.mktemp("broker"))) as started:
        yield started


@pytest.fixture(scope="module")
def house(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a daemon that knows the broker, and of the commands beside it."""
    runtime = tmp_path_factory.mktemp("runtime")
    runtime.chmod(0o700)
    settings = broker.settings
    environment = {
        "XDG_RUNTIME_DIR": str(runtime),
        "VOICED_MQTT__HOST": settings.host,
        "VOICED_MQTT__PORT": str(settings.port),
        "VOICED_MQTT__DEVICE": "kitchen",
        "VOICED_REMOTE__FIRST_TOKEN_S": "10",  # these machines are slow, and it isn't speed that is tested
        "VOICED_REMOTE__STALL_S": "10",
    }
    with daemon(runtime, **environment):
        wait_for("connected to the broker", (runtime / "log").read_text)
        yield environment


@pytest.fixture(scope="module")
def hosts(broker: Broker, tiny_glm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    with closing(Hosts(broker.settings, tiny_glm, tmp_path_factory.mktemp("hosts"))) as hosts:
        yield hosts


def asked(text: str, house: dict[str, str], *options: str) -> dict[str, Any]:
    result = voiced("ask", text, "--json", *options, **house)
    assert result.code == 0, result.err
    turn: dict[str, Any] = json.loads(result.out)
    return turn


def until_there(count: int, house: dict[str, str]) -> list[dict[str, Any]]:
    """The hosts, once so many are there."""
    deadline = time.monotonic() + 30
    while True:
        result = voiced("hosts", "--json", **house)
        assert result.code == 0, result.err
        hosts: list[dict[str, Any]] = json.loads(result.out)["hosts"]
        if len(hosts) == count:
            return hosts
        assert time.monotonic() < deadline, hosts


def test_a_host_answers_what_is_asked_of_it_and_the_small_model_the_rest(
    house: dict[str, str], broker: Broker, tiny_glm: Path, tmp_path: Path
) -> None:
    assert until_there(0, house) == []
    alone = asked(ITALY, house, "--route", "remote")
    assert (alone["route"]["target"], alone["route"]["reason"]) == ("local", "no-host")
    with host_process("attic", broker.settings, tiny_glm, tmp_path):
        [host] = until_there(1, house)
        assert (host["id"], host["state"], host["backend"]) == ("attic", "online", "transformers")
        assert host["notice"] == "Built with glm-4"
        assert host["round_trip_ms"] < 1000
        big = asked(ITALY, house, "--route", "remote")
        assert (big["route"]["target"], big["route"]["reason"]) == ("remote", "asked-for-it")
        assert big["reply"]["text"].strip() == "The capital of Italy is Rome."
        assert big["reply"]["by"].endswith("@attic")
        assert big["reply"]["degraded"] == ""
        small = asked(ITALY, house, "--route", "local")
        assert "SmolLM2" in small["reply"]["by"]
        hard = asked("A train leaves at 3 and goes 60 miles per hour for 4 hours. How far does it get?", house)
        assert hard["route"]["target"] == "remote"
    gone = asked(ITALY, house, "--route", "remote")
    assert gone["route"]["reason"] == "no-host"
    assert gone["reply"]["text"]


def test_ask_finds_the_hosts_without_a_daemon(broker: Broker, hosts: Hosts, tmp_path: Path) -> None:
    settings = {
        "XDG_RUNTIME_DIR": str(tmp_path),
        "VOICED_MQTT__HOST": broker.settings.host,
        "VOICED_MQTT__PORT": str(broker.settings.port),
        "VOICED_REMOTE__FIRST_TOKEN_S": "10",
        "VOICED_REMOTE__SPEAKABLE": "false",
    }
    hosts.serving("attic")
    turn = asked("Count from one to sixty.", settings, "--route", "remote")
    assert turn["reply"]["text"].strip() == SIXTY


def test_a_host_that_hangs_is_left_for_the_small_model(hosts: Hosts, house: dict[str, str]) -> None:
    process = hosts.serving("attic")["attic"]
    until_there(1, house)
    process.send_signal(signal.SIGSTOP)
    turn = asked(ITALY, house, "--route", "remote")
    assert turn["route"]["target"] == "remote"
    assert "SmolLM2" in turn["reply"]["by"]
    assert turn["reply"]["degraded"] == "host-silent"


def test_a_broker_that_is_not_there_is_told_and_delays_no_answer(tmp_path: Path) -> None:
    away = {"XDG_RUNTIME_DIR": str(tmp_path), "VOICED_MQTT__HOST": "127.0.0.1", "VOICED_MQTT__PORT": "1"}
    told = voiced("hosts", **away)
    assert told.code == 9, told.err
    assert voiced("hosts", XDG_RUNTIME_DIR=str(tmp_path)).code == 2
    assert asked(ITALY, away)["reply"]["text"]
