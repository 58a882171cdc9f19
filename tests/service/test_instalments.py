"""The instalment guide, from the first question to the last instalment."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest

from nhi_core.domain.application import ApplicationState, Reason, Step
from nhi_core.domain.arrears import PersonStatus
from nhi_core.domain.bills import PlanState
from nhi_core.domain.errors import ApplicationChanged, IllegalMove, Invalid, NotBound
from nhi_core.domain.instalments import Eligibility
from nhi_core.domain.people import Person
from nhi_core.services.instalment_views import GuideView, Outcome, Problem
from nhi_core.services.instalments import Answers
from nhi_core.services.views import to_json
from tests.factories import canary
from tests.factories.domain import make_bill, make_payment
from tests.fakes.world import TODAY, World

PHONE = "0912345678"
ALL = Answers(terms=12, reason=Reason.UNEMPLOYMENT, contact=PHONE)


@pytest.fixture
def account(seeded: World) -> str:
    return bound_to(seeded, "twelve_months")


def bound_to(world: World, story: str) -> str:
    account = world.account(story)
    world.bind(account, person_of(world, story))
    return account


def person_of(world: World, story: str) -> Person:
    with world.uow() as uow:
        person = uow.people.by_story(story)
    assert isinstance(person, Person)
    return person


def said(world: World, account: str, **answers: object) -> GuideView:
    view = world.instalments.answer(account, Answers(**answers))  # type: ignore[arg-type]
    assert view is not None
    return view


def handed_in(world: World, account: str, answers: Answers = ALL) -> str:
    view = world.instalments.begin(account, answers)
    sent = world.instalments.confirm(account, view.revision)
    assert sent is not None
    assert sent.outcome is Outcome.SENT
    return sent.code


def pay_term(world: World, story: str, number: int) -> None:
    """Play the agency's books: a term was paid."""
    payer = person_of(world, story).id
    with world.uow() as uow:
        [plan] = uow.bills.plans_of(payer)
        terms = [
            dataclasses.replace(term, paid_on=world.clock.today()) if term.number == number else term
            for term in plan.terms
        ]
        uow.plans.replace(dataclasses.replace(plan, terms=tuple(terms)))  # type: ignore[attr-defined]
        uow.commit()


def test_from_the_first_question_to_the_last_instalment(seeded: World, account: str) -> None:
    guide = seeded.instalments
    view = guide.begin(account)
    assert (view.outcome, view.step, view.total) == (Outcome.ASK, Step.TERMS, 9_912)
    assert [option.terms for option in view.options] == list(range(2, 13))
    assert view.suggestions == (3, 6, 12)

    assert said(seeded, account, terms=6).step is Step.REASON
    assert said(seeded, account, reason=Reason.PAY_CUT).step is Step.CONTACT
    view = said(seeded, account, contact="0912-345-678")
    assert (view.step, view.contact_masked) == (Step.SUMMARY, "0912***678")
    assert view.chosen is not None
    assert (view.chosen.first, view.chosen.each) == (1_652, 1_652)

    # 「不是六期，是十二期」 at the summary: everything else stays.
    view = said(seeded, account, terms=12)
    assert (view.step, view.reason) == (Step.SUMMARY, Reason.PAY_CUT)
    sent = guide.confirm(account, view.revision)
    assert sent is not None
    assert sent.outcome is Outcome.SENT
    assert guide.status(account).state is ApplicationState.SUBMITTED

    [waiting] = seeded.instalment_desk.waiting()
    assert (waiting.code, waiting.terms, waiting.total, waiting.passed) == (sent.code, 12, 9_912, True)
    plan = seeded.instalment_desk.approve(sent.code)
    assert [term.amount for term in plan.terms] == [826] * 12
    assert plan.terms[0].due == TODAY + timedelta(days=7)
    arrears = seeded.arrears.summary(account)
    assert (arrears.status, arrears.total) == (PersonStatus.IN_INSTALMENTS, 9_912)

    status = guide.status(account)
    assert (status.state, status.plan and status.plan.next_amount) == (ApplicationState.APPROVED, 826)
    pay_term(seeded, "twelve_months", 1)
    assert seeded.instalment_desk.follow_plans() == 1
    assert guide.status(account).state is ApplicationState.RUNNING
    for number in range(2, 13):
        pay_term(seeded, "twelve_months", number)
    assert seeded.instalment_desk.follow_plans() == 1
    assert guide.status(account).state is ApplicationState.FINISHED


