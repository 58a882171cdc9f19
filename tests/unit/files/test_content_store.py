"""The store by content: whole or not at all, once, and honest when the disk is full."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nhi_core.adapters.files import DirectoryStore
from nhi_core.domain.errors import FilesFull, FilesUnavailable, Invalid

DATA = b"a photo of the stall at the harvest festival"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "files"


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_content_comes_back_by_its_digest(root: Path) -> None:
    store = DirectoryStore(root)
    assert store.put(DATA) == DIGEST
    assert store.get(DIGEST) == DATA


def test_the_same_content_is_kept_once(root: Path) -> None:
    store = DirectoryStore(root)
    store.put(DATA)
    store.put(DATA)
    assert len(files(root)) == 1


def test_nobody_else_on_the_machine_reads_it(root: Path) -> None:
    DirectoryStore(root).put(DATA)
    (path,) = files(root)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_dropped_content_is_gone_and_dropping_again_is_no_error(root: Path) -> None:
    store = DirectoryStore(root)
    store.put(DATA)
    assert store.drop(DIGEST) is True
    assert store.get(DIGEST) is None
    assert store.drop(DIGEST) is False


def test_content_that_the_disk_spoilt_is_not_given_out_and_is_mended_by_the_next_put(root: Path) -> None:
    store = DirectoryStore(root)
    store.put(DATA)
    files(root)[0].write_bytes(DATA[:7])
    assert store.get(DIGEST) is None
    store.put(DATA)
    assert store.get(DIGEST) == DATA


@pytest.mark.parametrize("name", ["../../etc/passwd", "", DIGEST.upper(), DIGEST + "0", "a" * 63 + "/"])
def test_what_is_no_digest_never_becomes_a_path(root: Path, name: str) -> None:
    with pytest.raises(Invalid):
        DirectoryStore(root).get(name)


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, FilesFull),
        (errno.EDQUOT, FilesFull),
        (errno.EIO, FilesUnavailable),
    ],
)
def test_a_full_or_broken_disk_is_a_typed_error_and_leaves_nothing_half_written(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception]
) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(number, "no")

    store = DirectoryStore(root)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(error) as raised:
            store.put(DATA)
        assert type(raised.value) is error
    assert files(root) == []
    assert store.get(DIGEST) is None
    assert store.put(DATA) == DIGEST


def test_a_directory_that_cannot_be_made_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file stands here")
    with pytest.raises(FilesUnavailable):
        DirectoryStore(tmp_path / "files").put(DATA)


def test_old_content_is_listed_young_content_is_not_and_debris_is_cleared(root: Path) -> None:
    store = DirectoryStore(root)
    store.put(DATA)
    young = store.put(b"another one")
    now = datetime.now(UTC)
    old = (now - timedelta(days=2)).timestamp()
    os.utime(root / DIGEST[:2] / DIGEST[2:], (old, old))
    debris = root / DIGEST[:2] / ".new-abc"
    debris.write_bytes(b"half")
    os.utime(debris, (old, old))
    assert list(store.kept(timedelta(days=1))) == [DIGEST]
    assert not debris.exists()
    assert store.get(young) is not None


def test_content_put_again_is_young_again(root: Path) -> None:
    store = DirectoryStore(root)
    store.put(DATA)
    old = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(root / DIGEST[:2] / DIGEST[2:], (old, old))
    store.put(DATA)
    assert list(store.kept(timedelta(days=1))) == []
