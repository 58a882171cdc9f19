"""The page that lists the households.

`python -m nhi_core.adapters.premiums.sandbox.docs > docs/sandbox-households.md` writes it anew.
"""

from __future__ import annotations

import sys
from datetime import date

from nhi_core.adapters.calendar import TaiwanCalendar
from nhi_core.adapters.premiums.sandbox import households
from nhi_core.adapters.premiums.sandbox.scene import Household
from nhi_core.domain.arrears import Assessment, Relief, assess
from nhi_core.domain.calendar import WorkingDays
from nhi_core.domain.late_fee import FeePolicy

# The day the page is written for; the running sandbox tells the same stories for its own today.
PAGE_DAY = date(2026, 9, 10)

_HEAD = """# Sandbox households

Made-up people, every one: names are invented, personal numbers are of a made-up series with right check
digits. Each story is told relative to "today" (`NHI_TODAY`, or the clock); the status always holds, amounts
are shown here for {day}. A one-time code for any of them: `nhi-counter bind-code <story>`.

At the kiosk the second fact is the household number (戶號); for residents without a household registration
it is the entry permit or the passport. All of them, and what stands on each card:
`nhi-counter people --json`.

| story | 說明 | description | people | status | bills open | total NT$ | of it late fees | second fact |
|---|---|---|---|---|---|---|---|---|
"""


def page(today: date, calendar: WorkingDays) -> str:
    """Return the page as Markdown for `today`."""
    rows = (_row(household, _assess(household, today, calendar)) for household in households(today, calendar))
    return _HEAD.format(day=today.isoformat()) + "".join(rows)


def _assess(household: Household, today: date, calendar: WorkingDays) -> Assessment:
    return assess(
        household.bills,
        household.payments,
        household.plans,
        today=today,
        calendar=calendar,
        policy=FeePolicy(),
        relief=Relief(hardship=household.payer.hardship),
    )


def _row(household: Household, assessment: Assessment) -> str:
    proofs = household.payer.proofs
    cells = (
        f"`{household.key}`",
        household.zh,
        household.en,
        len(household.persons),
        f"`{assessment.status}`",
        len(assessment.bills),
        f"{assessment.total:,}",
        f"{assessment.late_fee_total:,}",
        f"`{proofs.household_number or proofs.passport}`",
    )
    return "| " + " | ".join(map(str, cells)) + " |\n"


if __name__ == "__main__":
    sys.stdout.write(page(PAGE_DAY, TaiwanCalendar.load()))
