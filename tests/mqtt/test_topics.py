import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core import payloads
from voiced.core.errors import SettingsError
from voiced.core.filters import covers
from voiced.mqtt import topics
from voiced.settings import MqttSettings

NAMES = st.from_regex(payloads.ID, fullmatch=True)


def test_they_are_those_that_the_payloads_tell_of():
    told = re.findall(r"^ {4}(voiced/\S+)", payloads.__doc__ or "", re.MULTILINE)
    made = [
        topics.host_status("host"),
        topics.host_request("host", "device"),
        topics.host_cancel("host", "device"),
        topics.reply("device", "attempt"),
        topics.device_status("device"),
        topics.answer("device"),
    ]
    assert [each.replace("<", "").replace(">", "") for each in told] == made


@pytest.mark.parametrize("bad", ["", "a/b", "+", "#", "a b", "ä", "x" * 65, "a\n", "host\0"])
@pytest.mark.parametrize(
    "build",
    [
        topics.host_status, topics.host_requests, topics.host_cancels, topics.replies, topics.device_status,
        lambda name: topics.host_request("gpu1", name), lambda name: topics.host_cancel(name, "kitchen"),
    ],
)  # fmt: skip
def test_a_name_that_would_reach_elsewhere_is_refused(build: Callable[[str], str], bad: str):
    with pytest.raises(SettingsError):
        build(bad)


def asking(device: str) -> str:
    return topics.host_request("gpu1", device)


def test_no_device_is_called_host():
    for build in (topics.replies, topics.device_status, topics.answer, lambda name: topics.reply(name, "a"), asking):
        with pytest.raises(SettingsError, match=re.escape("mqtt.device")):
            build("host")


@given(NAMES)
def test_a_host_is_known_by_its_status_topic(name: str):
    assert topics.host_of(topics.host_status(name)) == name
    assert topics.host_of(topics.host_request(name, "kitchen")) is None


@given(NAMES, NAMES.filter(lambda name: name != "host"))
def test_who_asks_is_known_by_the_topic(host: str, device: str):
    for topic, pattern in (
        (topics.host_request(host, device), topics.host_requests(host)),
        (topics.host_cancel(host, device), topics.host_cancels(host)),
    ):
        assert topics.asker_of(topic) == device
        assert covers(pattern, topic)
    for other in (topics.host_status(host), topics.reply(device, host), f"voiced/host/{host}/request/host"):
        assert topics.asker_of(other) is None


@given(NAMES.filter(lambda name: name != "host"), NAMES)
def test_an_attempt_is_known_by_its_reply_topic(device: str, attempt: str):
    assert topics.attempt_of(topics.reply(device, attempt), device) == attempt
    assert topics.attempt_of(topics.reply(device, attempt), device + "2") is None
    assert topics.host_of(topics.reply(device, attempt)) is None


@given(st.text())
def test_any_other_topic_is_nobodys(topic: str):
    assert topics.host_of(topic) is None
    assert topics.asker_of(topic) is None
    assert topics.attempt_of(topic, "pi") is None


def test_a_device_is_called_as_set_or_as_the_machine(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("socket.gethostname", lambda: "pi.local")
    assert topics.device_name(MqttSettings(device="kitchen")) == "kitchen"
    assert topics.device_name(MqttSettings()) == "pi-local"
    monkeypatch.setattr("socket.gethostname", lambda: "host")
    with pytest.raises(SettingsError):
        topics.device_name(MqttSettings())
