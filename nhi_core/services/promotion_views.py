"""What a clerk is shown of a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nhi_core.domain.errors import Invalid
from nhi_core.domain.promotion import OPEN, PhotoState, ReportState, closed
from nhi_core.domain.promotion_figures import Figures
from nhi_core.domain.promotion_lists import KIND_OF_CHANNEL, ChannelKind, channels_of, themes_of
from nhi_core.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report with the choices that are open. `photos` counts those that came and were not unsent.

    `refused` are the reasons of photos that were not taken, each once; `lost` how many could not be fetched;
    `duplicates` how many the office showed before in that month; `month_static` and `month_activity` what of
    the office counts in the month (ISO) so far.
    """

    id: str
    state: ReportState
    month: str
    office: str
    photos: int
    fetching: int
    refused: tuple[str, ...]
    lost: int
    duplicates: int
    theme: str | None
    channel: str | None
    kind: ChannelKind | None
    noted: bool
    can_correct: bool
    from_group: bool
    themes: tuple[str, ...]
    channels: tuple[str, ...]
    month_static: int
    month_activity: int
    step: str  # what the clerk is shown next: `waiting`, `theme`, `channel`, `filed`, `withdrawn`


_STEPS = {
    ReportState.COLLECTING: "waiting",
    ReportState.ASKED_THEME: "theme",
    ReportState.ASKED_CHANNEL: "channel",
    ReportState.FILED: "filed",
    ReportState.ABANDONED: "withdrawn",
    ReportState.WITHDRAWN: "withdrawn",
}


def report_view(uow: UnitOfWork, report_id: str, now: datetime) -> ReportView:
    """Return the view of a report. Raises Invalid for an unknown one."""
    report = uow.promotions.get(report_id)
    if report is None:
        raise Invalid("no such report")
    office = uow.offices.get(report.office_code)
    photos = uow.promotions.photos_of(report.id)
    cells = uow.promotions.cells(report.month, report.month, report.office_code)
    month = Figures(cells, report.month, report.month)
    states = [one.state for one in photos]
    return ReportView(
        id=report.id,
        state=report.state,
        month=report.month.iso,
        office=office.name if office else "",
        photos=sum(state in (PhotoState.WAITING, PhotoState.KEPT) for state in states),
        fetching=states.count(PhotoState.WAITING),
        refused=tuple(
            sorted({one.reason for one in photos if one.state is PhotoState.REFUSED and one.reason})
        ),
        lost=states.count(PhotoState.GONE),
        duplicates=len(uow.promotions.duplicates_in(report)),
        theme=report.theme,
        channel=report.channel,
        kind=KIND_OF_CHANNEL[report.channel] if report.channel else None,
        noted=report.note is not None,
        can_correct=report.state in OPEN
        or (report.state is ReportState.FILED and not closed(report.month, now)),
        from_group=report.group_id is not None,
        themes=tuple(one.code for one in themes_of(report.month.year)),
        channels=tuple(one.code for one in channels_of(report.month.year)),
        month_static=month.of_kind(ChannelKind.STATIC),
        month_activity=month.of_kind(ChannelKind.ACTIVITY),
        step=_STEPS[report.state],
    )