def test_one_step_back_and_any_question_again_without_losing_answers(seeded: World, account: str) -> None:
    view = seeded.instalments.begin(account, ALL)
    assert view.step is Step.SUMMARY
    steps = [seeded.instalments.go(account, None) for _ in range(4)]
    assert [one and one.step for one in steps] == [Step.CONTACT, Step.REASON, Step.TERMS, Step.TERMS]
    there = seeded.instalments.go(account, Step.REASON)
    assert there is not None
    assert there.reason is Reason.UNEMPLOYMENT
    # Answering goes straight back to the summary: nothing else is asked twice.
    assert said(seeded, account, reason=Reason.ILLNESS).step is Step.SUMMARY
    summary = seeded.instalments.go(account, Step.SUMMARY)
    assert summary is not None
    assert (summary.step, summary.reason) == (Step.SUMMARY, Reason.ILLNESS)


def test_an_interruption_loses_nothing_and_the_draft_follows_the_person(seeded: World, account: str) -> None:
    seeded.instalments.begin(account, Answers(terms=6))
    assert seeded.instalments.lively(account)
    seeded.clock.advance(minutes=31)
    assert not seeded.instalments.lively(account)
    seeded.clock.advance(days=3)
    other = seeded.account("another telephone")
    seeded.bind(other, person_of(seeded, "twelve_months"))
    view = seeded.instalments.begin(other)
    assert (view.resumed, view.step) == (True, Step.REASON)
    assert seeded.instalments.answer(account, Answers(terms=3)) is None


def test_a_draft_ends_after_a_week_with_all_it_held(seeded: World, account: str) -> None:
    seeded.instalments.begin(account, ALL)
    seeded.clock.advance(days=8)
    assert seeded.instalments.ask_again(account) is None
    assert seeded.instalment_desk.expire_drafts() == 1
    [row] = seeded.uow.applications.values()
    assert (row.state, row.contact, row.reason) == (ApplicationState.WITHDRAWN, None, None)
    assert seeded.instalments.begin(account).step is Step.TERMS


def test_stop_throws_the_answers_away(seeded: World, account: str) -> None:
    seeded.instalments.begin(account, ALL)
    assert seeded.instalments.stop(account)
    assert not seeded.instalments.stop(account)
    [row] = seeded.uow.applications.values()
    assert (row.contact, row.reason) == (None, None)
    assert seeded.instalments.begin(account).step is Step.TERMS


@pytest.mark.parametrize("terms", [0, 1, 13, 60, 999])
def test_a_number_that_is_not_allowed_shows_the_table_again(seeded: World, account: str, terms: int) -> None:
    seeded.instalments.begin(account, Answers(terms=6))
    view = said(seeded, account, terms=terms)
    assert (view.step, view.problem, view.asked_terms) == (Step.TERMS, Problem.TERMS, terms)
    assert view.chosen is not None
    assert view.chosen.terms == 6


@pytest.mark.parametrize("contact", ["12345", "0912345", "someone@", "", "打給我"])
def test_a_contact_we_cannot_read_is_asked_again(seeded: World, account: str, contact: str) -> None:
    seeded.instalments.begin(account, Answers(terms=6, reason=Reason.OTHER))
    view = said(seeded, account, contact=contact)
    assert (view.step, view.problem) == (Step.CONTACT, Problem.CONTACT)


@pytest.mark.parametrize(
    ("contact", "masked"),
    [("line", ""), ("+886 912 345 678", "0912***678"), ("(02)2191-2006", "0221***006"),
     ("Some.One@Example.TW", "so***@example.tw")],
)  # fmt: skip
def test_contacts_as_people_write_them(seeded: World, account: str, contact: str, masked: str) -> None:
    seeded.instalments.begin(account, Answers(terms=6, reason=Reason.OTHER))
    view = said(seeded, account, contact=contact)
    assert (view.step, view.contact_masked) == (Step.SUMMARY, masked)


def test_a_second_tap_hands_nothing_in_twice(seeded: World, account: str) -> None:
    code = handed_in(seeded, account)
    again = seeded.instalments.confirm(account, 1)
    assert again is not None
    assert (again.outcome, again.code) == (Outcome.SENT, code)
    assert seeded.instalments.begin(account).outcome is Outcome.SENT
    assert len(seeded.uow.applications) == 1


def test_an_older_summary_or_an_unfinished_draft_confirms_nothing(seeded: World, account: str) -> None:
    older = seeded.instalments.begin(account, ALL)
    said(seeded, account, terms=3)
    view = seeded.instalments.confirm(account, older.revision)
    assert view is not None
    assert (view.outcome, view.step, view.chosen and view.chosen.terms) == (Outcome.ASK, Step.SUMMARY, 3)
    seeded.instalments.stop(account)
    unfinished = seeded.instalments.begin(account, Answers(terms=3))
    view = seeded.instalments.confirm(account, unfinished.revision)
    assert view is not None
    assert (view.outcome, view.step) == (Outcome.ASK, Step.REASON)


