"""Made-up persons in great number: imported with their bills, and tied to LINE users of the sandbox."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from line_sandbox.testing import Sandbox
from nhi_core.adapters.db import ColumnSealer
from nhi_core.adapters.db.tables import accounts, bindings
from nhi_core.bootstrap import Core, build
from nhi_core.domain.accounts import AccountKind
from nhi_core.domain.binding import BindingState
from nhi_core.domain.imports import ImportKind
from nhi_core.security import KeyedFingerprints
from nhi_core.settings import Settings
from scripts.bench_imports import write_files
from scripts.stack.leftovers import MARK
from scripts.stack.whole import Stack

_OURS = ("NHI_", "LINE_", "RASA_", "ACTIONS_")
_PERSONS = "SELECT DISTINCT payer_id FROM bills WHERE amount > 0 ORDER BY payer_id LIMIT {:d}"


@contextmanager
def core_of(stack: Stack) -> Iterator[Core]:
    """Open the business of a running stack in this process."""
    named = {name: value for name, value in stack.env().items() if name.startswith(_OURS) and name != MARK}
    core = build(Settings.load(env_file=None, **named))
    try:
        yield core
    finally:
        core.close()


def bring(core: Core, persons: int, bills: int) -> int:
    """Import this many persons and bills; what is there already stays. Return how many rows are new."""
    new = 0
    with tempfile.TemporaryDirectory(prefix="nhi-load-") as name:
        for kind, path in write_files(Path(name), persons, bills).items():
            if kind in (ImportKind.PERSONS, ImportKind.BILLS):
                new += core.imports.run(kind, path).inserted
    return new


def tie(core: Core, line: Sandbox, count: int) -> list[str]:
    """Make this many friends of the bot and bind each to a person who has bills; return their user ids.

    Rows are written as a finished binding leaves them: what is measured later is not the binding.
    """
    with core.engine.connect() as connection:
        found = connection.exec_driver_sql(_PERSONS.format(count)).scalars().all()
    users = line.add_people(len(found))
    now, sealer = core.clock.now(), ColumnSealer(core.sealer, KeyedFingerprints(core.keys.fingerprint))
    account_rows, binding_rows = [], []
    for user, person_id in zip(users, found, strict=True):
        account_id = core.ids.uuid()
        account_rows.append(
            {
                "id": account_id,
                "channel": "line",
                "channel_user": sealer.seal(accounts.c.channel_user, user, row=account_id),
                "channel_user_fp": sealer.fingerprint(accounts.c.channel_user_fp, user, channel="line"),
                "conversation": core.ids.token(),
                "session": core.ids.token(9),
                "session_at": now,
                "language": "zh-TW",
                "language_chosen": True,
                "kind": AccountKind.BOUND.value,
                "blocked": False,
                "created_at": now,
            }
        )
        binding_rows.append(
            {
                "id": core.ids.uuid(),
                "account_id": account_id,
                "person_id": person_id,
                "state": BindingState.BOUND.value,
                "proposed_at": now,
                "bound_at": now,
                "relation": "self",
            }
        )
    with core.engine.begin() as connection:
        connection.execute(accounts.insert(), account_rows)
        connection.execute(bindings.insert(), binding_rows)
    return users


def rows(core: Core, tables: Sequence[str] = ("persons", "bills", "accounts")) -> dict[str, int]:
    """Return how many rows tables have."""
    with core.engine.connect() as connection:
        return {
            name: int(connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one())  # noqa: S608
            for name in tables
        }
