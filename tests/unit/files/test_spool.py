"""The spool of uploads: whole or not at all, one process at a time, nothing of a person left behind."""

from __future__ import annotations

import dataclasses
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nhi_core.adapters.files import DirectorySpool
from nhi_core.domain.errors import FilesUnavailable, Invalid
from nhi_core.domain.imports import FileRefused, ImportKind
from nhi_core.domain.uploads import Upload, UploadState

AT = datetime(2026, 9, 10, 2, 0, tzinfo=UTC)


def _upload(number: int = 1, at: datetime = AT) -> Upload:
    return Upload(f"00000000-0000-4000-8000-{number:012}", ImportKind.BILLS, "staff-1", at)


@pytest.fixture
def spool(tmp_path: Path) -> DirectorySpool:
    return DirectorySpool(tmp_path / "uploads")


def test_what_is_put_is_found_by_any_process_the_newest_first(spool: DirectorySpool, tmp_path: Path) -> None:
    old, new = _upload(1), _upload(2, AT + timedelta(hours=1))
    for one in (old, new):
        spool.put(one, io.BytesIO(b"a,b\n1,2\n"), 100)
    assert DirectorySpool(tmp_path / "uploads").all() == (new, old)
    files = list((tmp_path / "uploads").rglob("*"))
    assert {oct(path.stat().st_mode & 0o777) for path in files if path.is_file()} == {"0o600"}
    assert {oct(path.stat().st_mode & 0o777) for path in files if path.is_dir()} == {"0o700"}


@pytest.mark.parametrize("data", [b"", b"x" * 101])
def test_an_empty_or_too_large_file_leaves_nothing(
    spool: DirectorySpool, tmp_path: Path, data: bytes
) -> None:
    with pytest.raises(FileRefused):
        spool.put(_upload(), io.BytesIO(data), 100)
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_file_that_breaks_off_leaves_nothing(spool: DirectorySpool, tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError("connection lost")

    with pytest.raises(FilesUnavailable):
        spool.put(_upload(), Broken(), 100)
    assert (list((tmp_path / "uploads").iterdir()), spool.all()) == ([], ())


def test_a_file_is_lent_to_one_at_a_time(spool: DirectorySpool) -> None:
    one = _upload()
    spool.put(one, io.BytesIO(b"data"), 100)
    with spool.claim(one.id) as first:
        assert first is not None
        assert first.read_bytes() == b"data"
        with spool.claim(one.id) as second:
            assert second is None
    with spool.claim(one.id) as again:
        assert again is not None


def test_what_is_done_keeps_its_outcome_and_no_file(spool: DirectorySpool, tmp_path: Path) -> None:
    one = _upload()
    spool.put(one, io.BytesIO(b"A123456789"), 100)
    done = Upload(one.id, one.kind, one.staff, one.at, UploadState.REFUSED, why="the heading lacks: id")
    spool.done(done)
    assert spool.all() == (done,)
    assert not list((tmp_path / "uploads").rglob("*.csv"))
    with spool.claim(one.id) as file:
        assert file is None


def test_old_ones_are_forgotten(spool: DirectorySpool) -> None:
    old, new = _upload(1), _upload(2, AT + timedelta(days=8))
    for one in (old, new):
        spool.put(one, io.BytesIO(b"data"), 100)
    assert spool.forget(AT + timedelta(days=1)) == 1
    assert spool.all() == (new,)


def test_an_id_is_no_path(spool: DirectorySpool) -> None:
    with pytest.raises(Invalid), spool.claim("../etc"):
        pass


def test_a_file_whose_worker_died_before_deleting_it_goes_with_the_next_round(
    spool: DirectorySpool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, waiting = _upload(1), _upload(2)
    for upload in (one, waiting):
        spool.put(upload, io.BytesIO(b"A123456789"), 100)

    def killed(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            spool.done(dataclasses.replace(one, state=UploadState.IMPORTED))
    assert len(list((tmp_path / "uploads").rglob("*.csv"))) == 2
    assert spool.forget(AT - timedelta(days=7)) == 0
    assert [path.parent.name for path in (tmp_path / "uploads").rglob("*.csv")] == [waiting.id]
