"""The sandbox's console has something to decide, and seeding again adds nothing."""

from __future__ import annotations

from nhi_core.domain.application import ApplicationState
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.services.sandbox_applications import seed_applications
from tests.fakes.world import CALENDAR, World


def test_made_up_applications_wait_and_come_once(seeded: World) -> None:
    def put() -> int:
        return seed_applications(seeded.uow, seeded.clock, seeded.ids, CALENDAR, FeePolicy())

    assert put() >= 5
    assert put() == 0
    with seeded.uow() as uow:
        waiting = uow.applications.in_state(ApplicationState.SUBMITTED)
    assert len({one.submitted_at for one in waiting}) == len(waiting)
    assert all(seeded.instalment_desk.sheet(one.code).terms >= 2 for one in waiting)
