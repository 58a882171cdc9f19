"""Each test runs over the store in memory and over SQLite."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories.domain import make_bill
from tests.fakes.slips import Slips
from tests.service.payments.conftest import MakeTill, make_till

__all__ = ["make_till"]


@pytest.fixture
def slips(make_till: MakeTill) -> Slips:
    """A person whose bill of August is due on 30 September; today is 10 September 2026."""
    return Slips(make_till(bills=(make_bill(826, date(2026, 9, 30), key="august"),)))
