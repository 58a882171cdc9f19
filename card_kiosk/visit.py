"""What the kiosk knows while one card is in, and the view of it that the screen gets. In memory alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import segno

from card_kiosk.cards.nhi import CardHolder
from card_kiosk.problems import Problem
from card_kiosk.states import Screen
from card_kiosk.watcher import Presence
from nhi_core.domain.identifiers import mask_name, mask_number
from nhi_core.wire.kiosk import CodeShown, Relation, SecondFactKind

FactNeeded = Literal["household_number", "foreigner"]


@dataclass(repr=False)
class Visit:
    """One card from its reading to its removal. Times are seconds of the monotonic clock."""

    presence: Presence
    holder: CardHolder | None = None
    relation: Relation = "self"
    session: str | None = None
    needed: FactNeeded | None = None
    kind: SecondFactKind = "household_number"
    attempts_left: int | None = None
    wrong: Literal["", "form", "match"] = ""
    looking: bool = False
    code: CodeShown | None = None
    code_until: float = 0
    digits: str | None = None
    phone_confirmed: bool = False
    retry_in: int | None = None


def masked(holder: CardHolder) -> dict[str, Any]:
    """Return what of a person may stand on a public screen."""
    readable = holder.name.replace("\N{REPLACEMENT CHARACTER}", "○")
    return {
        "name": mask_name(readable) or "○",
        "number": mask_number(holder.id_number),
        "name_damaged": holder.name_damaged,
    }


def qr_rows(text: str) -> list[str]:
    """Return a QR code's modules, a row a string of 0 and 1, without the quiet zone."""
    symbol = segno.make_qr(text, error="m", boost_error=False)
    return ["".join("1" if module else "0" for module in row) for row in symbol.matrix]


@dataclass
class Scene:
    """Everything the view is made of."""

    screen: Screen = Screen.OUT_OF_SERVICE
    problem: Problem | None = None
    language: str = "zh-TW"
    seq: int = 0
    visit: Visit | None = None
    warned_at: float | None = None
    office: str = ""
    phone: str = ""
    _qr: tuple[str, list[str]] = field(default=("", []), repr=False)

    def view(self, now: float, warning: float) -> dict[str, Any]:
        """Return what the page draws. Every time in it is a number of seconds from now."""
        view: dict[str, Any] = {
            "seq": self.seq,
            "screen": self.screen.value,
            "problem": self.problem.value if self.problem else None,
            "language": self.language,
            "office": self.office,
            "phone": self.phone,
            "warning": None if self.warned_at is None else max(0, round(self.warned_at + warning - now)),
        }
        visit = self.visit
        if visit is None:
            return view
        if visit.holder is not None:
            view["person"] = masked(visit.holder)
        view["retry_in"] = visit.retry_in
        if self.screen in {Screen.FACT, Screen.CHECKING, Screen.FACT_KIND}:
            view["fact"] = {
                "kind": visit.kind,
                "attempts_left": visit.attempts_left,
                "wrong": visit.wrong,
                "choice": visit.needed == "foreigner",
            }
        if self.screen in {Screen.CODE, Screen.UNBIND} and visit.code is not None:
            view["code"] = {
                "text": visit.code.code,
                "rows": self._rows(visit.code.qr),
                "seconds": max(0, round(visit.code_until - now)),
                "bound": visit.code.bound,
            }
        if self.screen in {Screen.COMPARE, Screen.CONFIRMING, Screen.PHONE}:
            view["digits"] = visit.digits
            view["phone_confirmed"] = visit.phone_confirmed
        return view

    def wipe(self) -> None:
        """Forget the person."""
        self.visit = None
        self._qr = ("", [])
        self.warned_at = None

    def _rows(self, text: str) -> list[str]:
        if self._qr[0] != text:
            self._qr = (text, qr_rows(text))
        return self._qr[1]
