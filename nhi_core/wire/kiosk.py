"""What a card kiosk and the server say to each other (`/kiosk/v1`), version 1.

Moments are ISO 8601 with a zone, `now` is Unix seconds, every other time is a number of seconds. Fields that
name a person never show in `repr`. A request is signed by RFC 9421 with the kiosk's Ed25519 key:
docs/kiosk-binding.md.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from nhi_core.wire.dialogue import Language

SIGNATURE_LABEL = "kiosk"
SIGNATURE_WINDOW = 60  # seconds, on both sides of the server's clock
CONSENT_VERSION = "1"

SessionId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{16,64}$")]
Seconds = Annotated[int, Field(ge=0)]
# The words of the API; the session's own states are in domain/card_session.py.
State = Literal["second_fact", "code", "claimed", "phone_confirmed", "kiosk_confirmed", "bound", "ended"]
EndReason = Literal[
    "expired",
    "cancelled",
    "timeout",
    "card_removed",
    "refused_on_phone",
    "replaced",
    "locked",
    "unbound",
    "revoked",
]
SecondFactNeeded = Literal["household_number", "foreigner"]
SecondFactKind = Literal["household_number", "entry_permit", "passport"]
Relation = Literal["self", "child", "other_dependant"]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class KioskErrorCode(StrEnum):
    """Every way in which the server says no. A code is stable; the screens hold its words."""

    # 400, 404, 413, 415: a fault of the caller
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    # 401
    SIGNATURE_REFUSED = "signature_refused"
    REPLAYED = "replayed"
    CLOCK_OFF = "clock_off"  # with `now`
    # 403
    KIOSK_REVOKED = "kiosk_revoked"
    SECOND_FACT_WRONG = "second_fact_wrong"  # with `attempts_left`
    # 404
    UNKNOWN_PERSON = "unknown_person"
    SESSION_UNKNOWN = "session_unknown"  # no such session, or another kiosk's
    # 409
    CARD_NOT_CURRENT = "card_not_current"
    WRONG_STEP = "wrong_step"  # the session stands elsewhere: ask GET
    DIGITS_WRONG = "digits_wrong"
    RELATION_REFUSED = "relation_refused"  # an adult as somebody's child
    CONSENT_OUTDATED = "consent_outdated"
    NOT_BOUND = "not_bound"
    KEY_REUSED = "key_reused"  # an Idempotency-Key came again with another body
    STILL_WORKING = "still_working"  # the same Idempotency-Key is being answered right now
    # 410
    SESSION_ENDED = "session_ended"  # with `reason`
    # 429
    TOO_MANY_ATTEMPTS = "too_many_attempts"  # with `retry_in`; 0: only the staff can open it again
    TOO_MANY_REQUESTS = "too_many_requests"  # with `retry_in`
    # 500, 503
    INTERNAL = "internal"
    UNAVAILABLE = "unavailable"


class KioskError(_Wire):
    """The body of every refusal."""

    error: KioskErrorCode
    attempts_left: int | None = Field(default=None, ge=0)
    retry_in: Seconds | None = None
    now: int | None = None
    reason: EndReason | None = None


class KioskKey(_Wire):
    """The kiosk's key file (`KIOSK_KEY_FILE`, mode 0600)."""

    v: Literal[1] = 1
    kiosk_id: str = Field(pattern=r"^[0-9A-Za-z-]{16,64}$")
    private_key: str = Field(repr=False, max_length=1024)
    """PEM, PKCS #8, Ed25519."""
    server: str = Field(pattern=r"^https?://[^\s/]+$")


class TimeAnswer(_Wire):
    """`GET /kiosk/v1/time`, the one call without a signature."""

    now: int


class HelloAnswer(_Wire):
    """`POST /kiosk/v1/hello`: who the server takes the kiosk for."""

    kiosk_id: str
    name: str
    office: str
    now: int
    line_id: str
    consent_version: str


class Card(_Wire):
    """What the kiosk read off a card: a claim, not a proof. Used for one look-up, never stored as it is."""

    card_number: str = Field(repr=False, pattern=r"^[0-9]{12}$")
    id_number: str = Field(repr=False, pattern=r"^[A-Z][0-9A-Z][0-9]{8}$")
    name: str = Field(repr=False, max_length=40)
    name_damaged: bool = False
    """The name holds characters that the card's encoding cannot say; it is never used to match."""
    birth: date = Field(repr=False)
    sex: Literal["M", "F"] = Field(repr=False)
    issued: date = Field(repr=False)


class Consent(_Wire):
    """The privacy notice (Personal Data Protection Act §8) that was agreed to on the screen."""

    version: str = Field(max_length=16)
    language: Language
    given_at: AwareDatetime


class OpenSession(_Wire):
    """`POST /kiosk/v1/sessions`."""

    card: Card
    consent: Consent
    relation: Relation = "self"


class SessionOpened(_Wire):
    """201: what is asked for next."""

    session: SessionId
    second_fact: SecondFactNeeded
    attempts_left: int = Field(ge=0)
    expires_in: Seconds


class SecondFact(_Wire):
    """`POST …/second-fact`: what only the insured person should know."""

    kind: SecondFactKind
    value: str = Field(repr=False, min_length=1, max_length=32)


class CodeShown(_Wire):
    """The answer to a right second fact, and to `renew`: what the person takes to the phone."""

    state: Literal["code"] = "code"
    code: str = Field(repr=False, pattern=r"^[0-9A-Z]{4}-[0-9A-Z]{4}$")
    qr: str = Field(repr=False, pattern=r"^https://line\.me/R/oaMessage/")
    expires_in: Seconds
    bound: bool = False
    """The person has a LINE account already: `unbind` is possible."""


class SessionView(_Wire):
    """`GET …/{id}`, and the answer to `confirm` and `unbind`. `digits` from `claimed` on."""

    state: State
    digits: str | None = Field(default=None, pattern=r"^[0-9]{2}$")
    masked_name: str | None = Field(default=None, repr=False)
    reason: EndReason | None = None
    expires_in: Seconds = 0


class ConfirmDigits(_Wire):
    """`POST …/confirm`: the digits that the screen shows and the person said are the phone's."""

    digits: str = Field(pattern=r"^[0-9]{2}$")


class Nothing(_Wire):
    """An empty body: `hello`, `renew`, `unbind`."""


class EndSession(_Wire):
    """`DELETE …/{id}`; idempotent."""

    reason: Literal["card_removed", "timeout", "cancelled"]


class SessionEnded(_Wire):
    """The answer to `DELETE`."""

    state: Literal["ended"] = "ended"
