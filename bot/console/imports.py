"""Imports of the agency's files: how far each has come, and why rows were refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.pages import me, page, tell
from bot.console.uploads import AROUND
from nhi_core.domain.errors import FilesUnavailable
from nhi_core.domain.imports import SENTENCES, FileRefused, ImportKind, ImportState, Reason
from nhi_core.domain.slices import Ask, Slice
from nhi_core.domain.staff import StaffRole
from nhi_core.domain.uploads import KINDS, MOST_BYTES
from nhi_core.ports_console import ImportLine

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console

WORDS = "console_house"
_WORKERS = (StaffRole.ADMIN, StaffRole.SUPERVISOR)
_READERS = (StaffRole.ADMIN, StaffRole.SUPERVISOR, StaffRole.AUDITOR)


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("imports", "/imports", pages.listing)
    console.add("import", "/imports/<import_id>", pages.show)
    console.add("import_file", "/imports", pages.take, methods=("POST",), most_bytes=MOST_BYTES + AROUND)
    console.entry(Entry("imports", "imports", Part.HOUSE, WORDS, order=40))


def _link(line: ImportLine) -> str:
    return url_for("console.import", import_id=line.id)


IMPORTS: Listing[ImportLine] = Listing(
    "imports",
    columns=(
        Column("import", lambda line: line.started_at, Kind.MOMENT, link=_link),
        Column("kind", lambda line: line.kind, Kind.WORD, "import_kind"),
        Column("state", lambda line: line.state, Kind.WORD, "import_state"),
        Column("progress", lambda line: f"{progress(line)} %"),
        Column("rows", lambda line: line.staged, Kind.NUMBER),
        Column("rejected", lambda line: line.rejected, Kind.NUMBER),
        Column("moved", lambda line: line.moved_at, Kind.MOMENT),
    ),
    filters=(
        Filter("kind", tuple(kind.value for kind in ImportKind), "import_kind"),
        Filter("state", tuple(state.value for state in ImportState), "import_state"),
    ),
)
_Reject = tuple[int, str, str]


class _Pages:
    def __init__(self, console: Console) -> None:
        self._core = console.core

    @needs(*_READERS)
    def listing(self) -> Response:
        """All imports, the newest first."""
        return IMPORTS.answer(
            self._part,
            template="imports.html",
            words=WORDS,
            uploads=self._core.uploads.recent(),
            kinds=[kind.value for kind in KINDS],
            may_hand_in=me().may(*_WORKERS),
        )

    @needs(*_WORKERS)
    def take(self) -> AnyResponse:
        """Keep a file for its import by a worker."""
        file, kind = request.files.get("file"), request.form.get("kind", "")
        if file is None or kind not in KINDS:
            tell("imports.no_file", domain=WORDS, kind="problem")
            return redirect(url_for("console.imports"), code=303)
        try:
            self._core.uploads.take(ImportKind(kind), file.stream, staff=me().id)
        except FileRefused:
            tell("imports.no_file", domain=WORDS, kind="problem")
        except FilesUnavailable:
            tell("imports.not_kept", domain=WORDS, kind="problem")
        else:
            tell("imports.handed_in", domain=WORDS)
        return redirect(url_for("console.imports"), code=303)

    @needs(*_READERS)
    def show(self, import_id: str) -> AnyResponse:
        """One import with the rows it refused."""
        with self._core.uow() as uow:
            found = uow.lists.import_of(import_id)
        if found is None:
            return page("problem.html", status=404, problem="unknown")
        rejects: Listing[_Reject] = Listing(
            "rejected",
            columns=(
                Column("line", lambda row: row[0], Kind.NUMBER),
                Column("field", lambda row: row[1]),
                Column("why", _sentence),
            ),
        )

        def part(ask: Ask) -> Slice[_Reject]:
            with self._core.uow() as uow:
                return uow.lists.rejects(import_id, ask)

        return rejects.answer(
            part, template="imports_one.html", words=WORDS, found=found, percent=progress(found)
        )

    def _part(self, ask: Ask) -> Slice[ImportLine]:
        with self._core.uow() as uow:
            return uow.lists.imports(ask)


def progress(line: ImportLine) -> int:
    """Return how much of the file is read, in percent."""
    if line.state != ImportState.READING:
        return 100
    return min(100, line.position * 100 // line.size) if line.size else 0


def _sentence(row: _Reject) -> str:
    chinese, english = SENTENCES[Reason(row[2])]
    return f"{chinese} / {english}"
