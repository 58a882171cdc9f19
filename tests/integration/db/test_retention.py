"""What is past its time goes, in both databases, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Boolean, Date, DateTime, Engine, Integer, Table, insert, select
from sqlalchemy.types import JSON, BigInteger

from nhi_core.adapters.db import SqlRetentionRuns, make_engine, sql_keepers
from nhi_core.adapters.db.retention_rules import STEPS
from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Envelope, Month, Sealed, UtcDateTime
from nhi_core.domain.errors import StoreUnavailable
from nhi_core.domain.retention import rules_at
from nhi_core.domain.roc import PremiumMonth
from tests.integration.db.records import new_id

NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
RULES = rules_at(date(2026, 11, 28))


@dataclass(frozen=True)
class Case:
    """A row past its time, and changes that keep it. `empty`: the columns that are emptied instead."""

    rule: str
    table: str
    old: Mapping[str, Any]
    kept: tuple[Mapping[str, Any], ...]
    empty: tuple[str, ...] = ()
    beside: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


_CLOSED = {"notices": {"id": "n", "state": "ended", "closed_at": ago(days=740), "stop": None}}
_WORDS = {"reason": Envelope("r"), "contact": Envelope("c"), "note": Envelope("n")}
CASES = [
    Case("codes", "one_time_codes", {"expires_at": ago(hours=25)}, ({"expires_at": ago(hours=23)},)),
    Case("card_sessions", "card_sessions", {"ended_at": ago(days=31), "state": "ended"},
         ({"ended_at": ago(days=29)}, {"ended_at": None})),
    Case("wrong_facts", "fact_attempts", {"since": ago(days=2), "pauses": 0},
         ({"since": ago(hours=1)}, {"pauses": 3}, {"since": None, "pauses": 1})),
    Case("staff_sessions", "staff_sessions", {"expires_at": ago(seconds=1)},
         ({"expires_at": NOW + timedelta(seconds=1)},)),
    Case("approvals", "approvals", {"state": "expired", "expires_at": ago(days=740), "decided_at": None},
         ({"state": "used", "decided_at": ago(days=700)}, {"state": "proposed"})),
    Case("bindings", "bindings", {"state": "unbound", "ended_at": ago(days=1900), "news": None},
         ({"ended_at": ago(days=1800)}, {"state": "bound"}, {"news": "unbound"},
          {"id": "reminded"}),
         beside={"reminders": {"binding_id": "reminded", "state": "sent", "reason": None}}),
    Case("accounts", "accounts", {"blocked": True, "session_at": ago(days=430)},
         ({"blocked": False}, {"session_at": ago(days=300)}, {"id": "clerks"}),
         beside={"clerks": {"account_id": "clerks", "role": "editor", "office_code": None}}),
    Case("trail", "audit_events", {"at": ago(days=3700)}, ({"at": ago(days=3600)},)),
    Case("erasures", "erasures", {"state": "done", "done_at": ago(days=3700)},
         ({"done_at": ago(days=3600)}, {"state": "requested", "done_at": None}, {"id": "menu"}),
         beside={"erasure_accounts": {"erasure_id": "menu"}}),
    Case("inbound", "inbound_events", {"closed_at": ago(days=400)}, ({"closed_at": ago(days=390)},)),
    Case("sends", "sends", {"claimed_at": ago(days=400)}, ({"claimed_at": ago(days=390)},)),
    Case("letters", "mails", {"state": "sent", "settled_at": ago(days=91)},
         ({"settled_at": ago(days=89)}, {"state": "waiting", "settled_at": None}, {"state": "unclear"})),
    Case("letters_stuck", "mails", {"state": "unclear", "settled_at": ago(days=400)},
         ({"settled_at": ago(days=380)}, {"state": "waiting"})),
    Case("reminders", "reminders",
         {"state": "sent", "reason": None, "last_day": date(2026, 5, 31)},
         ({"last_day": date(2026, 6, 2)}, {"state": "planned"})),
    Case("reminder_walks", "reminder_walks", {"day": date(2026, 10, 1)}, ({"day": date(2026, 11, 27)},)),
    Case("satisfaction_people", "satisfaction_answers", {"state": "rated", "asked_at": ago(hours=49)},
         ({"asked_at": ago(hours=47)},), empty=("account_id", "event_id", "message_id", "asked_at")),
    Case("satisfaction_words", "satisfaction_answers",
         {"state": "worded", "word": Envelope("w"), "month": PremiumMonth(2026, 4)},
         ({"month": PremiumMonth(2026, 6)},), empty=("word",)),
    Case("satisfaction_moments", "satisfaction_accounts", {"asked_at": ago(days=31), "off": False},
         ({"asked_at": ago(days=29)}, {"off": True, "account_id": "there"}),
         beside={"accounts": {"id": "there"}}),
    Case("application_words", "instalment_applications",
         {"state": "refused", "updated_at": ago(days=740), **_WORDS, "terms": 2},
         ({"updated_at": ago(days=700)}, {"state": "running"}), empty=("reason", "contact", "note")),
    *(Case("import_rows", f"staged_{kind}", {"import_id": "left"}, ({"import_id": "going"},),
           beside={"imports": {"id": "left", "state": "reading", "moved_at": ago(days=8)}})
      for kind in ("persons", "bills", "payments", "subsidies", "registrations")),
    Case("import_rejects", "import_rejects", {"import_id": "i"}, ({"import_id": "young"},),
         beside={"imports": {"id": "i", "moved_at": ago(days=400)}}),
    Case("preregistrations", "preregistrations", {"mail": "sent", "mail_at": ago(days=190)},
         ({"mail_at": ago(days=170)}, {"mail": "waiting"})),
    Case("payment_addresses", "payment_attempts",
         {"state": "paid", "settled_at": ago(days=31), "redirect_url": "https://gateway.test/x"},
         ({"settled_at": ago(days=29)}, {"settled_at": None, "state": "waiting"}), empty=("redirect_url",)),
    *(Case("notice_traces", table, {"notice_id": "n", **more}, ({"notice_id": "open"},), beside=_CLOSED)
      for table, more in (("notice_deliveries", {}), ("notice_acks", {}), ("notice_posts", {}),
                          ("notice_nudges", {"state": "sent"}))),
    Case("promotion_notes", "promotion_reports",
         {"state": "withdrawn", "note": Envelope("w"), "month": PremiumMonth(2024, 10)},
         ({"month": PremiumMonth(2024, 11)},), empty=("note",)),
    Case("group_people", "group_messages", {"kind": "other", "day": date(2024, 10, 31)},
         ({"day": date(2024, 11, 1)},), empty=("account_id",)),
    Case("group_members", "group_members", {"left_at": ago(days=740)}, ({"left_at": None},)),
]  # fmt: skip


@pytest.fixture
def put(engine: Engine) -> Callable[[str, Mapping[str, Any]], None]:
    """Insert a row, what is missing filled in, without the other rows it would hang on."""

    def add(name: str, values: Mapping[str, Any]) -> None:
        table = metadata.tables[name]
        loose = make_engine(engine.url.render_as_string(hide_password=False), for_migrations=True)
        with loose.begin() as connection:
            if loose.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.execute(insert(table).values({**filled(table), **values}))
        loose.dispose()

    return add


def filled(table: Table) -> dict[str, Any]:
    return {
        column.name: value(column.type)
        for column in table.columns
        if column.autoincrement is not True
        and (not column.nullable or column.name in ("account_id", "event_id", "message_id"))
    }


_VALUES: tuple[tuple[Any, Callable[[], object]], ...] = (
    (Sealed, lambda: Envelope("sealed")),
    (Month, lambda: PremiumMonth(2026, 11)),
    (UtcDateTime | DateTime, lambda: NOW),
    (Date, NOW.date),
    (Boolean, lambda: False),
    (Integer | BigInteger, lambda: 1),
    (JSON, list),
    (object, lambda: new_id()[:9]),
)


def value(kind: Any) -> object:
    return next(make() for types, make in _VALUES if isinstance(kind, types))


def rows(engine: Engine, table: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(metadata.tables[table])).mappings())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.table}")
def test_a_rule_takes_what_is_past_its_time_and_nothing_else(
    case: Case, engine: Engine, put: Callable[[str, Mapping[str, Any]], None]
) -> None:
    for table, values in case.beside.items():
        put(table, values)
    put(case.table, case.old)
    for changes in case.kept:
        put(case.table, {**case.old, **changes})
    keeper, before = sql_keepers(engine)[case.rule], RULES[case.rule].before(NOW)
    assert keeper.count(before) == 1
    assert keeper.remove(before, 100) == 1
    assert keeper.remove(before, 100) == 0
    assert keeper.count(before) == 0
    left = rows(engine, case.table)
    if not case.empty:
        assert len(left) == len(case.kept)
        return
    assert len(left) == len(case.kept) + 1
    [emptied] = [row for row in left if all(row[name] is None for name in case.empty)]
    assert emptied is not None


def test_every_rule_of_the_database_is_tried_here() -> None:
    assert {case.rule for case in CASES} == set(STEPS)


def test_a_batch_takes_no_more_than_it_may(
    engine: Engine, put: Callable[[str, Mapping[str, Any]], None]
) -> None:
    for _ in range(5):
        put("sends", {"claimed_at": ago(days=500)})
    keeper, before = sql_keepers(engine)["sends"], RULES["sends"].before(NOW)
    assert [keeper.remove(before, 2) for _ in range(4)] == [2, 2, 1, 0]


def test_the_database_itself_refuses_to_shorten_the_trail_too_early(
    engine: Engine, put: Callable[[str, Mapping[str, Any]], None]
) -> None:
    put("audit_events", {"at": datetime.now(UTC) - timedelta(days=9 * 365)})
    with pytest.raises(StoreUnavailable):
        sql_keepers(engine)["trail"].remove(datetime.now(UTC), 10)
    assert len(rows(engine, "audit_events")) == 1


def test_runs_are_remembered_and_counted(engine: Engine) -> None:
    runs = SqlRetentionRuns(engine)
    assert runs.last() == {}
    runs.done("sends", NOW - timedelta(hours=6), 7)
    runs.done("sends", NOW, 3)
    assert runs.last() == {"sends": NOW}
    [row] = rows(engine, "retention_runs")
    assert (row["removed"], row["removed_ever"]) == (3, 10)
