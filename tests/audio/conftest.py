"""What the tests of real devices share."""

from collections.abc import Iterator

import pytest

from lab.sound_server import SoundServer, running


@pytest.fixture(scope="module")
def sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    with running(tmp_path_factory.mktemp("sound-server")) as server:
        yield server
