"""Made-up figures of the sandbox: their sums over all offices are the public totals of the division's slides.

How they are spread over offices and months is invented, the same on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nhi_core.adapters.offices.sample import sample_offices
from nhi_core.domain.evaluation_files import FIGURE_COLUMNS, QUALITY_COLUMNS
from nhi_core.domain.quality import ErrorKind
from nhi_core.services.evaluations import EvaluationService
from nhi_core.services.quality import QualityService

MONTHS = range(2, 10)
_ALL = 77
# Item → (total, offices that took part): 110 and 111, February to September.
TOTALS: dict[int, dict[str, tuple[int, int]]] = {
    111: {
        "counter_enrolment": (13_526, 76),
        "eslip": (7_429, 77),
        "auto_debit": (3_650, 76),
        "instalment_counter": (964, 56),
        "instalment_app": (1_107, 74),
        "relief_loan": (18, 12),
        "promotion_static": (795, 55),
        "promotion_event": (33, 14),
        "line_activity": (1_223, 69),
        "cross_area": (272, 51),
        "card_reissue": (5_280, 37),
    },
    110: {
        "counter_enrolment": (11_719, 77),
        "eslip": (3_386, 75),
        "auto_debit": (3_976, 76),
        "instalment_counter": (951, 57),
        "relief_loan": (10, 7),
        "promotion_static": (730, 52),
        "promotion_event": (36, 15),
        "cross_area": (220, 45),
        "card_reissue": (5_717, 39),
    },
}
# What makes an item up: 加保, 轉出, 停保, 復保; cards made with AREA and on the spot.
PARTS: dict[int, dict[str, dict[str, int]]] = {
    111: {
        "counter_enrolment": {"enrol_in": 9_040, "enrol_out": 3_911, "suspension": 504, "resumption": 71},
        "card_reissue": {"card_area": 330, "card_on_site": 4_950},
    },
    110: {
        "counter_enrolment": {"enrol_in": 7_923, "enrol_out": 3_529, "suspension": 250, "resumption": 17},
        "card_reissue": {"card_area": 391, "card_on_site": 5_326},
    },
}
ERRORS = {
    ErrorKind.MISSING_PROOF: 85,
    ErrorKind.REVIEW_ERROR: 49,
    ErrorKind.MISSING_KEY_IN: 390,
    ErrorKind.WRONG_KEY_IN: 289,
    ErrorKind.SYSTEM_CHECK: 77,
}
RECEIVED = 80_900  # 890 errors are 1.1 % of it, as the slides say
_SIZE = {1: 9, 2: 5, 3: 3, 4: 1}


@dataclass(frozen=True, slots=True)
class EvaluationSeeded:
    """How many rows are new or other than before."""

    figures: int
    quality: int


def seed_evaluation(evaluations: EvaluationService, quality: QualityService, *, by: str) -> EvaluationSeeded:
    """Put the figures of two years in; run again, it changes nothing."""
    lines = [",".join(FIGURE_COLUMNS)]
    for year, items in TOTALS.items():
        for item, (total, offices) in items.items():
            for key, part in PARTS[year].get(item, {item: total}).items():
                spread = _spread(f"{year} {item}", key, part, offices)
                lines += [f"{year},{month},{office},{key},{count}" for month, office, count in spread]
    taken = evaluations.take("\n".join(lines), by=by)
    return EvaluationSeeded(taken.changed, quality.take("\n".join(_quality_lines()), by=by).changed)


def _quality_lines() -> Iterator[str]:
    cells: dict[tuple[int, str], dict[str, int]] = {}
    wanted = {"received": (RECEIVED, _ALL), **{kind.value: (count, _ALL) for kind, count in ERRORS.items()}}
    for name, (total, offices) in wanted.items():
        for month, office, count in _spread("quality", name, total, offices):
            cells.setdefault((month, office), {})[name] = count
    yield ",".join(QUALITY_COLUMNS)
    for (month, office), found in sorted(cells.items()):
        rest = ",".join(str(found.get(name, 0)) for name in QUALITY_COLUMNS[3:])
        yield f"111,{month},{office},{rest}"


def _spread(what: str, key: str, total: int, offices: int) -> Iterator[tuple[int, str, int]]:
    """Yield (month, office code, count): exactly `total` over `offices` offices, larger ones more.

    The offices are drawn for `what`, so that the parts of an item come from the same ones.
    """
    chosen = sorted(sample_offices(), key=lambda one: _draw(what, one.code))[: min(offices, total)]
    weights = [_SIZE[one.size_group] * (50 + _draw(what, key, one.code, "weight") % 100) for one in chosen]
    counts = _shared(total, weights)
    for office, count in zip(chosen, counts, strict=True):
        months = [20 + _draw(what, key, office.code, str(month)) % 40 + 3 * month for month in MONTHS]
        for month, part in zip(MONTHS, _split(count, months), strict=True):
            if part:
                yield month, office.code, part


def _shared(total: int, weights: Sequence[int]) -> list[int]:
    """Return shares of `total` by weight, each at least one."""
    rest = _split(total - len(weights), weights)
    return [1 + one for one in rest]


def _split(total: int, weights: Sequence[int]) -> list[int]:
    """Return whole parts of `total` by weight (largest remainders)."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts


def _draw(*words: str) -> int:
    return int.from_bytes(hashlib.sha256("|".join(words).encode()).digest()[:4])
