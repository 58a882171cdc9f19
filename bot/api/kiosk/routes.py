"""The calls, their authentication, and their limits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar, cast

import structlog
from flask import Blueprint, Response, g, request
from pydantic import BaseModel, ValidationError

from bot.api.kiosk.answers import Remembered, refusal_of, refused, said
from bot.api.kiosk.signatures import ClockOff, Replayed, SignatureRefused, Signatures
from nhi_core.domain.binding import Relation
from nhi_core.domain.card_session import EndReason
from nhi_core.domain.errors import CounterError
from nhi_core.domain.kiosks import Kiosk
from nhi_core.services.card_views import CardClaim, CardSessionView, ConsentGiven, Shown
from nhi_core.services.second_facts import FactKind
from nhi_core.wire import kiosk as wire
from nhi_core.wire.kiosk import KioskErrorCode

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core

log = structlog.get_logger(__name__)

MAX_BODY = 16 * 1024
MINUTE, TEN_MINUTES = timedelta(minutes=1), timedelta(minutes=10)
CALLS_A_MINUTE = 300  # a screen asks once a second; two may be open while one is replaced
OPENED_IN_TEN_MINUTES = 60
_Model = TypeVar("_Model", bound=BaseModel)
_Told = TypeVar("_Told")

Tell = Callable[[], None]


class _BadBody(Exception):
    """The body is not what the wire says."""


def blueprint(core: Core, tell: Tell) -> Blueprint:
    """Return the calls with their authentication. `tell` hurries the news that a call left for a phone."""
    calls = _Calls(core, tell)
    page = Blueprint("kiosk", __name__, url_prefix="/kiosk/v1")
    page.before_request(calls.check)
    page.register_error_handler(CounterError, refusal_of)
    page.register_error_handler(_BadBody, lambda _error: refused(KioskErrorCode.INVALID, 400))
    for method, path, view in calls.table():
        page.add_url_rule(path, view_func=view, methods=[method], endpoint=view.__name__)
    return page


class _Calls:
    """One method a call."""

    def __init__(self, core: Core, tell: Tell) -> None:
        self._core = core
        self._tell = tell
        self._sessions = core.card_sessions
        self._signatures = Signatures(core.kiosks, core.redis, core.clock)
        self._remembered = Remembered(core.vault, core.redis)

    def table(self) -> tuple[tuple[str, str, Callable[..., Response]], ...]:
        """Return method, path and view of every call."""
        return (
            ("GET", "/time", self.time),
            ("POST", "/hello", self.hello),
            ("POST", "/sessions", self.open),
            ("POST", "/sessions/<session>/second-fact", self.second_fact),
            ("GET", "/sessions/<session>", self.view),
            ("POST", "/sessions/<session>/confirm", self.confirm),
            ("POST", "/sessions/<session>/renew", self.renew),
            ("POST", "/sessions/<session>/unbind", self.unbind),
            ("DELETE", "/sessions/<session>", self.end),
        )

    def check(self) -> Response | None:
        """Let only enrolled kiosks pass, and none too often."""
        if request.endpoint == "kiosk.time":
            return None
        request.max_content_length = MAX_BODY  # holds for a body that does not say its length, too
        if (request.content_length or 0) > MAX_BODY:
            return refused(KioskErrorCode.INVALID, 413)
        try:
            kiosk = self._signatures.kiosk_of(request)
        except SignatureRefused as error:
            log.warning("kiosk_signature_refused", why=str(error))
            return refused(KioskErrorCode.SIGNATURE_REFUSED, 401)
        except ClockOff:
            return refused(KioskErrorCode.CLOCK_OFF, 401, now=self._now())
        except Replayed:
            log.warning("kiosk_request_replayed")
            return refused(KioskErrorCode.REPLAYED, 401)
        g.kiosk = kiosk
        return self._too_often("calls", CALLS_A_MINUTE, MINUTE)

    def time(self) -> Response:
        """The server's clock."""
        return said(wire.TimeAnswer(now=self._now()))

    def hello(self) -> Response:
        """Who the server takes the kiosk for."""
        _read(wire.Nothing)
        kiosk, line_id = _kiosk(), self._core.settings.line_basic_id
        return said(
            wire.HelloAnswer(
                kiosk_id=kiosk.id,
                name=kiosk.name,
                office=kiosk.office,
                now=self._now(),
                line_id=line_id,
                consent_version=wire.CONSENT_VERSION,
            )
        )

    def open(self) -> Response:
        """A card, and consent to the notice."""
        asked = _read(wire.OpenSession)
        if asked.consent.version != wire.CONSENT_VERSION:
            return refused(KioskErrorCode.CONSENT_OUTDATED, 409)

        def work() -> Response:
            too_often = self._too_often("opened", OPENED_IN_TEN_MINUTES, TEN_MINUTES)
            if too_often is not None:
                return too_often
            card, consent = asked.card, asked.consent
            opened = self._sessions.open(
                _kiosk().id,
                CardClaim(card.card_number, card.id_number, card.birth),
                ConsentGiven(consent.version, consent.language, consent.given_at),
                Relation(asked.relation),
            )
            self._tell()  # a session that this one replaced may have been claimed
            answer = wire.SessionOpened(
                session=opened.session_id,
                second_fact=opened.needed.value,
                attempts_left=opened.attempts_left,
                expires_in=opened.expires_in,
            )
            return said(answer, 201)

        return self._once(work)

    def second_fact(self, session: str) -> Response:
        """What only the insured person should know."""
        asked = _read(wire.SecondFact)
        kind = FactKind(asked.kind)
        return self._once(lambda: _shown(self._sessions.prove(_kiosk().id, session, kind, asked.value)))

    def view(self, session: str) -> Response:
        """Where a session stands."""
        return _viewed(self._sessions.view(_kiosk().id, session))

    def confirm(self, session: str) -> Response:
        """The digits are the same, says the person at the kiosk."""
        asked = _read(wire.ConfirmDigits)
        return self._once(
            lambda: _viewed(self._told(self._sessions.confirm(_kiosk().id, session, asked.digits)))
        )

    def renew(self, session: str) -> Response:
        """A fresh code."""
        _read(wire.Nothing)
        return self._once(lambda: _shown(self._told(self._sessions.renew(_kiosk().id, session))))

    def unbind(self, session: str) -> Response:
        """Untie the card's person."""
        _read(wire.Nothing)
        return self._once(lambda: _viewed(self._told(self._sessions.unbind(_kiosk().id, session))))

    def end(self, session: str) -> Response:
        """The card is out, the time is up, or the person has thought again."""
        asked = _read(wire.EndSession)
        self._sessions.end(_kiosk().id, session, EndReason(asked.reason))
        self._tell()
        return said(wire.SessionEnded())

    def _once(self, work: Callable[[], Response]) -> Response:
        """Do it once for one `Idempotency-Key`; our own refusals are answers too."""

        def answered() -> Response:
            try:
                return work()
            except CounterError as error:
                return refusal_of(error)

        return self._remembered.answer(_kiosk().id, request, answered)

    def _told(self, result: _Told) -> _Told:
        self._tell()
        return result

    def _too_often(self, what: str, limit: int, window: timedelta) -> Response | None:
        name = f"kiosk-{what}:{_kiosk().id}"
        if self._core.limiter.hit(name, limit=limit, window=window):
            return None
        return refused(KioskErrorCode.TOO_MANY_REQUESTS, 429, retry_in=int(window.total_seconds()))

    def _now(self) -> int:
        return int(self._core.clock.now().timestamp())


def _kiosk() -> Kiosk:
    return cast("Kiosk", g.kiosk)


def _read(model: type[_Model]) -> _Model:
    """Return the body. Raises _BadBody without repeating it."""
    try:
        return model.model_validate_json(request.get_data() or b"{}")
    except ValidationError:
        raise _BadBody from None


def _shown(shown: Shown) -> Response:
    answer = wire.CodeShown(code=shown.code, qr=shown.qr, expires_in=shown.expires_in, bound=shown.bound)
    return said(answer)


def _viewed(view: CardSessionView) -> Response:
    return said(
        wire.SessionView(
            state=view.state.value,
            digits=view.digits,
            masked_name=view.masked_name,
            reason=cast("wire.EndReason | None", view.reason),
            expires_in=view.expires_in,
        )
    )
