"""What comes in and what goes out: the send ledger with the month's quota, and how every event ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Response

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.events import KINDS
from nhi_core.domain.slices import Ask, Slice
from nhi_core.domain.staff import StaffMember, StaffRole
from nhi_core.ports_console import InboundLine, SendLine

if TYPE_CHECKING:
    from bot.console.blueprint import Console

WORDS = "console_house"
ENDINGS = ("answered", "apologised", "parked", "ignored", "unanswered")
_OUTCOMES = (
    "accepted", "accepted_plain", "duplicate", "not_sent", "refused", "token_dead", "unconfirmed", "unknown",
    "open",
)  # fmt: skip
_KINDS = ("push", "reply", "multicast")
_EVENTS = tuple(sorted(KINDS))
_LATELY = timedelta(days=7)
_READERS = (StaffRole.ADMIN, StaffRole.SUPERVISOR, StaffRole.AUDITOR)


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("sends", "/sends", pages.sends)
    console.add("inbound", "/inbound", pages.inbound)
    console.entry(Entry("sends", "sends", Part.FIGURES, WORDS, order=80))
    console.entry(Entry("inbound", "inbound", Part.FIGURES, WORDS, order=90, waiting=pages.unanswered))


SENDS: Listing[SendLine] = Listing(
    "sends",
    columns=(
        Column("at", lambda line: line.claimed_at, Kind.MOMENT),
        Column("send", lambda line: line.key.partition(":")[0]),
        Column("kind", lambda line: line.kind),
        Column("recipients", lambda line: line.recipients, Kind.NUMBER),
        Column("messages", lambda line: line.messages, Kind.NUMBER),
        Column("outcome", lambda line: line.outcome or "open", Kind.CODE, "outcome"),
        Column("settled", lambda line: line.settled_at, Kind.MOMENT),
    ),
    filters=(
        Filter("kind", _KINDS, "send_kind"),
        Filter("outcome", _OUTCOMES, "outcome"),
        Filter("since", kind=Kind.DAY),
        Filter("until", kind=Kind.DAY),
    ),
    per_page=50,
)
INBOUND: Listing[InboundLine] = Listing(
    "inbound",
    columns=(
        Column("at", lambda line: line.closed_at, Kind.MOMENT),
        Column("ending", lambda line: line.outcome, Kind.CODE, "ending"),
        Column("reason", lambda line: line.reason),
        Column("kind", lambda line: line.kind),
        Column("event_id", lambda line: line.id),
    ),
    filters=(
        Filter("outcome", ENDINGS, "ending"),
        Filter("kind", _EVENTS, labels={one: one for one in _EVENTS}),
        Filter("since", kind=Kind.DAY),
        Filter("until", kind=Kind.DAY),
    ),
    per_page=50,
)


class _Pages:
    def __init__(self, console: Console) -> None:
        self._core = console.core

    def unanswered(self, _member: StaffMember) -> int:
        """Return how many events of the last week ended without an answer that should have had one."""
        return self._counts().get("unanswered", 0)

    @needs(*_READERS)
    def sends(self) -> Response:
        """The ledger, the newest first, under the month's quota."""
        budget = self._core.sends.budget()
        return SENDS.answer(self._send_part, template="sends.html", words=WORDS, budget=budget)

    @needs(*_READERS)
    def inbound(self) -> Response:
        """How events ended: the proof that nothing stays silent."""
        counts = self._counts()
        endings = [(one, counts.get(one, 0)) for one in ENDINGS]
        return INBOUND.answer(self._inbound_part, template="inbound.html", words=WORDS, endings=endings)

    def _send_part(self, ask: Ask) -> Slice[SendLine]:
        with self._core.uow() as uow:
            return uow.lists.sends(ask)

    def _inbound_part(self, ask: Ask) -> Slice[InboundLine]:
        with self._core.uow() as uow:
            return uow.lists.inbound(ask)

    def _counts(self) -> dict[str, int]:
        with self._core.uow() as uow:
            return dict(uow.lists.inbound_counts(self._core.clock.now() - _LATELY))
