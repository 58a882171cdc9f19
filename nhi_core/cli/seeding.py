"""What `nhi-counter seed` puts into the sandbox beside the households. Run again, it changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from nhi_core.adapters.evaluation.sandbox import seed_evaluation
from nhi_core.adapters.files import PROMOTION, DirectoryStore
from nhi_core.adapters.offices import seed_offices
from nhi_core.adapters.promotion import seed_promotion
from nhi_core.bootstrap import Core
from nhi_core.domain.calendar import GraceModel
from nhi_core.domain.late_fee import FeePolicy
from nhi_core.security.passwords import ArgonPasswords
from nhi_core.services.opinions_sandbox import seed_opinions
from nhi_core.services.sandbox_applications import seed_applications
from nhi_core.services.sandbox_notices import seed_notices
from nhi_core.services.staff_sandbox import seed_staff


def staff(core: Core) -> str:
    """The console's made-up staff."""
    return f"Staff of the console: {seed_staff(core.uow, core.clock, ArgonPasswords())} new."


def offices(core: Core) -> str:
    """Put the division's offices, their clerks and one tied LINE group in; return what to say of it."""
    put = seed_offices(core.uow, core.ids, core.clock.today())
    return f"Offices: {put.offices} new, {put.clerks} made-up clerks new."


def applications(core: Core) -> str:
    """Applications that wait for a decision."""
    policy = FeePolicy(core.settings.late_fee_waiver, GraceModel(core.settings.grace_model))
    count = seed_applications(core.uow, core.clock, core.ids, core.calendar, policy)
    return f"Applications for instalments: {count} new."


def promotion(core: Core) -> str:
    """Put promotion reports with drawn pictures, and the talk of the tied group, into the last months."""
    store = DirectoryStore(core.settings.files_path / PROMOTION)
    put = seed_promotion(core.uow, store, core.picture_cleaner, core.clock)
    return f"Promotion: {put.reports} reports and {put.messages} messages of the group new."


def notices(core: Core) -> str:
    """Put some notices in that are fetched with a word; run again, it changes nothing."""
    return f"Notices: {seed_notices(core.notices, core.clock.today())} new."


def evaluation(core: Core) -> str:
    """Put two years of made-up figures in, whose sums are the slides' public totals."""
    made = seed_evaluation(core.evaluations, core.quality, by="sandbox")
    return f"Evaluation: {made.figures} figures and {made.quality} months of quality are new."


def opinions(core: Core) -> str:
    """Put a made-up year of answers and of use in."""
    sown = seed_opinions(core.uow, core.clock)
    return f"Satisfaction and use: {sown.answers} answers and {sown.counts} counts new."


# In this order; each returns a line for the reader.
SEEDS: tuple[Callable[[Core], str], ...] = (
    staff,
    applications,
    offices,
    promotion,
    evaluation,
    notices,
    opinions,
)
