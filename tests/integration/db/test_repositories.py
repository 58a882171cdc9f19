"""What goes in comes out, sealed in between; rules that the database keeps by itself."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import IntegrityError, StatementError

from nhi_core.adapters.db import SqlUnitOfWorkFactory
from nhi_core.adapters.db.repositories import accounts as accounts_module
from nhi_core.adapters.db.tables import accounts, bills, metadata, payments, persons, plan_terms
from nhi_core.domain.accounts import AccountKind, CodePurpose
from nhi_core.domain.bills import Bill, BillKind, Payment, PlanState, PlanTerm
from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.roc import PremiumMonth
from nhi_core.security import SealBroken
from tests.factories import canary
from tests.fakes.clock import FakeClock
from tests.integration.db.records import (
    NOW,
    a_bill,
    a_binding,
    a_code,
    a_payment,
    a_person,
    a_plan,
    an_account,
    another_person,
)

Uow = SqlUnitOfWorkFactory


class TestPeople:
    def test_a_person_comes_back_whole_by_id_number_and_story(self, uow: Uow) -> None:
        person = a_person()
        with uow() as work:
            work.people.add(person)
            work.commit()
        with uow() as work:
            assert work.people.get(person.id) == person
            assert work.people.by_number(f" {person.number.lower()} ") == person
            assert work.people.by_story("a_story") == person
            assert work.people.stories() == ("a_story",)
            assert work.people.get("nobody") is None
            assert work.people.by_number(canary.UI_NUMBER) is None

    def test_changes_are_saved(self, uow: Uow) -> None:
        person = a_person()
        changed = dataclasses.replace(person, name="新名", hardship=None, household="h-2")
        with uow() as work:
            work.people.add(person)
            work.people.save(changed)
            work.commit()
        with uow() as work:
            assert work.people.get(person.id) == changed

    def test_one_number_stands_once(self, uow: Uow) -> None:
        with pytest.raises(IntegrityError) as refusal, uow() as work:
            work.people.add(a_person())
            work.people.add(a_person(story=None))
        assert canary.NATIONAL_ID not in str(refusal.value)
        assert canary.NAME not in str(refusal.value)

    def test_nothing_personal_is_readable_in_the_tables(self, uow: Uow, engine: Engine) -> None:
        with uow() as work:
            work.people.add(a_person())
            work.accounts.add(an_account())
            work.commit()
        with engine.connect() as connection:
            dump = " ".join(
                str(row) for table in metadata.sorted_tables for row in connection.execute(
                    text(f"SELECT * FROM {table.name}")
                )
            )  # fmt: skip
        for secret in (*canary.TEXTS, "1980-02-29"):
            assert secret not in dump

    def test_a_name_swapped_with_another_row_does_not_open(self, uow: Uow, engine: Engine) -> None:
        one, other = a_person(), another_person()
        with uow() as work:
            work.people.add(one)
            work.people.add(other)
            work.commit()
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE persons SET name = (SELECT name FROM persons WHERE id = :a) WHERE id = :b"),
                {"a": other.id, "b": one.id},
            )
        with pytest.raises(SealBroken), uow() as work:
            work.people.get(one.id)

    def test_a_sealed_column_refuses_plain_text(self, engine: Engine) -> None:
        with pytest.raises(StatementError, match="only sealed values"), engine.begin() as connection:
            connection.execute(insert(persons).values(id="p", name="plain"))


class TestBills:
    def test_bills_payments_and_plans_come_back_whole_and_in_order(self, uow: Uow) -> None:
        person, other = a_person(), another_person()
        plan = a_plan(person, state=PlanState.DEFAULTED)
        later = a_bill(person, kind=BillKind.DEPENDANTS, headcount=3, plan_id=plan.id,
                       late_fee_start=NOW.date(), charged_late_fee=41,
                       deferred_until=NOW.date(), in_enforcement=True)  # fmt: skip
        earlier = a_bill(person, month=PremiumMonth(2025, 12))
        paid = a_payment(later, posted_on=NOW.date())
        with uow() as work:
            work.people.add(person)
            work.people.add(other)
            work.bills.add_plan(plan)
            work.bills.add_all([later, earlier])
            work.bills.add_all([])
            work.bills.add_payments([paid])
            work.bills.add_payments([a_payment(earlier, paid_on=NOW.date())])
            work.commit()
        with uow() as work:
            assert work.bills.of_payer(person.id) == (earlier, later)
            assert work.bills.payments_of(person.id)[0] == paid
            assert len(work.bills.payments_of(person.id)) == 2
            assert work.bills.plans_of(person.id) == (plan,)
            assert work.bills.of_payer(other.id) == ()
            assert work.bills.payments_of(other.id) == ()
            assert work.bills.plans_of(other.id) == ()

    def test_a_snapshot_replaces_the_payers_records_and_nobody_elses(self, uow: Uow) -> None:
        person, other = a_person(), another_person()
        old_plan, old_bill, foreign = a_plan(person), a_bill(person), a_bill(other)
        old_bill = dataclasses.replace(old_bill, plan_id=old_plan.id)
        new = a_bill(person, month=PremiumMonth(2026, 7))
        with uow() as work:
            work.people.add(person)
            work.people.add(other)
            work.bills.replace(person.id, bills=[old_bill], payments=[a_payment(old_bill)], plans=[old_plan])
            work.bills.add_all([foreign])
            work.commit()
        with uow() as work:
            work.bills.replace(person.id, bills=[new], payments=[], plans=[])
            work.commit()
        with uow() as work:
            assert work.bills.of_payer(person.id) == (new,)
            assert work.bills.payments_of(person.id) == ()
            assert work.bills.plans_of(person.id) == ()
            assert work.bills.of_payer(other.id) == (foreign,)

    def test_a_bill_of_nobody_is_refused(self, uow: Uow) -> None:
        with pytest.raises(IntegrityError), uow() as work:
            work.bills.add_all([a_bill(a_person())])
            work.commit()

    @pytest.mark.parametrize("amount", [-1])
    def test_negative_money_is_refused(self, uow: Uow, amount: int) -> None:
        person = a_person()
        with pytest.raises(IntegrityError), uow() as work:
            work.people.add(person)
            work.bills.add_all([a_bill(person, amount=amount)])

    def test_a_plan_without_terms_is_refused(self, uow: Uow) -> None:
        with pytest.raises(ValueError, match="at least one term"), uow() as work:
            work.bills.add_plan(a_plan(a_person(), terms=()))

    @pytest.mark.parametrize(
        ("record", "table", "more"),
        [(Bill, bills, set()), (Payment, payments, set()), (PlanTerm, plan_terms, {"plan_id"})],
    )
    def test_records_and_columns_have_the_same_names(
        self, record: type, table: object, more: set[str]
    ) -> None:
        fields = {field.name for field in dataclasses.fields(record)}
        assert {column.name for column in table.columns} == fields | more  # type: ignore[attr-defined]


class TestAccounts:
    def test_an_account_comes_back_whole_and_changes_are_saved(self, uow: Uow) -> None:
        account = an_account()
        with uow() as work:
            assert work.accounts.add(account) == account
            work.commit()
        changed = dataclasses.replace(
            account, conversation="c2", session="s2", session_at=NOW + timedelta(hours=1), language="vi",
            language_chosen=True, kind=AccountKind.BOUND, blocked=True,
        )  # fmt: skip
        with uow() as work:
            work.accounts.save(changed)
            work.commit()
        with uow() as work:
            assert work.accounts.get(account.id) == changed
            assert work.accounts.by_channel_user("line", canary.LINE_USER_ID) == changed
            assert work.accounts.by_channel_user("web", canary.LINE_USER_ID) is None
            assert work.accounts.get("nobody") is None

    def test_adding_a_user_again_returns_the_row_that_stands(self, uow: Uow) -> None:
        first = an_account()
        with uow() as work:
            work.accounts.add(first)
            work.commit()
        with uow() as work:
            assert work.accounts.add(an_account()) == first

    def test_every_changeable_field_is_saved(self) -> None:
        fields = {field.name for field in dataclasses.fields(an_account())}
        fixed = {"id", "channel", "channel_user", "created_at"}
        assert set(accounts_module._MUTABLE) == fields - fixed
        assert {column.name for column in accounts.columns} == fields | {"channel_user_fp"}

    def test_a_time_without_a_zone_is_refused(self, uow: Uow) -> None:
        with pytest.raises(StatementError, match="without a zone"), uow() as work:
            work.accounts.add(an_account(session_at=datetime(2026, 1, 1)))  # noqa: DTZ001


class TestCodes:
    def test_a_code_is_found_by_any_candidate_hash_of_its_purpose(self, uow: Uow) -> None:
        code = a_code(code_hash="old.hash")
        with uow() as work:
            work.codes.add(code)
            work.commit()
        with uow() as work:
            assert work.codes.by_hashes(CodePurpose.CITIZEN, ("new.hash", "old.hash")) == code
            assert work.codes.by_hashes(CodePurpose.CLERK, ("old.hash",)) is None
            assert work.codes.by_hashes(CodePurpose.CITIZEN, ("new.hash",)) is None

    def test_a_code_is_used_once(self, uow: Uow) -> None:
        code = a_code()
        with uow() as work:
            work.codes.add(code)
            assert work.codes.use(code.id, NOW)
            assert not work.codes.use(code.id, NOW)
            assert not work.codes.use("unknown", NOW)
            found = work.codes.by_hashes(CodePurpose.CITIZEN, (code.code_hash,))
            assert found is not None
            assert found.used_at == NOW


class TestBindings:
    @pytest.fixture
    def people(self, uow: Uow) -> tuple[object, ...]:
        one, two = a_person(), another_person()
        first, second = an_account(), an_account(channel_user="U" + "1" * 32)
        with uow() as work:
            for person in (one, two):
                work.people.add(person)
            for account in (first, second):
                work.accounts.add(account)
            work.commit()
        return one, two, first, second

    def test_a_proposal_stands_beside_the_binding_in_force(self, uow: Uow, people) -> None:  # type: ignore[no-untyped-def]
        one, two, account, _ = people
        bound = a_binding(account, one, state="bound", bound_at=NOW, expires_at=None)
        proposed = a_binding(account, two, proposed_at=NOW + timedelta(days=1))
        with uow() as work:
            work.bindings.add(bound)
            work.bindings.add(proposed)
            assert work.bindings.proposed_of_account(account.id) == proposed
            assert work.bindings.bound_of_account(account.id) == bound
            assert work.bindings.live_of_person(one.id) == (bound,)
            assert work.bindings.live_of_person(two.id) == (proposed,)

    def test_a_second_proposal_of_an_account_is_refused_and_the_transaction_lives_on(
        self,
        uow: Uow,
        people,  # type: ignore[no-untyped-def]
    ) -> None:
        one, two, account, _ = people
        first = a_binding(account, one)
        with uow() as work:
            work.bindings.add(first)
            with pytest.raises(IllegalMove):
                work.bindings.add(a_binding(account, two))
            work.commit()
        with uow() as work:
            assert work.bindings.proposed_of_account(account.id) == first

    def test_a_move_compares_the_state_it_comes_from(self, uow: Uow, people) -> None:  # type: ignore[no-untyped-def]
        one, _, account, _ = people
        proposed = a_binding(account, one)
        bound = dataclasses.replace(proposed, state="bound", bound_at=NOW, expires_at=None)
        with uow() as work:
            work.bindings.add(proposed)
            assert work.bindings.move(bound, was="proposed")
            assert not work.bindings.move(dataclasses.replace(proposed, state="cancelled"), was="proposed")
            assert work.bindings.bound_of_account(account.id) == bound

    def test_a_person_is_bound_to_one_account(self, uow: Uow, people) -> None:  # type: ignore[no-untyped-def]
        one, _, first, second = people
        proposed = a_binding(second, one)
        with uow() as work:
            work.bindings.add(a_binding(first, one, state="bound", bound_at=NOW))
            work.bindings.add(proposed)
            assert not work.bindings.move(dataclasses.replace(proposed, state="bound"), was="proposed")
            assert work.bindings.bound_of_account(second.id) is None
            work.commit()

    def test_ended_bindings_are_history(self, uow: Uow, people) -> None:  # type: ignore[no-untyped-def]
        one, _, account, _ = people
        with uow() as work:
            for state in ("cancelled", "expired", "unbound", "replaced", "unbound"):
                work.bindings.add(a_binding(account, one, state=state, ended_at=NOW))
            assert work.bindings.proposed_of_account(account.id) is None
            assert work.bindings.bound_of_account(account.id) is None
            assert work.bindings.live_of_person(one.id) == ()


class TestLedgers:
    @pytest.mark.parametrize("verb", ["UPDATE audit_events SET event = 'x'", "DELETE FROM audit_events"])
    def test_the_trail_can_only_grow(self, uow: Uow, engine: Engine, verb: str) -> None:
        with uow() as work:
            work.audit.record("binding_confirmed", subject="a-1", detail={"binding": "b-1"})
            work.commit()
        with pytest.raises(Exception, match="append-only"), engine.begin() as connection:
            connection.execute(text(verb))
        with engine.connect() as connection:
            assert connection.execute(text("SELECT event, subject FROM audit_events")).all() == [
                ("binding_confirmed", "a-1")
            ]

    @pytest.mark.postgres
    def test_the_trail_cannot_be_truncated(self, uow: Uow, engine: Engine) -> None:
        if engine.dialect.name != "postgresql":
            return
        with pytest.raises(Exception, match="append-only"), engine.begin() as connection:
            connection.execute(text("TRUNCATE audit_events"))

    def test_the_trail_takes_no_personal_data(self, uow: Uow, engine: Engine) -> None:
        with uow() as work:
            work.audit.record(
                "x",
                subject=canary.LINE_USER_ID,
                detail={"name": canary.NAME, "why": f"of {canary.NATIONAL_ID}"},
            )
            work.commit()
        with engine.connect() as connection:
            dump = str(connection.execute(text("SELECT * FROM audit_events")).all())
        assert "[line-id]" in dump
        for secret in canary.TEXTS:
            assert secret not in dump

    def test_a_send_is_claimed_once_and_settled(self, uow: Uow) -> None:
        with uow() as work:
            claim = {"kind": "push", "account_id": None, "messages": 2, "recipients": 3}
            assert work.sends.claim("k", **claim)  # type: ignore[arg-type]
            assert not work.sends.claim("k", **claim)  # type: ignore[arg-type]
            assert work.sends.outcome("k") is None
            work.sends.settle("k", outcome="unknown")
            work.sends.settle("k", outcome="accepted", request_id="r1")
            assert work.sends.outcome("k") == "accepted"
            assert work.sends.outcome("other") is None

    def test_pushes_are_counted_by_recipient_without_what_was_surely_not_sent(
        self, uow: Uow, clock: FakeClock
    ) -> None:
        with uow() as work:
            work.sends.claim("old", kind="push", account_id=None, messages=1, recipients=100)
            clock.advance(days=1)
            since = clock.now()
            assert work.sends.pushed_since(since) == 0
            for key, kind, recipients in (
                ("a", "push", 3),
                ("b", "push", 1),
                ("c", "reply", 1),
                ("d", "push", 50),
            ):
                work.sends.claim(key, kind=kind, account_id=None, messages=5, recipients=recipients)
            work.sends.settle("b", outcome="unknown")
            work.sends.settle("d", outcome="refused")
            assert work.sends.pushed_since(since) == 4

    def test_the_first_ending_of_an_event_stands(self, uow: Uow) -> None:
        with uow() as work:
            assert work.inbound.outcome("e") is None
            work.inbound.close("e", kind="message", outcome="answered")
            work.inbound.close("e", kind="message", outcome="failed", reason="late")
            assert work.inbound.outcome("e") == "answered"
