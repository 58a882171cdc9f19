"""The yearly evaluation: figures taken in, the year computed and kept, one office's score for its clerks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nhi_core.domain.errors import Invalid, NotAClerk
from nhi_core.domain.evaluation import (
    Entrant,
    Points,
    Result,
    Scheme,
    evaluate,
    growth,
    raises,
    rounded,
)
from nhi_core.domain.evaluation_files import Read, Rejected, read_figures
from nhi_core.domain.offices import ClerkState, Office
from nhi_core.domain.roc import OFFSET, PremiumMonth
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.ports_evaluation import Figure, Run
from nhi_core.services.group_activity import GroupActivityService
from nhi_core.services.promotion_figures import PromotionFigures

# Items that we count ourselves, where the year's files say nothing of an office: item → our own figure.
MOST_CASES = 1_000_000
STATIC, EVENT, ACTIVITY = "promotion_static", "promotion_event", "line_activity"


@dataclass(frozen=True, slots=True)
class TakeReport:
    """What a file did: rows that changed something, rows that stood as they were, lines left out."""

    changed: int
    unchanged: int
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class YearView:
    """A whole year as computed now; `offices` by code."""

    scheme: Scheme
    result: Result
    offices: Mapping[str, Office]
    entrants: Mapping[str, Entrant]
    digest: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One item beside the year before; `before` None: it was not evaluated then."""

    item: str
    name: str
    before: int | None
    after: int
    growth: Decimal | None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One line of a clerk's card: exact points rounded to one place."""

    name: str
    value: str
    points: str
    weight: str


@dataclass(frozen=True, slots=True)
class OfficeScoreView:
    """One's own office, and no other: `rank` of `of` in the size group; what would raise the score most."""

    year: int
    office: str
    size_group: int
    total: str
    rank: int
    of: int
    lines: tuple[ItemLine, ...]
    raises: tuple[ItemLine, ...]


class EvaluationService:
    """`by` is the id of the staff member. Raises Invalid for a year without a scheme."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        ids: Ids,
        schemes: Mapping[int, Scheme],
        *,
        promotion: PromotionFigures,
        activity: GroupActivityService,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._schemes = schemes
        self._promotion = promotion
        self._activity = activity

    @property
    def years(self) -> tuple[int, ...]:
        """Years with a scheme, the latest first."""
        return tuple(self._schemes)

    def scheme(self, year: int) -> Scheme:
        """Return a year's rules."""
        if year not in self._schemes:
            raise Invalid("no scheme of this year")
        return self._schemes[year]

    def take(self, text: str, *, by: str) -> TakeReport:
        """Take in figures; the same file again changes nothing. Raises Invalid."""
        items = {year: [item.key for item in one.items] for year, one in self._schemes.items()}
        with self._uow() as uow:
            read: Read[Any] = read_figures(text, offices=office_names(uow), items=items)
            rows = [Figure(one.year, one.month, one.office, one.item, one.count) for one in read.rows]
            changed = uow.evaluations.put_figures(rows)
            if changed:
                detail = {"staff": by, "changed": changed, "rows": len(rows)}
                uow.audit.record("evaluation_figures_taken", subject="evaluation", detail=detail)
            uow.commit()
        return TakeReport(changed, len(rows) - changed, read.rejected)

    def correct(self, figure: Figure, *, by: str, reason: str) -> None:
        """Set one figure by hand, with its reason in the trail. Raises Invalid."""
        self.scheme(figure.year).item(figure.item)
        if not reason.strip() or not (1 <= figure.month <= 12 and 0 <= figure.count <= MOST_CASES):
            raise Invalid("a month, a figure and a reason are needed")
        with self._uow() as uow:
            if uow.offices.get(figure.office) is None:
                raise Invalid("no such office")
            uow.evaluations.put_figures([figure])
            detail = {"staff": by, "item": figure.item, "year": figure.year, "month": figure.month}
            more = {"count": figure.count, "reason": reason.strip()[:200]}
            uow.audit.record("evaluation_figure_corrected", subject=figure.office, detail={**detail, **more})
            uow.commit()

    def view(self, year: int) -> YearView:
        """Compute a year from what is there now: the same figures give the same result."""
        scheme = self.scheme(year)
        with self._uow() as uow:
            offices = {one.code: one for one in uow.offices.all() if one.active}
            figures = uow.evaluations.figures(year, scheme.months)
            quality = {one.office: one for one in uow.evaluations.quality(year, scheme.months)}
        own = self._own(scheme)
        entrants = {}
        for code, office in offices.items():
            mine = {**own.get(code, {}), **figures.get(code, {})}
            found = quality.get(code)
            entrants[code] = Entrant(
                code,
                office.size_group,
                {key: mine[key] for key in sorted(mine)},
                errors=found.total if found else 0,
                received=found.received if found else 0,
            )
        result = evaluate(scheme, entrants.values())
        return YearView(scheme, result, offices, entrants, _digest(scheme, entrants))

    def compute(self, year: int, *, by: str) -> Run:
        """Compute and keep a run; when nothing changed since the last one, that one is returned."""
        view = self.view(year)
        with self._uow() as uow:
            last = uow.evaluations.runs(year, limit=1)
            if last and last[0].digest == view.digest:
                return last[0]
            run = Run(self._ids.uuid(), year, view.digest, self._clock.now(), by, result_json(view))
            uow.evaluations.add_run(run)
            uow.audit.record("evaluation_computed", subject=run.id, detail={"staff": by, "year": year})
            uow.commit()
        return run

    def runs(self, year: int) -> tuple[Run, ...]:
        """Return a year's kept runs, the latest first."""
        with self._uow() as uow:
            return uow.evaluations.runs(year)

    def by_month(self, year: int) -> Mapping[tuple[int, str], int]:
        """Return (month, item) → cases of all offices, as the files gave them."""
        with self._uow() as uow:
            return uow.evaluations.by_month(year)

    def compared(self, year: int) -> tuple[Compared, ...]:
        """Return every item of a year beside the year before."""
        now = self.view(year)
        before = self.view(year - 1) if year - 1 in self._schemes else None
        rows = []
        for item in now.scheme.items:
            after = _sum(now, item.key)
            known = before is not None and any(one.key == item.key for one in before.scheme.items)
            earlier = _sum(before, item.key) if known and before is not None else None
            rate = None if earlier is None else growth(earlier, after)
            rows.append(Compared(item.key, item.name, earlier, after, rate))
        return tuple(rows)

    def for_clerk(self, account_id: str, year: int | None = None) -> OfficeScoreView:
        """Return the own office's score of the latest year that has figures. Raises NotAClerk, Invalid."""
        with self._uow() as uow:
            clerk = uow.clerks.live_of_account(account_id)
            if clerk is None or clerk.state is not ClerkState.ACTIVE or clerk.office_code is None:
                raise NotAClerk
        view = self.view(year or self._latest())
        score = view.result.of(clerk.office_code)
        rivals = sum(one.size_group == score.size_group for one in view.result.scores)
        return OfficeScoreView(
            year=view.scheme.year,
            office=view.offices[clerk.office_code].name,
            size_group=score.size_group,
            total=shown(score.total),
            rank=score.rank,
            of=rivals,
            lines=tuple(_line(view.scheme, one) for one in score.points),
            raises=tuple(_line(view.scheme, one, gain=True) for one in raises(score)),
        )

    def _latest(self) -> int:
        with self._uow() as uow:
            for year, scheme in self._schemes.items():
                if uow.evaluations.figures(year, scheme.months):
                    return year
        raise Invalid("no figures of any year")

    def _own(self, scheme: Scheme) -> dict[str, dict[str, int]]:
        """Return what we counted ourselves of the items that the scheme has."""
        keys = {item.key for item in scheme.items}
        first = PremiumMonth(scheme.year + OFFSET, min(scheme.months))
        last = PremiumMonth(scheme.year + OFFSET, max(scheme.months))
        found: dict[str, dict[str, int]] = {}
        for office, (static, event) in self._promotion.counts_by_office(first, last).items():
            found.setdefault(office, {}).update({STATIC: static, EVENT: event})
        for office, (replies, talk) in self._activity.by_office(first, last).items():
            found.setdefault(office, {})[ACTIVITY] = replies + talk
        return {
            office: {key: count for key, count in mine.items() if key in keys}
            for office, mine in found.items()
        }


def office_names(uow: UnitOfWork) -> dict[str, str]:
    """Return code or name → code, for files."""
    offices = uow.offices.all()
    return {one.code: one.code for one in offices} | {one.name: one.code for one in offices}


def shown(points: Decimal) -> str:
    """Return points as they are shown: one place, half up."""
    return str(rounded(points, 1))


def result_json(view: YearView) -> dict[str, Any]:
    """Return a result for the record: every office's points item by item, and the prizes."""
    return {
        "year": view.scheme.year,
        "scores": [
            {
                "office": one.office,
                "size_group": one.size_group,
                "total": str(rounded(one.total, 4)),
                "rank": one.rank,
                "points": {
                    part.item: {"value": str(part.value), "points": str(rounded(part.points, 4))}
                    for part in one.points
                },
            }
            for one in view.result.scores
        ],
        "winners": [
            {"award": one.award, "office": one.office, "place": one.place} for one in view.result.winners
        ],
    }


def _line(scheme: Scheme, points: Points, *, gain: bool = False) -> ItemLine:
    value = points.value.normalize()
    return ItemLine(
        scheme.item(points.item).name,
        f"{value:f}" if value == value.to_integral_value() else str(rounded(points.value, 1)),
        shown(points.missing if gain else points.points),
        f"{points.weight.normalize():f}",
    )


def _sum(view: YearView, item: str) -> int:
    return sum(one.figures.get(item, 0) for one in view.entrants.values())


def _digest(scheme: Scheme, entrants: Mapping[str, Entrant]) -> str:
    facts = [repr(scheme), *(repr(entrants[code]) for code in sorted(entrants))]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()
