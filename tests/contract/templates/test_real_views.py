"""The cards with what the services really give: every story of the sandbox, and samples of the same shape."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from bot.rendering import render
from bot.rendering.store import samples
from line_sandbox.validation import check_request
from nhi_core.adapters.premiums.sandbox import households
from nhi_core.domain.reminders import HOURS, LEAD_DAYS, ReminderKind
from nhi_core.services.arrears import ArrearsView, BillView, PlanView
from nhi_core.services.bindings import BindingProposal, BindingStatus
from nhi_core.services.eslip_views import EslipEnd, EslipView, SlipOffer
from nhi_core.services.late_fees import LateFeeBillView, LateFeeView
from nhi_core.services.reminders import KindView, RemindersView
from nhi_core.services.views import to_json
from nhi_core.wire import LANGUAGES
from tests.contract.templates.gallery import SESSION
from tests.factories.domain import make_person
from tests.fakes.world import CALENDAR, TODAY, World

STORIES = {household.key: household for household in households(TODAY, CALENDAR)}


def fields(view: type[Any]) -> set[str]:
    return {field.name for field in dataclasses.fields(view)}


@pytest.mark.parametrize("story", STORIES)
def test_every_household_of_the_sandbox_can_be_shown(world: World, story: str) -> None:
    household = STORIES[story]
    account = world.account()
    for person in household.persons:
        world.add_person(person)
    with world.uow() as uow:
        for plan in household.plans:
            uow.bills.add_plan(plan)
        uow.bills.add_all(household.bills)
        uow.bills.add_payments(household.payments)
        uow.commit()
    world.bind(account, household.payer)
    views = {
        "arrears_summary": world.arrears.summary(account),
        "late_fee_estimate": world.late_fees.estimate(account, TODAY + timedelta(days=180)),
        "binding_status": world.bindings.status(account),
    }
    for template, view in views.items():
        for language in LANGUAGES:
            messages = render(template, to_json(view), language=language, session=SESSION)
            check_request("ReplyMessageRequest", {"replyToken": "0" * 32, "messages": messages})


def test_samples_have_the_shape_of_the_views() -> None:
    for sample in samples("arrears_summary"):
        assert sample.data.keys() == fields(ArrearsView), sample.name
        assert all(bill.keys() == fields(BillView) for bill in sample.data["bills"]), sample.name
        assert sample.data["plan"] is None or sample.data["plan"].keys() == fields(PlanView), sample.name
    for sample in samples("late_fee_estimate"):
        assert sample.data.keys() == fields(LateFeeView), sample.name
        assert all(bill.keys() == fields(LateFeeBillView) for bill in sample.data["bills"]), sample.name
    for name in ("binding_status", "bind_done", "unbind_confirm", "unbind_done"):
        for sample in samples(name):
            assert sample.data.keys() <= fields(BindingStatus), (name, sample.name)
    for name in ("reminder_settings", "reminder_stop"):
        for sample in samples(name):
            assert sample.data.keys() == fields(RemindersView), (name, sample.name)
            assert all(one.keys() == fields(KindView) for one in sample.data["kinds"]), (name, sample.name)
    for name, view in (
        ("eslip_page", EslipView),
        ("eslip_cancel", EslipEnd),
        ("eslip_cancelled", EslipEnd),
        ("eslip_download", SlipOffer),
    ):
        for sample in samples(name):
            assert sample.data.keys() == fields(view), (name, sample.name)
    for sample in samples("bind_confirm"):
        assert sample.data.keys() <= fields(BindingProposal), sample.name


@pytest.fixture
def world() -> World:
    return World()


def test_every_choice_of_reminders_has_its_words(world: World) -> None:
    account = world.account()
    world.bind(account, world.add_person(make_person()))
    views = [world.reminders.view(account)]
    views += [world.reminders.switch(account, kind, on=True) for kind in ReminderKind]
    views += [world.reminders.choose_time(account, time) for time in HOURS]
    views += [world.reminders.choose_days(account, days) for days in LEAD_DAYS]
    for view in views:
        for language in LANGUAGES:
            for template in ("reminder_settings", "reminder_stop"):
                messages = render(template, to_json(view), language=language, session=SESSION)
                check_request("ReplyMessageRequest", {"replyToken": "0" * 32, "messages": messages})
