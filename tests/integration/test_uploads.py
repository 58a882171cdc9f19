"""Files handed in at the console are imported by a worker, once, whole, and through a crash."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nhi_core.bootstrap import Core, build
from nhi_core.domain.errors import Invalid
from nhi_core.domain.imports import ImportKind
from nhi_core.domain.slices import Ask
from nhi_core.domain.uploads import KEPT, Upload, UploadState
from nhi_core.settings import Settings
from tests.factories.domain import make_person
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.net
DATABASES = ["migrated_sqlite_url", pytest.param("migrated_postgres_url", marks=pytest.mark.postgres)]
WHO = [make_person().number for _serial in range(20)]


@pytest.fixture(params=DATABASES)
def core(request: pytest.FixtureRequest, redis_url: str, tmp_path: Path) -> Iterator[Core]:
    settings = Settings.load(
        env_file=None,
        NHI_DATABASE_URL=request.getfixturevalue(request.param),
        NHI_REDIS_URL=redis_url,
        NHI_VAR_DIR=tmp_path,
    )
    made = build(settings, clock=FakeClock())
    yield made
    made.close()


def persons(birth: str = "69/02/01") -> io.BytesIO:
    lines = "".join(f"{number},王小{i},{birth},6\n" for i, number in enumerate(WHO))
    return io.BytesIO(f"number,name,birth,category\n{lines}".encode())


def last(core: Core) -> Upload:
    return core.uploads.recent()[0]


def events(core: Core) -> list[str]:
    with core.uow() as uow:
        return [one.event for one in uow.lists.trail(Ask({})).rows]


def test_a_file_goes_into_the_books_once_and_is_gone(core: Core, tmp_path: Path) -> None:
    core.uploads.take(ImportKind.PERSONS, persons(), staff="staff-1")
    assert last(core).state is UploadState.WAITING
    assert core.uploads.work() == 1
    done = last(core)
    assert (done.state, core.imports.recent()[0].inserted) == (UploadState.IMPORTED, 20)
    assert core.imports.recent()[0].id == done.import_id
    assert not list(tmp_path.rglob("file.csv")), "identities lie on the disk no longer than they must"
    assert core.uploads.work() == 0
    core.clock.advance(minutes=1)  # type: ignore[attr-defined]
    core.uploads.take(ImportKind.PERSONS, persons(), staff="staff-1")
    core.uploads.work()
    assert last(core).state is UploadState.KNOWN
    assert events(core).count("import_handed_in") == events(core).count("import_ended") == 2


def test_wrong_rows_and_wrong_files_are_told_apart(core: Core) -> None:
    core.uploads.take(ImportKind.PERSONS, persons("69/02/30"), staff="staff-1")
    core.uploads.work()
    assert last(core).state is UploadState.BAD_ROWS
    assert len(list(core.imports.rejects(last(core).import_id or ""))) == 20
    core.clock.advance(minutes=1)  # type: ignore[attr-defined]
    core.uploads.take(ImportKind.BILLS, io.BytesIO(b"nothing,of,it\n1,2,3\n"), staff="staff-1")
    core.uploads.work()
    assert last(core).state is UploadState.REFUSED
    assert "the heading is not known" in last(core).why


def test_a_worker_that_dies_in_a_file_loses_nothing(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    core.uploads.take(ImportKind.PERSONS, persons(), staff="staff-1")
    whole = core.imports.run

    def dying(*_args: Any, **_kwargs: Any) -> Any:
        raise KeyboardInterrupt

    for killed_in in ("stage", "finish"):
        with monkeypatch.context() as patch:
            patch.setattr(core.imports._store, killed_in, dying)
            with pytest.raises(KeyboardInterrupt):
                core.uploads.work()
        assert last(core).state is UploadState.WAITING
    assert core.imports.run == whole
    assert core.uploads.work() == 1
    assert (last(core).state, core.imports.recent()[0].inserted) == (UploadState.IMPORTED, 20)


def test_a_unit_s_registrations_are_not_handed_in_here(core: Core) -> None:
    with pytest.raises(Invalid):
        core.uploads.take(ImportKind.REGISTRATIONS, persons(), staff="staff-1")
    assert core.uploads.recent() == ()


def test_outcomes_are_forgotten_after_a_week(core: Core) -> None:
    core.uploads.take(ImportKind.PERSONS, persons(), staff="staff-1")
    core.uploads.work()
    core.clock.advance(seconds=KEPT.total_seconds() - 1)  # type: ignore[attr-defined]
    assert core.uploads.forget() == 0
    core.clock.advance(seconds=2)  # type: ignore[attr-defined]
    assert (core.uploads.forget(), core.uploads.recent()) == (1, ())
