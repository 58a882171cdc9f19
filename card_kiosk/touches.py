"""What a touch of the person means for the visit, and which errand it sends to the server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from card_kiosk.desk import Counter, Result
from card_kiosk.states import Move
from card_kiosk.visit import Visit
from nhi_core.domain.errors import Invalid
from nhi_core.domain.identifiers import parse_household_number
from nhi_core.wire.kiosk import CONSENT_VERSION, Card, Consent, OpenSession, SecondFact

_RELATIONS = {"self", "child", "other_dependant"}
_DOCUMENTS = {"entry_permit", "passport"}
_DOCUMENT_LENGTH = range(6, 21)

Errand = Callable[[Counter], Result]


class NotTaken(Exception):
    """The touch cannot mean anything here, or what was typed cannot be right."""


def errand_of(move: Move, visit: Visit, value: str, *, language: str, now: datetime) -> Errand | None:
    """Write a choice into the visit; return the errand that the move needs, if any. Raises NotTaken."""
    session = visit.session or ""
    match move:
        case Move.RELATION | Move.KIND:
            _choose(move, visit, value)
        case Move.BACK if visit.session is not None and visit.needed != "foreigner" and visit.code is None:
            raise NotTaken("the household number is the only fact")
        case Move.AGREE:
            request = opening(visit, language, now)
            return lambda counter: counter.open(request)
        case Move.FACT:
            fact = second_fact(visit, value)
            return lambda counter: counter.second_fact(session, fact)
        case Move.RENEW:
            return lambda counter: counter.renew(session)
        case Move.SAME:
            digits = visit.digits or ""
            return lambda counter: counter.confirm(session, digits)
        case Move.UNBIND:
            return lambda counter: counter.unbind(session)
        case _:
            pass
    return None


def _choose(move: Move, visit: Visit, value: str) -> None:
    choices: dict[Move, tuple[set[str], str]] = {
        Move.RELATION: (_RELATIONS, "relation"),
        Move.KIND: (_DOCUMENTS, "kind"),
    }
    allowed, name = choices[move]
    if value not in allowed:
        raise NotTaken(name)
    setattr(visit, name, value)
    visit.wrong = ""


def second_fact(visit: Visit, value: str) -> SecondFact:
    """Return what is sent; raises NotTaken for what cannot be right, so that no attempt is lost on it."""
    visit.wrong = "form"
    plain = value.strip().upper()
    if visit.kind == "household_number":
        try:
            plain = parse_household_number(value)
        except Invalid:
            raise NotTaken("household number") from None
    elif not (plain.isascii() and plain.isalnum() and len(plain) in _DOCUMENT_LENGTH):
        raise NotTaken("document number")
    visit.wrong = ""
    return SecondFact(kind=visit.kind, value=plain)


def opening(visit: Visit, language: str, now: datetime) -> OpenSession:
    """Return the request that begins a card session."""
    holder = visit.holder
    if holder is None:
        raise NotTaken("no card was read")
    fields: dict[str, Any] = {
        name: getattr(holder, name)
        for name in ("card_number", "id_number", "name", "name_damaged", "birth", "sex", "issued")
    }
    consent = Consent.model_validate(
        {"version": CONSENT_VERSION, "language": language, "given_at": now.isoformat()}
    )
    return OpenSession(card=Card(**fields), consent=consent, relation=visit.relation)
