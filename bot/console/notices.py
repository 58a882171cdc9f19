"""Notices: the list, the composer, one notice with preview and cost, and what can be done with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Response, redirect, request, url_for

from bot.console import notice_form as forms
from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.notice_preview import preview
from bot.console.pages import me, page, tell
from nhi_core.domain.errors import ContentRefused, IllegalMove, Invalid
from nhi_core.domain.files import MOST_BYTES, FileKind
from nhi_core.domain.notices import (
    MAX_BODY,
    MAX_TITLE,
    MOST_ATTACHMENTS,
    MOVES,
    OPEN,
    READABLE,
    Category,
    Notice,
    NoticeEvent,
    NoticeProblem,
    NoticeState,
    Way,
)
from nhi_core.domain.offices import GroupState
from nhi_core.domain.slices import Ask, Slice
from nhi_core.domain.staff import StaffMember, StaffRole
from nhi_core.ports_notices import NoticeFilter
from nhi_core.services.notices import APPROVAL, REPLACEABLE

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console

WORDS = "console_notices"
LOOK = (StaffRole.EDITOR, StaffRole.SUPERVISOR, StaffRole.AUDITOR, StaffRole.ADMIN)
WORK = (StaffRole.EDITOR,)
# Whoever sees that something wrong is going out may hold it.
HOLD = (StaffRole.EDITOR, StaffRole.SUPERVISOR)
_VERBS = {
    "recall": NoticeEvent.RECALL,
    "discard": NoticeEvent.DISCARD,
    "resume": NoticeEvent.RESUME,
    "stop": NoticeEvent.STOP,
    "withdraw": NoticeEvent.WITHDRAW,
}
_HOLDING = frozenset({"stop", "withdraw"})
# A form around the largest file.
_UPLOAD = MOST_BYTES[FileKind.PDF] + 64 * 1024


@dataclasses.dataclass(frozen=True, slots=True)
class _Row:
    notice: Notice
    owner: str
    acks: int | None


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("notices", "/notices", pages.listing)
    console.add("notice_new", "/notices/new", pages.new)
    console.add("notice_draft", "/notices/new", pages.draft, methods=("POST",))
    console.add("notice", "/notices/<notice_id>", pages.show)
    console.add("notice_edit", "/notices/<notice_id>/edit", pages.edit)
    console.add("notice_change", "/notices/<notice_id>/edit", pages.change, methods=("POST",))
    console.add("notice_submit", "/notices/<notice_id>/submit", pages.submit, methods=("POST",))
    console.add("notice_replace", "/notices/<notice_id>/replace", pages.replace, methods=("POST",))
    console.add(
        "notice_attach", "/notices/<notice_id>/files", pages.attach, methods=("POST",), most_bytes=_UPLOAD
    )
    console.add(
        "notice_detach", "/notices/<notice_id>/files/<digest>/remove", pages.detach, methods=("POST",)
    )
    for verb in _VERBS:
        console.add(f"notice_{verb}", f"/notices/<notice_id>/{verb}", pages.verb(verb), methods=("POST",))
    console.approval(APPROVAL, lambda subject: url_for("console.notice", notice_id=subject), domain=WORDS)
    console.entry(Entry("notices", "notices", Part.NOTICES, WORDS, order=10, waiting=pages.stopped))


def verbs_of(notice: Notice, member: StaffMember) -> list[str]:
    """Return what this person can do with the notice as it stands."""
    can = {event for state, event in MOVES if state is notice.state}
    verbs = [
        verb
        for verb, event in _VERBS.items()
        if event in can and member.may(*(HOLD if verb in _HOLDING else WORK))
    ]
    if member.may(*WORK):
        verbs += ["submit", "edit"] if notice.state in OPEN else []
        verbs += ["replace"] if notice.state in REPLACEABLE and not notice.ends else []
    return verbs


class _Pages:
    def __init__(self, console: Console) -> None:
        self._core = console.core
        self._notices = console.core.notices

    def stopped(self, _member: StaffMember) -> int:
        """Return how many notices stand still on their way."""
        return self._core.notice_sending.stopped()

    @needs(*LOOK)
    def listing(self) -> Response:
        """All notices, the newest first."""
        return LIST.answer(self._part, template="notices.html", words=WORDS, may_work=me().may(*WORK))

    @needs(*WORK)
    def new(self) -> Response:
        """An empty composer."""
        return self._composer(forms.typed(request.args, self._core.clock.today()))

    @needs(*WORK)
    def draft(self) -> AnyResponse:
        """Keep what was composed as a draft; nothing goes out."""
        try:
            fields = forms.read(request.form)
        except NoticeProblem as error:
            return self._again(error.problem)
        plain = (fields.pop("category"), fields.pop("title"), fields.pop("body"))
        made = self._notices.draft(*plain, owner=me().id, **fields)
        return _to(made.id)

    @needs(*LOOK)
    def show(self, notice_id: str) -> Response:
        """One notice: how LINE will show it, what each way costs, what became of it."""
        return self._show(notice_id)

    @needs(*WORK)
    def edit(self, notice_id: str) -> AnyResponse:
        """The composer with a draft in it."""
        notice = self._find(notice_id)
        if notice is None:
            return page("problem.html", status=404, problem="unknown")
        return self._composer(forms.shown(notice), notice=notice)

    @needs(*WORK)
    def change(self, notice_id: str) -> AnyResponse:
        """Keep the changes to a draft."""
        notice = self._find(notice_id)
        was = request.form.get("was", "")
        if notice is None or not was.isdecimal():
            return page("problem.html", status=404, problem="unknown")
        try:
            fields = forms.read(request.form)
        except NoticeProblem as error:
            return self._again(error.problem, notice)
        self._notices.change(notice_id, was=int(was), by=me().id, **fields)
        return _to(notice_id)

    @needs(*WORK)
    def submit(self, notice_id: str) -> AnyResponse:
        """Let a draft go its way: to its moment, or to a second pair of eyes."""
        try:
            moved = self._notices.submit(notice_id, by=me().id)
        except NoticeProblem as error:
            return self._show(notice_id, problem=error.problem)
        tell(f"done.{moved.state.value}", domain=WORDS)
        return _to(notice_id)

    @needs(*WORK)
    def replace(self, notice_id: str) -> AnyResponse:
        """Make a draft that will take this notice's place once it has gone out."""
        old = self._notices.get(notice_id).notice
        made = self._notices.draft(
            old.category,
            old.title,
            old.body,
            owner=me().id,
            way=old.way,
            audience=old.audience,
            needs_ack=old.needs_ack,
            supersedes=old.id,
            attachments=old.attachments,
        )
        tell("done.replace", domain=WORDS)
        return redirect(url_for("console.notice_edit", notice_id=made.id), code=303)

    @needs(*WORK)
    def attach(self, notice_id: str) -> AnyResponse:
        """Keep a file with the draft: a picture made anew, or a PDF."""
        notice = self._notices.get(notice_id).notice
        given = request.files.get("file")
        if given is None or len(notice.attachments) >= MOST_ATTACHMENTS:
            return self._show(notice_id, problem="too_many_files" if given else "no_file")
        data = given.stream.read()
        given.close()
        try:
            taken = self._core.notice_files.take(given.filename or "", data)
        except ContentRefused:
            return self._show(notice_id, problem="file_refused")
        kept = tuple(one for one in notice.attachments if one.digest != taken.digest)
        self._notices.change(notice_id, was=notice.revision, by=me().id, attachments=(*kept, taken))
        return _to(notice_id)

    @needs(*WORK)
    def detach(self, notice_id: str, digest: str) -> AnyResponse:
        """Take a file off the draft."""
        notice = self._notices.get(notice_id).notice
        left = tuple(one for one in notice.attachments if one.digest != digest)
        self._notices.change(notice_id, was=notice.revision, by=me().id, attachments=left)
        return _to(notice_id)

    def verb(self, verb: str) -> Callable[[str], AnyResponse]:
        """Return the view of a verb."""
        act: Callable[..., Notice] = getattr(self._notices, verb)

        @needs(*(HOLD if verb in _HOLDING else WORK))
        def view(notice_id: str) -> AnyResponse:
            try:
                act(notice_id, by=me().id)
            except IllegalMove:
                tell("done.too_late", domain=WORDS, kind="problem")
            else:
                tell(f"done.{verb}", domain=WORDS)
            return _to(notice_id)

        return view

    def _part(self, ask: Ask) -> Slice[_Row]:
        category, state = ask.get("category"), ask.get("notice_state")
        wanted = NoticeFilter(
            frozenset({Category(category)} if category else ()),
            frozenset({NoticeState(state)} if state else ()),
            forms.day_of(ask.get("since")),
            forms.day_of(ask.get("until")),
        )
        found = self._notices.found(wanted, limit=ask.limit, offset=ask.offset)
        with self._core.uow() as uow:
            acks = uow.notice_acks.counts([one.id for one in found.rows if one.needs_ack])
        names = self._core.staff.names()
        rows = [
            _Row(one, names.get(one.owner, "—"), acks.get(one.id, 0) if one.needs_ack else None)
            for one in found.rows
        ]
        return Slice(rows, found.total)

    def _find(self, notice_id: str) -> Notice | None:
        try:
            return self._notices.get(notice_id).notice
        except Invalid:
            return None

    def _show(self, notice_id: str, problem: str | None = None) -> Response:
        try:
            status = self._notices.get(notice_id)
        except Invalid:
            return page("problem.html", status=404, problem="unknown")
        notice = status.notice
        ways = [
            (way, self._notices.estimate(dataclasses.replace(notice, way=way)))
            for way in Way
            if way is Way.PERSONAL or not notice.audience.citizens
        ]
        return page(
            "notices_one.html",
            words=WORDS,
            status=400 if problem else 200,
            notice=notice,
            outcome=status.outcome,
            acks=status.acks,
            preview=preview(self._core.notice_reading, notice),
            ways=ways if notice.state not in READABLE else [],
            verbs=verbs_of(notice, me()),
            names=self._core.staff.names(),
            whom=self._whom(notice),
            most_files=MOST_ATTACHMENTS,
            readable=notice.state in READABLE,
            problem=f"problem.{problem}" if problem else None,
        )

    def _whom(self, notice: Notice) -> dict[str, list[str]]:
        """Return what narrows the audience, in words: nothing means everybody."""
        audience = notice.audience
        offices = {row.office.code: row.office.name for row in self._core.offices.all()}
        return {
            "offices": [offices.get(code, code) for code in sorted(audience.offices)],
            "size_groups": [str(group) for group in sorted(audience.size_groups)],
            "roles": sorted(role.value for role in audience.roles),
            "groups": sorted(audience.groups),
        }

    def _again(self, problem: str, notice: Notice | None = None) -> Response:
        fields = forms.typed(request.form, self._core.clock.today())
        return self._composer(fields, notice=notice, problem=f"problem.{problem}")

    def _composer(
        self, fields: dict[str, Any], *, notice: Notice | None = None, problem: str | None = None
    ) -> Response:
        offices = [row.office for row in self._core.offices.all() if row.office.active]
        return page(
            "notices_edit.html",
            words=WORDS,
            status=400 if problem else 200,
            notice=notice,
            fields=fields,
            problem=problem,
            categories=[one.value for one in Category],
            ways=[one.value for one in Way],
            roles=[one.value for one in forms.ROLES],
            sizes=[
                (str(size), [one for one in offices if one.size_group == size]) for size in forms.SIZE_GROUPS
            ],
            groups=[row.group for row in self._core.chat_groups.rows() if row.group.state is GroupState.TIED],
            most={"title": MAX_TITLE, "body": MAX_BODY},
        )


LIST: Listing[_Row] = Listing(
    "notices",
    columns=(
        Column(
            "notice",
            lambda row: row.notice.title or "—",
            link=lambda row: url_for("console.notice", notice_id=row.notice.id),
        ),
        Column("notice_code", lambda row: row.notice.code),
        Column("category", lambda row: row.notice.category.value, Kind.CODE, "category"),
        Column("notice_state", lambda row: row.notice.state.value, Kind.WORD, "notice_state"),
        Column("way", lambda row: row.notice.way.value, Kind.CODE, "way"),
        Column("valid_from", lambda row: row.notice.valid_from, Kind.DAY),
        Column("valid_until", lambda row: row.notice.valid_until, Kind.DAY),
        Column("acks", lambda row: row.acks, Kind.NUMBER),
        Column("owner", lambda row: row.owner),
    ),
    filters=(
        Filter("category", tuple(one.value for one in Category), "category"),
        Filter("notice_state", tuple(one.value for one in NoticeState), "notice_state"),
        Filter("since", kind=Kind.DAY),
        Filter("until", kind=Kind.DAY),
    ),
)


def _to(notice_id: str) -> AnyResponse:
    return redirect(url_for("console.notice", notice_id=notice_id), code=303)