def test_what_changed_meanwhile_is_shown_before_it_is_handed_in(seeded: World) -> None:
    account = bound_to(seeded, "over_50000")
    view = seeded.instalments.begin(account, ALL)
    payer = person_of(seeded, "over_50000").id
    with seeded.uow() as uow:
        bill = uow.bills.of_payer(payer)[0]
        uow.bills.add_payments([make_payment(bill, 100, TODAY)])
        uow.commit()
    again = seeded.instalments.confirm(account, view.revision)
    assert again is not None
    assert (again.outcome, again.problem) == (Outcome.ASK, Problem.CHANGED)
    assert again.total < view.total
    sent = seeded.instalments.confirm(account, again.revision)
    assert sent is not None
    assert sent.outcome is Outcome.SENT


@pytest.mark.parametrize(
    ("story", "eligibility"),
    [
        ("paid_up", Eligibility.NOTHING_OWED),
        ("not_due", Eligibility.NOTHING_OWED),
        ("one_month_late", Eligibility.TOO_LITTLE),
        ("in_enforcement", Eligibility.ENFORCED),
        ("migrant_employer", Eligibility.UNIT),
        ("plan_and_new_bill", Eligibility.PLAN_RUNNING),
        ("disaster_area", Eligibility.NOTHING_OWED),
    ],
)
def test_who_cannot_apply_is_told_why_and_no_draft_is_left(
    seeded: World, story: str, eligibility: Eligibility
) -> None:
    account = bound_to(seeded, story)
    view = seeded.instalments.begin(account, ALL)
    assert (view.outcome, view.eligibility) == (Outcome.NOT_NOW, eligibility)
    assert seeded.uow.applications == {}


def test_more_than_twelve_terms_are_prepared_for_the_counter(seeded: World) -> None:
    account = bound_to(seeded, "over_50000")
    code = handed_in(seeded, account, dataclasses.replace(ALL, terms=24))
    assert seeded.instalments.status(account).at_counter
    sheet = seeded.instalment_desk.sheet(code.lower())
    assert (sheet.at_counter, sheet.terms, len(sheet.schedule)) == (True, 24, 24)
    assert sum(term.amount for term in sheet.schedule) == sheet.total == 62_277
    assert (sheet.contact, sheet.reason) == (PHONE, Reason.UNEMPLOYMENT)
    assert not dict(sheet.checks).pop("online")  # type: ignore[arg-type]
    seeded.instalment_desk.approve(code)
    assert seeded.instalments.status(account).state is ApplicationState.APPROVED


def test_a_returned_one_is_put_right_and_handed_in_again(seeded: World, account: str) -> None:
    code = handed_in(seeded, account)
    seeded.instalment_desk.send_back(code, "請改成 6 期，並留電話。")
    assert seeded.instalments.status(account).state is ApplicationState.RETURNED
    view = seeded.instalments.begin(account)
    assert (view.step, view.note) == (Step.SUMMARY, "請改成 6 期，並留電話。")
    view = said(seeded, account, terms=6)
    sent = seeded.instalments.confirm(account, view.revision)
    assert sent is not None
    assert (sent.outcome, sent.code, sent.note) == (Outcome.SENT, code, "")


def test_a_refusal_needs_words_and_is_final(seeded: World, account: str) -> None:
    code = handed_in(seeded, account)
    with pytest.raises(Invalid):
        seeded.instalment_desk.refuse(code, "  ")
    seeded.instalment_desk.refuse(code, "請改辦紓困貸款")
    for late in (seeded.instalment_desk.approve, lambda one: seeded.instalment_desk.refuse(one, "x")):
        with pytest.raises(IllegalMove):
            late(code)
    status = seeded.instalments.status(account)
    assert (status.state, status.note) == (ApplicationState.REFUSED, "請改辦紓困貸款")


def test_days_of_waiting_cost_nothing_but_a_payment_sends_it_back(seeded: World) -> None:
    account = bound_to(seeded, "family_of_four")
    code = handed_in(seeded, account, dataclasses.replace(ALL, terms=2))
    asked = seeded.instalments.status(account).total
    seeded.clock.advance(days=5)
    assert seeded.arrears.summary(account).total > (asked or 0)
    assert [one.passed for one in seeded.instalment_desk.waiting()] == [True]
    other = bound_to(seeded, "twelve_months")
    paid = handed_in(seeded, other)
    with seeded.uow() as uow:
        bill = uow.bills.of_payer(person_of(seeded, "twelve_months").id)[0]
        uow.bills.add_payments([make_payment(bill, 826, seeded.clock.today())])
        uow.commit()
    with pytest.raises(ApplicationChanged, match="all_arrears"):
        seeded.instalment_desk.approve(paid)
    plan = seeded.instalment_desk.approve(code)
    assert sum(term.amount for term in plan.terms) == asked


