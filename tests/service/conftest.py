from __future__ import annotations

import pytest

from nhi_core.adapters.premiums.sandbox import seed
from tests.fakes.world import CALENDAR, TODAY, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def seeded() -> World:
    """A world with all the made-up households."""
    world = World()
    seed(world.uow, TODAY, CALENDAR)
    return world
