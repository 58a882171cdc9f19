"""Coded errors. The edge turns a code into words in five languages; messages never hold personal data."""

from __future__ import annotations


class CounterError(Exception):
    """Base of all our errors; `code` is stable and translatable."""

    code = "internal"


class Invalid(CounterError):
    """Input that can never be right."""

    code = "invalid"


class StoreUnavailable(CounterError):
    """The database does not answer. Worth another try."""

    code = "store_unavailable"


class CacheUnavailable(CounterError):
    """Redis does not answer. Worth another try."""

    code = "cache_unavailable"


class NotBound(CounterError):
    """The account is not tied to an insured person."""

    code = "not_bound"


class NotAClerk(CounterError):
    """The account is no office's clerk and no editor."""

    code = "not_a_clerk"


class TurnClosed(CounterError):
    """The turn is unknown, over, or another conversation's."""

    code = "turn_closed"


class CodeRefused(CounterError):
    """A one-time code that is unknown, used, or expired; the caller must not learn which."""

    code = "code_refused"


class LinkExpired(CounterError):
    """A short-lived address that is unknown or over; the caller must not learn which."""

    code = "link_expired"


class DateOutOfRange(Invalid):
    """A payment date in the past, or further ahead than we estimate."""

    code = "date_out_of_range"


class TooManyAttempts(CounterError):
    """The limit of attempts is reached; wait."""

    code = "too_many_attempts"


class IllegalMove(CounterError):
    """A state machine was asked for an edge it does not have."""

    code = "illegal_move"


class NothingProposed(IllegalMove):
    """There is no proposed binding to confirm or to cancel."""

    code = "nothing_proposed"


class ProposalExpired(NothingProposed):
    """The proposed binding was not confirmed in time; a new code is needed."""

    code = "proposal_expired"


class ApplicationChanged(IllegalMove):
    """What the applicant confirmed holds no longer (paid, sent to enforcement, …): it goes back, not on."""

    code = "application_changed"


class MonthClosed(IllegalMove):
    """The month of a promotion report is closed: it can be corrected no longer."""

    code = "month_closed"


class ApplicationTooSoon(CounterError):
    """The binding is fresh: an application is taken when the cooling-off time is over."""

    code = "application_too_soon"


class KioskRefused(CounterError):
    """The kiosk is unknown to us."""

    code = "kiosk_unknown"


class KioskRevoked(KioskRefused):
    """The kiosk was enrolled once and is no longer."""

    code = "kiosk_revoked"


class UnknownPerson(CounterError):
    """Nobody here fits the card, or nothing is known by which its holder could be checked: to the counter."""

    code = "unknown_person"


class CardNotCurrent(CounterError):
    """The person has a newer card."""

    code = "card_not_current"


class SessionUnknown(CounterError):
    """No such card session, or another kiosk's; the caller must not learn which."""

    code = "session_unknown"


class SessionOver(CounterError):
    """The card session has ended; `reason` is an `EndReason` value of domain.card_session."""

    code = "session_ended"

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


class DigitsWrong(CounterError):
    """The kiosk confirmed other digits than the session's: its screen is stale."""

    code = "digits_wrong"


class SecondFactWrong(CounterError):
    """Not what we know; `attempts_left` before a pause."""

    code = "second_fact_wrong"

    def __init__(self, attempts_left: int) -> None:
        """Keep the number."""
        super().__init__(f"{attempts_left} attempts are left")
        self.attempts_left = attempts_left


class FactLocked(TooManyAttempts):
    """Too many wrong second facts. `retry_in` seconds; 0: only the staff can open it again."""

    def __init__(self, retry_in: int) -> None:
        """Keep the pause."""
        super().__init__("locked")
        self.retry_in = retry_in


class RelationRefused(CounterError):
    """This card cannot be added as that (an adult as a child; a dependant before one's own card)."""

    code = "relation_refused"


class IdentityRefused(CounterError):
    """The web login did not prove who the person is."""

    code = "identity_refused"


class FilesUnavailable(CounterError):
    """The store of files does not answer. Worth another try."""

    code = "files_unavailable"


class FilesFull(FilesUnavailable):
    """The store of files has no room. Worth another try once somebody has made some."""

    code = "files_full"


class ContentRefused(Invalid):
    """A file that is not taken; `reason` is a domain.files.Refusal value."""

    code = "content_refused"

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason
