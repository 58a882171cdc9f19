"""The yearly evaluation: figures taken in, the year computed and kept, one office's score for its clerks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from nhi_core.domain.errors import Invalid, NotAClerk
from nhi_core.domain.evaluation import evaluate, raises
from nhi_core.domain.evaluation_files import read_figures
from nhi_core.domain.evaluation_model import Entrant, Scheme
from nhi_core.domain.offices import ClerkState
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.ports_evaluation import Figure, Run
from nhi_core.services.evaluation_own import OWN, OwnFigures
from nhi_core.services.evaluation_views import (
    Compared,
    OfficeScoreView,
    TakeReport,
    YearFigures,
    YearView,
    compared,
    digest,
    gain_line,
    item_line,
    result_json,
    shown_total,
)

MOST_CASES = 1_000_000


class EvaluationService:
    """`by` is the id of the staff member. Raises Invalid for a year without a scheme."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        ids: Ids,
        schemes: Mapping[int, Scheme],
        own: OwnFigures,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._schemes = schemes
        self._own = own

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
        items = {year: one.counted for year, one in self._schemes.items()}
        with self._uow() as uow:
            read = read_figures(text, offices=office_names(uow), items=items)
            rows = [Figure(one.year, one.month, one.office, one.item, one.count) for one in read.rows]
            changed = uow.evaluations.put_figures(rows)
            if changed:
                detail = {"staff": by, "changed": changed, "rows": len(rows)}
                uow.audit.record("evaluation_figures_taken", subject="evaluation", detail=detail)
            uow.commit()
        return TakeReport(changed, len(rows) - changed, read.rejected)

    def correct(self, figure: Figure, *, by: str, reason: str) -> None:
        """Set one figure by hand; what it was, what it is and why stand in the trail. Raises Invalid."""
        scheme = self.scheme(figure.year)
        if figure.item not in scheme.counted or figure.month not in scheme.months:
            raise Invalid("no such item or month in this year's evaluation")
        if not reason.strip() or not 0 <= figure.count <= MOST_CASES:
            raise Invalid("a figure and a reason are needed")
        with self._uow() as uow:
            if uow.offices.get(figure.office) is None:
                raise Invalid("no such office")
            before = uow.evaluations.figure(figure.year, figure.month, figure.office, figure.item)
            uow.evaluations.put_figures([figure])
            detail = {"staff": by, "item": figure.item, "year": figure.year, "month": figure.month}
            more = {"before": before, "count": figure.count, "reason": reason.strip()[:200]}
            uow.audit.record("evaluation_figure_corrected", subject=figure.office, detail={**detail, **more})
            uow.commit()

    def view(self, year: int) -> YearView:
        """Compute a year from what is there now: the same figures give the same result."""
        found = self._figures(year)
        scheme, entrants = found.scheme, found.entrants
        result = evaluate(scheme, entrants.values())
        return YearView(scheme, found.offices, entrants, found.monthly, result, digest(scheme, entrants))

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

    def run(self, run_id: str) -> Run | None:
        """Return a kept run; None for an unknown one."""
        with self._uow() as uow:
            return uow.evaluations.run(run_id)

    def compared(self, now: YearFigures) -> tuple[Compared, ...]:
        """Return every item of a year beside the year before."""
        before = now.scheme.year - 1
        return compared(now, self._figures(before) if before in self._schemes else None)

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
            total=shown_total(score.total),
            rank=score.rank,
            of=rivals,
            lines=tuple(item_line(view.scheme, one) for one in score.points),
            raises=tuple(gain_line(view.scheme, one) for one in raises(view.scheme, score)),
        )

    def _figures(self, year: int) -> YearFigures:
        scheme = self.scheme(year)
        with self._uow() as uow:
            offices = {one.code: one for one in uow.offices.all() if one.active}
            stored = uow.evaluations.figures(year, scheme.months)
            monthly = Counter(uow.evaluations.by_month(year, scheme.months))
            stated = uow.evaluations.stated(year, OWN)
            quality = {one.office: one for one in uow.evaluations.quality(year, scheme.months)}
        figures = {code: Counter(stored.get(code, {})) for code in offices}
        for (code, month, key), count in self._own.of(scheme).items():
            # Month by month: a file or a correction speaks for its own month, and for no other.
            if code in figures and (code, month, key) not in stated:
                figures[code][key] += count
                monthly[month, key] += count
        entrants = {
            code: Entrant(
                code,
                office.size_group,
                {key: figures[code][key] for key in sorted(figures[code])},
                errors=quality[code].total if code in quality else 0,
                received=quality[code].received if code in quality else 0,
            )
            for code, office in offices.items()
        }
        return YearFigures(scheme, offices, entrants, monthly)

    def _latest(self) -> int:
        with self._uow() as uow:
            for year, scheme in self._schemes.items():
                if uow.evaluations.figures(year, scheme.months):
                    return year
        raise Invalid("no figures of any year")


def office_names(uow: UnitOfWork) -> dict[str, str]:
    """Return code or name → code, for files."""
    offices = uow.offices.all()
    return {one.code: one.code for one in offices} | {one.name: one.code for one in offices}
