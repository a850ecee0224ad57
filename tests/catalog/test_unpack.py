import stat
from pathlib import Path

import pytest

from lab.file_server import zip_of
from voiced.catalog import unpack as module
from voiced.catalog.unpack import unpack_folder, unpack_member
from voiced.core.errors import ModelError

WHOLE = {"model/am/final.mdl": b"m" * 3000, "model/README": b"read me", "other/file": b"not wanted"}


def archive(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "archive.zip"
    path.write_bytes(content)
    return path


def test_only_the_wanted_folder_is_unpacked(tmp_path: Path):
    unpack_folder(archive(tmp_path, zip_of(WHOLE)), "model", tmp_path / "into", 10_000)
    found = {str(path.relative_to(tmp_path / "into")) for path in (tmp_path / "into").rglob("*") if path.is_file()}
    assert found == {"am/final.mdl", "README"}
    assert (tmp_path / "into/am/final.mdl").read_bytes() == b"m" * 3000


def test_one_member_is_unpacked(tmp_path: Path):
    unpack_member(archive(tmp_path, zip_of(WHOLE)), "model/README", tmp_path / "it", 7)
    assert (tmp_path / "it").read_bytes() == b"read me"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (zip_of({**WHOLE, "../evil": b"x"}), "leave its folder"),
        (zip_of({**WHOLE, "model/../../evil": b"x"}), "leave its folder"),
        (zip_of({**WHOLE, "/tmp/evil": b"x"}), "leave its folder"),
        (zip_of({**WHOLE, "model/..\\evil": b"x"}), "leave its folder"),
        (zip_of({"model/link": b"/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16), "neither a file nor"),
        (zip_of({"model/pipe": b""}, external_attr=(stat.S_IFIFO | 0o666) << 16), "neither a file nor"),
        (zip_of({"model/zeros": bytes(1_000_000)}), "far more than it holds"),
        (zip_of({f"model/{i}": b"" for i in range(12)}), "it has 12 members"),
        (zip_of({"model/a": b"x" * 6000, "model/b": b"y" * 6000}), "more than 10000 bytes"),
        (zip_of({"model/a": b"x", "model//a": b"y"}), "twice"),
        (zip_of({"elsewhere/a": b"x"}), "no folder 'model'"),
        (zip_of(WHOLE)[:-40], "damaged"),
        (b"no zip at all", "damaged"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, says: str
):
    monkeypatch.setattr(module, "MAX_MEMBERS", 10)
    with pytest.raises(ModelError, match=says) as raised:
        unpack_folder(archive(tmp_path, content), "model", tmp_path / "a" / "into", 10_000)
    assert raised.value.code == "archive-refused"
    assert [path.name for path in tmp_path.rglob("*")] == ["archive.zip"]


def test_damage_inside_a_member_is_noticed(tmp_path: Path):
    content = bytearray(zip_of({"model/a": bytes(range(256)) * 8}))
    content[60] ^= 0xFF
    with pytest.raises(ModelError, match="damaged"):
        unpack_folder(archive(tmp_path, bytes(content)), "model", tmp_path / "into", 10_000)


def test_a_member_that_lies_about_its_size_is_refused(tmp_path: Path):
    content = zip_of({"model/a": b"x" * 50_000 + bytes(range(250)) * 10})
    told = content.replace((52_500).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert told != content
    with pytest.raises(ModelError, match="damaged"):
        unpack_folder(archive(tmp_path, told), "model", tmp_path / "into", 10_000)
    assert (tmp_path / "into/a").stat().st_size <= 100


@pytest.mark.parametrize(
    ("name", "most", "says"), [("model/none", 10, "no member"), ("model/README", 6, "more than 6")]
)
def test_a_member_that_is_not_as_expected_is_refused(tmp_path: Path, name: str, most: int, says: str):
    with pytest.raises(ModelError, match=says):
        unpack_member(archive(tmp_path, zip_of(WHOLE)), name, tmp_path / "it", most)
    assert not (tmp_path / "it").exists()
