"""What a person is handed, what an erasure takes away, what it leaves and why. On both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from nhi_core.adapters.db.data_map import Whose, data_map
from nhi_core.adapters.db.sealing import fingerprint_columns
from nhi_core.adapters.db.subject_rules import NOT_PERSONAL, RULES
from nhi_core.adapters.db.tables import metadata
from nhi_core.domain.errors import CacheUnavailable, UnknownPerson
from nhi_core.domain.privacy import REASONS, ErasureState, Keep, Proof
from tests.integration.privacy.conftest import NUMBER, OTHER, Office
from tests.integration.privacy.everything import NOW, key

TABLES = {rule.table.name for rule in RULES}
# An erasure is of people who are served; the staff of the console are looked after as staff.
PEOPLE = (Whose.PERSON, Whose.ACCOUNT, Whose.CLERK)
# Why a table about people needs no rule.
REASONED = ("an opaque id", "lives for one import", "empty again within minutes")
GOES = {
    "mails", "preregistrations", "reminder_preferences", "reminders", "bindings", "card_sessions",
    "fact_attempts", "one_time_codes", "satisfaction_accounts", "satisfaction_answers", "group_members",
}  # fmt: skip


def erase(office: Office, number: str = NUMBER) -> dict[str, dict[str, object]]:
    erasure = office.desk.erase(number, proof=Proof.NATIONAL_ID, case="115-1")
    assert erasure.state is not ErasureState.REQUESTED
    return json.loads(json.dumps(erasure.result))  # type: ignore[no-any-return]


def test_every_table_is_exported_and_erased_by_a_rule_or_named_as_about_nobody() -> None:
    assert TABLES | set(NOT_PERSONAL) == set(metadata.tables)
    assert not TABLES & set(NOT_PERSONAL)
    assert set(REASONS) == set(Keep)


def test_what_the_data_map_calls_personal_has_a_rule_or_a_reason() -> None:
    personal = {name for name, entry in data_map().items() if entry.whose in PEOPLE}
    # A gateway's message names nobody; through its order it is about somebody all the same.
    assert TABLES - personal == {"payment_callbacks"}
    without_a_rule = personal - TABLES
    assert {name for name in without_a_rule if not NOT_PERSONAL[name].startswith(REASONED)} == set()


def test_an_export_holds_everything_of_the_person_and_nothing_of_others(office: Office) -> None:
    held = office.desk.export(NUMBER, proof=Proof.NHI_CARD, case="115-1")
    assert set(held.tables) == TABLES
    text = repr(held.tables)
    assert "-another-" not in text
    assert NUMBER in text
    assert "U" + "1" * 32 in text
    assert held.tables["eslip_subscriptions"][0]["email"] == "sealed email one"
    given = {(table, name) for table, rows in held.tables.items() for row in rows for name in row}
    assert not given & {("eslip_subscriptions", "password"), ("eslip_subscriptions", "code")}
    assert not given & {("one_time_codes", "code_hash"), ("card_sessions", "token_hash")}
    assert not given & {
        (c.table.name, c.name) for t in metadata.tables.values() for c in fingerprint_columns(t)
    }
    # A name on a bill may be a dependant's.
    assert held.tables["bill_items"][0]["name"] != "sealed name one"
    assert office.events().count("data_exported") == 1


def test_who_is_not_in_the_books_is_said_so(office: Office) -> None:
    with pytest.raises(UnknownPerson):
        office.desk.export("A223456781", proof=Proof.NHI_CARD, case="115-1")
    assert "data_exported" not in office.events()


def test_an_erasure_takes_what_may_go_and_says_why_the_rest_stays(office: Office) -> None:
    other = {table: office.of(table, "another") for table in TABLES}
    result = erase(office)
    # The end of the binding takes the preferences along.
    assert set(result["deleted"]) == GOES - {"reminder_preferences"}
    assert all(office.of(table, "one") == [] for table in GOES)
    assert {table: office.of(table, "another") for table in TABLES} == other
    kept = {table: why for table, (_count, why) in result["kept"].items()}  # type: ignore[misc]
    assert set(kept) == TABLES - GOES
    assert (kept["payments"], kept["persons"], kept["audit_events"]) == (
        "premium_ledger",
        "agency_record",
        "trail",
    )


def test_nothing_that_names_the_account_is_left(office: Office) -> None:
    erase(office)
    (account,) = [row for row in office.rows("accounts") if row["id"] == key("accounts", "one")]
    with office.uow() as uow:
        assert uow.accounts.by_channel_user("line", "U" + "1" * 32) is None
        emptied = uow.accounts.get(str(account["id"]))
        assert uow.clerks.get(key("clerks", "one")).name == "—"  # type: ignore[union-attr]
    assert emptied is not None
    assert emptied.blocked
    assert emptied.channel_user.startswith("erased:")
    assert emptied.conversation != account["id"]
    (send,) = [row for row in office.rows("sends") if "one" in str(row["key"])]
    (photo,) = [row for row in office.rows("promotion_photos") if "-one-" in str(row["id"])]
    (slip,) = [row for row in office.rows("eslip_subscriptions") if "-one-" in str(row["id"])]
    assert send["account_id"] is None
    assert (photo["state"], photo["digest"]) == ("expired", None)
    assert (slip["state"], slip["email"], slip["password"]) == ("cancelled", None, None)


def test_photos_of_a_former_clerk_are_deleted_but_not_one_that_another_report_shows(
    office: Office, change: Callable[..., None]
) -> None:
    mine, shared = office.files.put(b"only mine"), office.files.put(b"shown twice")
    change("promotion_photos", "one", digest=mine, thumbnail=shared)
    change("promotion_photos", "another", digest=shared)
    erase(office)
    assert office.files.get(mine) is None
    assert office.files.get(shared) == b"shown twice"


def test_erasing_twice_finds_nothing_more(office: Office) -> None:
    erase(office)
    (first,) = office.desk.under_way()
    again = office.desk.erase(NUMBER, proof=Proof.NATIONAL_ID, case="115-1")
    assert again.id == first.id  # the menu is not off yet: it is the same request
    for account in office.desk.leaving(first.id):
        office.desk.gone(account)
    assert office.desk.finish(first.id)
    assert not office.desk.finish(first.id)
    result = erase(office)
    assert result["deleted"] == {}
    assert office.desk.leaving(first.id) == ()
    assert office.events().count("erasure_done") == 1


def test_a_run_killed_before_its_transaction_ended_is_gone_on_with(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = office.rows("bindings")

    class Killed(BaseException):
        pass

    def die(*_args: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("nhi_core.adapters.db.repositories.privacy.SqlErasures.save", die)
        with pytest.raises(Killed):
            erase(office)
    assert office.rows("bindings") == before
    (waiting,) = office.desk.under_way()
    assert waiting.state is ErasureState.REQUESTED
    office.desk.clear(waiting.id)
    assert office.of("bindings", "one") == []
    assert office.events().count("erasure_requested") == 1


def test_a_run_killed_after_it_is_taken_up_where_it_stopped(office: Office) -> None:
    office.forgetter.away = 1
    with pytest.raises(CacheUnavailable):
        erase(office)
    (waiting,) = office.desk.under_way()
    assert waiting.state is ErasureState.CLEARED
    assert not office.desk.finish(waiting.id)
    result = erase(office)
    assert result["deleted"]["bindings"] == 1  # told again, not done again
    (account,) = office.desk.leaving(waiting.id)
    assert {account.account_id, account.conversation} <= set(office.forgetter.marks)
    assert office.events().count("erasure_cleared") == 1


def test_a_serving_clerk_keeps_the_account_and_loses_the_binding(
    office: Office, change: Callable[..., None]
) -> None:
    change("clerks", "one", state="active")
    result = erase(office)
    assert {"bindings", "card_sessions", "reminders"} <= set(result["deleted"])
    assert result["kept"]["accounts"] == [1, "serving_clerk"]
    with office.uow() as uow:
        assert uow.accounts.by_channel_user("line", "U" + "1" * 32) is not None
        assert uow.clerks.get(key("clerks", "one")).name == "sealed name one"  # type: ignore[union-attr]


def test_an_account_that_went_over_to_somebody_else_is_not_the_persons(
    office: Office, change: Callable[..., None]
) -> None:
    change("bindings", "one", state="ended")
    change("bindings", "another", account_id=key("accounts", "one"), bound_at=NOW + timedelta(days=1))
    erase(office)
    with office.uow() as uow:
        assert uow.accounts.by_channel_user("line", "U" + "1" * 32) is not None
    assert office.of("bindings", "one")[0]["person_id"] == key("persons", "another")


def test_a_draft_goes_and_what_was_handed_in_stays(office: Office, change: Callable[..., None]) -> None:
    change("instalment_applications", "another", state="draft", submitted_at=None)
    assert "instalment_applications" not in erase(office)["deleted"]
    result = erase(office, OTHER)
    assert result["deleted"]["instalment_applications"] == 1
    assert "instalment_applications" not in result["kept"]


def test_after_a_restore_erasures_are_repeated(office: Office) -> None:
    assert office.desk.repeat([key("persons", "one"), "nobody-of-ours"], case="restore") == 1
    assert office.of("bindings", "one") == []
    assert key("persons", "one") in office.desk.erased_persons()