def test_withdrawing_forgets_the_contact_and_an_approved_plan_stays(seeded: World, account: str) -> None:
    handed_in(seeded, account)
    assert seeded.instalments.status(account).withdrawable
    assert seeded.instalments.withdraw(account)
    assert seeded.instalments.status(account).state is None
    assert [row.contact for row in seeded.uow.applications.values()] == [None]
    code = handed_in(seeded, account)
    seeded.instalment_desk.approve(code)
    assert not seeded.instalments.withdraw(account)
    assert not seeded.instalments.status(account).withdrawable


def test_a_missed_instalment_makes_the_rest_due_and_one_more_plan_is_possible(
    seeded: World, account: str
) -> None:
    seeded.instalment_desk.declare_default(_approved(seeded, account, terms=6))
    assert seeded.instalments.status(account).state is ApplicationState.DEFAULTED
    assert seeded.arrears.summary(account).status is PersonStatus.DEFAULTED
    seeded.clock.advance(days=1)
    view = seeded.instalments.begin(account)
    assert (view.eligibility, view.reapplication, view.min_term) == (Eligibility.ELIGIBLE, True, 1_652)
    assert view.options[-1].terms == 6
    seeded.instalments.stop(account)
    seeded.instalment_desk.declare_default(_approved(seeded, account, terms=6))
    assert seeded.instalments.begin(account).eligibility is Eligibility.REAPPLIED


def _approved(world: World, account: str, terms: int) -> str:
    code = handed_in(world, account, dataclasses.replace(ALL, terms=terms))
    world.instalment_desk.approve(code)
    return code


def test_the_agencys_word_about_a_plan_is_followed(seeded: World, account: str) -> None:
    _approved(seeded, account, terms=6)
    payer = person_of(seeded, "twelve_months").id
    with seeded.uow() as uow:
        [plan] = uow.bills.plans_of(payer)
        uow.plans.set_state(plan.id, PlanState.DEFAULTED)
        uow.commit()
    assert seeded.instalment_desk.follow_plans() == 1
    assert seeded.instalments.status(account).state is ApplicationState.DEFAULTED
    assert seeded.instalment_desk.follow_plans() == 0


def test_each_answer_is_told_once_to_whoever_is_bound_now(seeded: World, account: str) -> None:
    desk = seeded.instalment_desk
    code = handed_in(seeded, account)
    assert desk.untold() == ()
    desk.send_back(code, "請補電話")
    [untold] = desk.untold()
    assert untold.account_id == account
    desk.told(untold, how="push")
    assert desk.untold() == ()
    view = seeded.instalments.begin(account)
    seeded.instalments.confirm(account, view.revision)
    desk.approve(code)
    desk.told(untold, how="push")  # late news of the older answer hide nothing
    [newer] = desk.untold()
    assert newer.key != untold.key
    seeded.bindings.unbind(account)
    assert [one.account_id for one in desk.untold()] == [None]


def test_a_plan_agreed_elsewhere_is_shown_too(seeded: World) -> None:
    status = seeded.instalments.status(bound_to(seeded, "plan_term_missed"))
    assert status.state is ApplicationState.RUNNING
    assert status.plan is not None
    assert status.plan.missed >= 1
    assert seeded.instalments.status(bound_to(seeded, "paid_up")).state is None


def test_strangers_learn_nothing(seeded: World) -> None:
    stranger = seeded.account("stranger")
    for ask in (seeded.instalments.begin, seeded.instalments.status, seeded.instalments.withdraw):
        with pytest.raises(NotBound):
            ask(stranger)
    assert seeded.instalments.answer(stranger, ALL) is None
    assert not seeded.instalments.stop(stranger)
    assert not seeded.instalments.lively(stranger)


def test_neither_the_trail_nor_a_repr_names_the_contact(seeded: World, account: str) -> None:
    code = handed_in(seeded, account)
    seeded.instalment_desk.send_back(code, canary.NAME)
    trail = str(list(seeded.uow.audit.values()))
    shown = repr([*seeded.uow.applications.values(), ALL, seeded.instalment_desk.sheet(code)])
    for secret in (PHONE, canary.NAME, "unemployment"):
        assert secret not in trail + shown
    to_json(seeded.instalments.status(account))


def test_bills_that_are_not_due_stay_outside(seeded: World, account: str) -> None:
    payer = person_of(seeded, "twelve_months").id
    with seeded.uow() as uow:
        uow.bills.add_all([make_bill(826, due=date(2026, 9, 30), payer_id=payer)])
        uow.commit()
    assert seeded.instalments.begin(account).total == 9_912
