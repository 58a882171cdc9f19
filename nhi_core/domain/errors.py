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
