"""The first act that concerns money waits a while after a binding, where the office wants it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nhi_core.domain.errors import ApplicationTooSoon
from nhi_core.services.instalment_views import Outcome
from nhi_core.services.instalments import InstalmentService
from tests.fakes.world import CALENDAR, World


def test_a_fresh_binding_waits_before_it_may_ask_for_a_plan(seeded: World) -> None:
    account = seeded.account()
    with seeded.uow() as uow:
        person = uow.people.by_story("twelve_months")
    assert person is not None
    seeded.bind(account, person)
    careful = InstalmentService(
        seeded.uow, seeded.clock, seeded.ids, CALENDAR, cooling_off=timedelta(minutes=30)
    )
    for ask in (careful.begin, careful.confirm):
        with pytest.raises(ApplicationTooSoon):
            ask(account)
    seeded.clock.advance(minutes=30)
    assert careful.begin(account).outcome is Outcome.ASK
