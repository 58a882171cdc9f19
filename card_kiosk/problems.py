"""Everything that can go wrong at the kiosk, as things a person can do something about.

Each has a picture and, in each language, a title and a next step (ui/words). Nothing else is ever shown.
"""

from __future__ import annotations

from enum import StrEnum


class Problem(StrEnum):
    """Named for what the person sees, not for the status code behind it."""

    # the machine
    SERVICE_DOWN = "service_down"  # the PC/SC service does not run; it is waited for
    NO_READER = "no_reader"  # no card reader is plugged in
    READER_BUSY = "reader_busy"  # another program holds the card
    READER_FAILED = "reader_failed"  # the reader answered with an error of its own
    # the card
    CARD_REMOVED = "card_removed"  # pulled out while it was read
    CARD_MUTE = "card_mute"  # the reader feels a card that does not answer: turned over, dirty, broken
    CARD_STUCK = "card_stuck"  # answered, then went silent
    NOT_NHI_CARD = "not_nhi_card"  # a bank card, a doctor's card, …
    CARD_UNREADABLE = "card_unreadable"  # an NHI card's answer that does not hold together
    # the counter
    SERVER_UNREACHABLE = "server_unreachable"
    CLOCK_OFF = "clock_off"
    KIOSK_UNKNOWN = "kiosk_unknown"  # no key, a revoked key, or a signature that was refused
    UNKNOWN_PERSON = "unknown_person"
    CARD_NOT_CURRENT = "card_not_current"
    RELATION_REFUSED = "relation_refused"  # an adult's card as a child's
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    NOT_BOUND = "not_bound"  # refused on the phone, digits that differ, or another card took over
    SESSION_OVER = "session_over"

    @property
    def of_machine(self) -> bool:
        """Whether the kiosk serves nobody until it is over (it is then shown without a card, too)."""
        return self in _OF_MACHINE


_OF_MACHINE = {
    Problem.SERVICE_DOWN,
    Problem.NO_READER,
    Problem.KIOSK_UNKNOWN,
    Problem.CLOCK_OFF,
    Problem.SERVER_UNREACHABLE,
}


class CardProblem(Exception):
    """A card or its reader did not do what was needed. The text is for logs and holds no card data."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        """Keep the problem; `detail` may name a status word or a PC/SC code, never data."""
        self.problem = problem
        self.detail = detail
        super().__init__(f"{problem.value}: {detail}" if detail else problem.value)
