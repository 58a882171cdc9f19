"""Applications for instalments: the queue, the sheet with its pre-check, the decision."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.pages import me, page, tell
from bot.console.words import Text, languages, text
from nhi_core.domain.application import ApplicationState
from nhi_core.domain.errors import ApplicationChanged, IllegalMove, Invalid
from nhi_core.domain.slices import Ask
from nhi_core.domain.staff import StaffMember, StaffRole
from nhi_core.services.instalment_desk import Sheet, Unmasked
from nhi_core.services.instalment_queue import QueueLine

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console

WORDS = "console_applications"
# Ready sentences for the person; each is `return_note.<key>` or `refuse_note.<key>`.
RETURN_NOTES = ("amount_changed", "contact", "terms", "all_arrears")
REFUSE_NOTES = ("plan_running", "enforced", "too_little", "counter")
_READERS = (StaffRole.REVIEWER, StaffRole.SUPERVISOR)
_STATES = tuple(state.value for state in ApplicationState if state is not ApplicationState.DRAFT)


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("applications", "/applications", pages.listing)
    console.add("application", "/applications/<code>", pages.show)
    console.add("application_print", "/applications/<code>/print", pages.print_sheet)
    for verb in ("approve", "return", "refuse", "unmask"):
        view = pages.verb(verb)
        console.add(f"application_{verb}", f"/applications/<code>/{verb}", view, methods=("POST",))
    console.entry(Entry("applications", "applications", Part.DESK, WORDS, order=10, waiting=pages.waiting))


def _line_link(line: QueueLine) -> str:
    return url_for("console.application", code=line.code)


def _precheck(line: QueueLine) -> str | None:
    if line.failed is None:
        return None
    return "look" if line.failed else "passed"


QUEUE: Listing[QueueLine] = Listing(
    "applications",
    columns=(
        Column("code", lambda line: line.code, link=_line_link),
        Column("state", lambda line: line.state.value, Kind.WORD, "state"),
        Column("precheck", _precheck, Kind.WORD, "precheck"),
        Column("person", lambda line: line.person_masked),
        Column("amount", lambda line: line.total, Kind.MONEY),
        Column("terms", lambda line: line.terms, Kind.NUMBER),
        Column("submitted", lambda line: line.submitted_on, Kind.DAY),
        Column("decided", lambda line: line.decided_on, Kind.DAY),
    ),
    filters=(
        Filter("state", _STATES, "state", default=ApplicationState.SUBMITTED.value),
        Filter("since", kind=Kind.DAY),
        Filter("until", kind=Kind.DAY),
        Filter("code"),
    ),
)


def _ready_words(language: str | None) -> Text:
    """Return the ready sentences in the applicant's language, in Chinese where there are none."""
    return text(language if language in languages() else "zh-TW", WORDS)


class _Pages:
    def __init__(self, console: Console) -> None:
        self._core = console.core
        self._desk = console.core.instalment_desk
        self._queue = console.core.instalment_queue

    def waiting(self, _member: StaffMember) -> int:
        """Return how many wait for a decision."""
        return self._queue.counts().get(ApplicationState.SUBMITTED.value, 0)

    @needs(*_READERS)
    def listing(self) -> Response:
        """The queue; without a filter, what waits."""
        return QUEUE.answer(self._queue.page, template="applications.html", words=WORDS)

    @needs(*_READERS)
    def show(self, code: str) -> AnyResponse:
        """The sheet of one application; reading it is recorded."""
        return self._show(code)

    @needs(*_READERS)
    def print_sheet(self, code: str) -> AnyResponse:
        """The same as a summary for the counter's form."""
        return self._show(code, template="applications_print.html")

    def verb(self, verb: str) -> Callable[[str], AnyResponse]:
        """Return the view of a verb: reviewers decide."""
        acts: dict[str, Callable[[str], AnyResponse]] = {
            "approve": self._approve,
            "return": partial(self._noted, verb="return"),
            "refuse": partial(self._noted, verb="refuse"),
            "unmask": self._unmask,
        }
        act = acts[verb]

        @needs(StaffRole.REVIEWER)
        def view(code: str) -> AnyResponse:
            return act(code)

        return view

    def _approve(self, code: str) -> AnyResponse:
        return self._decided(code, "approved", lambda: self._desk.approve(code, by=me().id))

    def _noted(self, code: str, *, verb: str) -> AnyResponse:
        note = request.form.get("note", "").strip()
        if not note:
            return self._show(code, problem="note_missing", status=400)
        act = self._desk.send_back if verb == "return" else self._desk.refuse
        done = "returned" if verb == "return" else "refused"
        return self._decided(code, done, lambda: act(code, note, by=me().id))

    def _unmask(self, code: str) -> AnyResponse:
        try:
            found = self._desk.unmask(code, request.form.get("why", ""), by=me().id)
        except Invalid:
            return self._show(code, problem="why_missing", status=400)
        template = "applications_print.html" if request.form.get("print") else "applications_one.html"
        return self._show(code, unmasked=found, template=template)

    def _decided(self, code: str, word: str, act: Callable[[], object]) -> AnyResponse:
        try:
            act()
        except ApplicationChanged:
            return self._show(code, problem="changed", status=409)
        except IllegalMove:
            return self._show(code, problem="moved", status=409)
        except Invalid:
            return page("problem.html", status=404, problem="unknown")
        tell(f"done.{word}", domain=WORDS)
        return redirect(url_for("console.applications"), code=303)

    def _show(
        self,
        code: str,
        *,
        template: str = "applications_one.html",
        problem: str | None = None,
        status: int = 200,
        unmasked: Unmasked | None = None,
    ) -> AnyResponse:
        try:
            sheet: Sheet = self._desk.sheet(code, by=me().id)
        except Invalid:
            return page("problem.html", status=404, problem="unknown")
        return page(
            template,
            words=WORDS,
            status=status,
            sheet=sheet,
            problem=problem,
            unmasked=unmasked,
            may_decide=me().may(StaffRole.REVIEWER) and sheet.state is ApplicationState.SUBMITTED,
            return_notes=RETURN_NOTES,
            refuse_notes=REFUSE_NOTES,
            # What goes to the applicant is in the applicant's language, not in the reader's.
            theirs=_ready_words(self._desk.language_of(code)),
            today=self._core.clock.today(),
            next_code=self._next(sheet),
        )

    def _next(self, sheet: Sheet) -> str | None:
        """Return the code of whatever waits next, so that a reviewer need not go back to the list."""
        waiting = self._queue.page(Ask({"state": ApplicationState.SUBMITTED.value}, limit=2)).rows
        return next((line.code for line in waiting if line.code != sheet.code), None)
