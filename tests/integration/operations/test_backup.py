"""A backup is sealed, comes back whole on both databases, and nothing goes out twice after it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select

from nhi_core.adapters.db import make_engine
from nhi_core.adapters.db.after_restore import hold_back
from nhi_core.adapters.db.dumps import count_rows
from nhi_core.adapters.db.tables import bindings
from nhi_core.adapters.db.tables_eslips import mails
from nhi_core.adapters.db.tables_notices import notices
from nhi_core.cli.main import command
from nhi_core.security import create_key_file
from nhi_core.security.sealed_file import SealedFileBroken, new_key_file, open_file, read_key_file, seal_file
from tests.fakes.clock import FakeClock
from tests.integration.test_cli import CORE, _NoLogs

Run = Callable[..., Result]
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a verb."""
    monkeypatch.setattr("nhi_core.cli.context.logs", _NoLogs)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NHI_TODAY", "2026-09-10")
    monkeypatch.setenv("NHI_KEYS_FILE", str(tmp_path / "keys.json"))
    create_key_file(tmp_path / "keys.json")
    return lambda *words: CliRunner().invoke(command(CORE), list(map(str, words)), catch_exceptions=True)


def urls(kind: str, request: pytest.FixtureRequest, folder: Path) -> tuple[str, str]:
    """Return two empty databases of a kind."""
    if kind == "sqlite":
        return f"sqlite:///{folder}/a.db", f"sqlite:///{folder}/b.db"
    from tests.plugins.servers import _database

    cluster = request.getfixturevalue("postgres_cluster")
    first, second = _database(cluster), _database(cluster)
    opened = (first.__enter__(), second.__enter__())
    request.addfinalizer(lambda: first.__exit__(None, None, None))
    request.addfinalizer(lambda: second.__exit__(None, None, None))
    return opened


@pytest.mark.parametrize("kind", BOTH)
def test_a_backup_comes_back_whole_into_an_empty_database_and_nowhere_else(
    kind: str, request: pytest.FixtureRequest, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = urls(kind, request, tmp_path)
    key, saved = tmp_path / "backup.key", tmp_path / "saved.nhib"
    monkeypatch.setenv("NHI_DATABASE_URL", here)
    assert run("db", "upgrade").exit_code == 0
    assert run("seed").exit_code == 0
    assert run("backup", "key", key).exit_code == 0
    made = run("backup", "create", saved, "--key", key)
    assert made.exit_code == 0, made.output
    assert saved.stat().st_mode & 0o077 == 0
    assert b"persons" not in saved.read_bytes()
    assert [path.name for path in tmp_path.glob(".nhi-*")] == []
    assert run("backup", "create", saved, "--key", key).exit_code == 1

    refused = run("backup", "restore", saved, "--key", key)
    assert "not empty" in str(refused.exception)
    monkeypatch.setenv("NHI_DATABASE_URL", there)
    back = run("backup", "restore", saved, "--key", key)
    assert back.exit_code == 0, (back.output, back.exception)
    assert "sealed values open" in back.output
    counts = []
    for url in (here, there):
        engine = make_engine(url)
        counts.append(count_rows(engine))
        engine.dispose()
    assert counts[0] == counts[1]
    assert counts[0]["persons"] > 10
    assert "王O明" in run("people").output


def test_with_other_keys_a_restore_is_not_called_well(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NHI_DATABASE_URL", f"sqlite:///{tmp_path}/a.db")
    run("db", "upgrade"), run("seed"), run("backup", "key", tmp_path / "k")
    run("backup", "create", tmp_path / "saved", "--key", tmp_path / "k")
    monkeypatch.setenv("NHI_DATABASE_URL", f"sqlite:///{tmp_path}/b.db")
    create_key_file(tmp_path / "others.json")
    monkeypatch.setenv("NHI_KEYS_FILE", str(tmp_path / "others.json"))
    result = run("backup", "restore", tmp_path / "saved", "--key", tmp_path / "k")
    assert type(result.exception).__name__ == "SealBroken"


def test_what_waited_to_be_sent_is_held_back(migrated_sqlite_url: str) -> None:
    engine, now = make_engine(migrated_sqlite_url), FakeClock().now()
    notice = {
        "category": "reminder", "title": "t", "body": "b", "way": "push", "audience": {}, "owner": "s",
        "revision": 1, "created_at": now, "valid_from": now.date(), "needs_ack": False, "attachments": [],
    }  # fmt: skip
    with engine.begin() as connection:
        letter = {"kind": "slip", "subject_id": "s", "tries": 0, "created_at": now, "next_try_at": now}
        connection.execute(insert(mails).values(id="m1", key="k1", state="waiting", **letter))
        connection.execute(insert(mails).values(id="m2", key="k2", state="sent", **letter))
        for code, state, at in (("A", "sending", now), ("B", "scheduled", now - timedelta(1)),
                                ("C", "scheduled", now + timedelta(1))):  # fmt: skip
            connection.execute(insert(notices).values(id=code, code=code, state=state, send_at=at, **notice))
    held = hold_back(engine, now)
    assert (held["letters"], held["notices under way"], held["notices past their moment"]) == (1, 1, 1)
    with engine.connect() as connection:
        assert dict(connection.execute(select(mails.c.id, mails.c.state)).all()) == {
            "m1": "unclear", "m2": "sent",
        }  # fmt: skip
        states = dict(connection.execute(select(notices.c.id, notices.c.state)).all())
        assert states == {"A": "stopped", "B": "stopped", "C": "scheduled"}
        assert connection.execute(select(bindings.c.id).where(bindings.c.news.is_not(None))).all() == []
    engine.dispose()


@pytest.mark.parametrize("size", [0, 5, 1024 * 1024, 2 * 1024 * 1024 + 7])
def test_a_sealed_file_opens_to_the_same_bytes(size: int) -> None:
    plain, key = bytes(range(256)) * (size // 256) + b"x" * (size % 256), bytes(32)
    sealed, opened = io.BytesIO(), io.BytesIO()
    seal_file(key, io.BytesIO(plain), sealed)
    open_file(key, io.BytesIO(sealed.getvalue()), opened)
    assert opened.getvalue() == plain


@pytest.mark.parametrize("harm", ["cut", "cut_piece", "changed", "swapped", "other_key", "not_ours"])
def test_a_sealed_file_that_was_harmed_does_not_open(harm: str) -> None:
    key, sealed = bytes(32), io.BytesIO()
    seal_file(key, io.BytesIO(bytes(2 * 1024 * 1024 + 7)), sealed)
    data, piece = sealed.getvalue(), 1024 * 1024 + 16
    harmed = {
        "cut": data[:-1],
        "cut_piece": data[: 13 + 2 * piece],
        "changed": data[:100] + bytes([data[100] ^ 1]) + data[101:],
        "swapped": data[:13]
        + data[13 + piece : 13 + 2 * piece]
        + data[13 : 13 + piece]
        + data[13 + 2 * piece :],
        "other_key": data,
        "not_ours": b"PK" + data[2:],
    }[harm]
    with pytest.raises(SealedFileBroken):
        open_file(bytes(31) + b"1" if harm == "other_key" else key, io.BytesIO(harmed), io.BytesIO())


def test_a_backup_key_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "k"
    new_key_file(path)
    assert len(read_key_file(path)) == 32
    path.chmod(0o644)
    with pytest.raises(SealedFileBroken, match="chmod"):
        read_key_file(path)
