from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhi_core.adapters.calendar import TaiwanCalendar
from nhi_core.domain.calendar import GraceModel, enforceable_from, grace_end, late_fee_start, next_working_day
from nhi_core.domain.errors import Invalid
from nhi_core.domain.roc import parse_date

CALENDAR = TaiwanCalendar.load()


@pytest.mark.parametrize(
    ("due", "end", "start"),
    [
        ("107/11/30", "107/12/17", "107/12/18"),  # the agency's manual: Saturday to Monday
        ("110/05/31", "110/06/15", "110/06/16"),
        ("110/03/31", "110/04/15", "110/04/16"),
        ("109/01/31", "109/02/15", "109/02/16"),  # a make-up Saturday does not shift
        ("110/01/31", "110/02/17", "110/02/18"),  # Lunar New Year
        ("113/08/31", "113/09/16", "113/09/17"),
        ("115/01/31", "115/02/23", "115/02/24"),  # Lunar New Year
        ("115/02/28", "115/03/16", "115/03/17"),
        ("115/07/31", "115/08/17", "115/08/18"),
        ("115/10/31", "115/11/16", "115/11/17"),
        ("115/11/30", "115/12/15", "115/12/16"),
    ],
)
def test_grace_ends_and_the_late_fee_starts(due: str, end: str, start: str) -> None:
    assert grace_end(parse_date(due), CALENDAR) == parse_date(end)
    assert late_fee_start(parse_date(due), CALENDAR) == parse_date(start)


def test_the_strict_reading_moves_the_due_date_first() -> None:
    due = date(2010, 7, 31)  # a Saturday
    assert grace_end(due, CALENDAR, GraceModel.SHIFTED) == date(2010, 8, 17)
    assert grace_end(due, CALENDAR) == date(2010, 8, 16)


@given(st.dates(date(2015, 1, 1), date(2027, 12, 31)))
def test_grace_is_never_shorter_than_fifteen_days_and_ends_on_a_working_day(due: date) -> None:
    end = grace_end(due, CALENDAR)
    assert end >= due + timedelta(days=15)
    assert CALENDAR.is_working_day(end)
    assert next_working_day(end, CALENDAR) == end


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2018, 12, 15), False),
        (date(2018, 12, 17), True),
        (date(2018, 12, 22), True),  # make-up Saturday
        (date(2018, 12, 31), False),
        (date(2020, 2, 15), True),  # make-up Saturday
        (date(2025, 5, 1), True),  # Labour Day was no rest day for offices before 2026
        (date(2026, 5, 1), False),
    ],
)
def test_the_offices_calendar(day: date, works: bool) -> None:
    assert TaiwanCalendar.load().is_working_day(day) is works


def test_the_operator_closes_a_typhoon_day_and_opens_another(tmp_path: Path) -> None:
    file = tmp_path / "overrides.json"
    file.write_text(json.dumps({"closed": {"2026-08-17": "typhoon"}, "opened": {"2026-08-22": "make-up"}}))
    calendar = TaiwanCalendar.load(file)
    assert not calendar.is_working_day(date(2026, 8, 17))
    assert calendar.is_working_day(date(2026, 8, 22))
    assert late_fee_start(date(2026, 7, 31), calendar) == date(2026, 8, 19)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"closed": {}}', '{"closed": {"soon": ""}, "opened": {}}',
                '{"closed": {"2026-08-17": ""}, "opened": {"2026-08-17": ""}}'],
)  # fmt: skip
def test_a_spoilt_override_file_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "overrides.json"
    file.write_text(content)
    with pytest.raises(Invalid):
        TaiwanCalendar.load(file)


def test_a_missing_override_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        TaiwanCalendar.load(tmp_path / "none.json")


def test_enforcement_begins_after_the_last_day_the_law_leaves() -> None:
    due = date(2026, 1, 31)
    assert enforceable_from(due, insured=True) == due + timedelta(days=151)
    assert enforceable_from(due, insured=False) == due + timedelta(days=31)
