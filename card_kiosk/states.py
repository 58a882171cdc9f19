"""The screens and the moves between them, as a table. What is not in it raises IllegalMove."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Screen(StrEnum):
    """What stands on the screen."""

    OUT_OF_SERVICE = "out_of_service"
    IDLE = "idle"
    READING = "reading"
    CARD = "card"  # masked name; whose card is it?
    NOTICE = "notice"  # Personal Data Protection Act §8, and consent
    OPENING = "opening"
    FACT_KIND = "fact_kind"  # people without a household number choose a document
    FACT = "fact"  # the keypad
    CHECKING = "checking"
    CODE = "code"  # QR and code
    COMPARE = "compare"  # two digits, here and on the phone
    CONFIRMING = "confirming"
    PHONE = "phone"  # confirmed here; the phone has still to
    UNBIND = "unbind"  # really end the binding?
    UNBINDING = "unbinding"
    DONE = "done"
    UNBOUND = "unbound"
    TAKE_CARD = "take_card"  # over without a binding
    PROBLEM = "problem"


class Move(StrEnum):
    """What makes the screen change."""

    # the readers
    BREAK = "break"  # service, reader or server are gone
    MEND = "mend"
    CARD_IN = "card_in"
    CARD_READ = "card_read"
    CARD_REFUSED = "card_refused"
    CARD_OUT = "card_out"
    # the person
    RELATION = "relation"
    BACK = "back"
    AGREE = "agree"
    KIND = "kind"
    FACT = "fact"
    RENEW = "renew"
    SAME = "same"
    DIFFERENT = "different"
    ASK_UNBIND = "ask_unbind"
    UNBIND = "unbind"
    RETRY = "retry"
    CANCEL = "cancel"
    # the clock
    TIMEOUT = "timeout"
    # the server
    OPENED = "opened"
    OPENED_FOREIGNER = "opened_foreigner"
    WRONG = "wrong"
    CODE_READY = "code_ready"
    CLAIMED = "claimed"
    CONFIRMED_HERE = "confirmed_here"
    BOUND = "bound"
    UNBOUND = "unbound"
    FAILED = "failed"  # `problem` says how; also a session that ended


# What a finger can do; the other moves belong to the readers, the clock and the server.
TOUCHES: Final = frozenset(
    {
        Move.RELATION, Move.BACK, Move.AGREE, Move.KIND, Move.FACT, Move.RENEW, Move.SAME, Move.DIFFERENT,
        Move.ASK_UNBIND, Move.UNBIND, Move.RETRY, Move.CANCEL,
    }
)  # fmt: skip


class IllegalMove(Exception):
    """The table has no such edge."""


_S, _M = Screen, Move

_TABLE: dict[tuple[Screen, Move], Screen] = {
    (_S.OUT_OF_SERVICE, _M.MEND): _S.IDLE,
    (_S.IDLE, _M.CARD_IN): _S.READING,
    (_S.IDLE, _M.CARD_READ): _S.CARD,  # in already when the kiosk came up
    (_S.READING, _M.CARD_READ): _S.CARD,
    (_S.READING, _M.CARD_REFUSED): _S.PROBLEM,
    (_S.PROBLEM, _M.CARD_IN): _S.READING,
    (_S.PROBLEM, _M.CARD_READ): _S.CARD,  # a slow card answered after all
    (_S.PROBLEM, _M.RETRY): _S.READING,
    (_S.TAKE_CARD, _M.CARD_IN): _S.READING,
    (_S.CARD, _M.RELATION): _S.NOTICE,
    (_S.NOTICE, _M.BACK): _S.CARD,
    (_S.NOTICE, _M.AGREE): _S.OPENING,
    (_S.OPENING, _M.OPENED): _S.FACT,
    (_S.OPENING, _M.OPENED_FOREIGNER): _S.FACT_KIND,
    (_S.FACT_KIND, _M.KIND): _S.FACT,
    (_S.FACT, _M.BACK): _S.FACT_KIND,
    (_S.FACT, _M.FACT): _S.CHECKING,
    (_S.CHECKING, _M.WRONG): _S.FACT,
    (_S.CHECKING, _M.CODE_READY): _S.CODE,
    (_S.CODE, _M.RENEW): _S.CHECKING,
    (_S.CODE, _M.CLAIMED): _S.COMPARE,
    (_S.CODE, _M.ASK_UNBIND): _S.UNBIND,
    (_S.UNBIND, _M.BACK): _S.CODE,
    (_S.UNBIND, _M.CLAIMED): _S.COMPARE,
    (_S.UNBIND, _M.UNBIND): _S.UNBINDING,
    (_S.UNBINDING, _M.UNBOUND): _S.UNBOUND,
    (_S.COMPARE, _M.SAME): _S.CONFIRMING,
    (_S.COMPARE, _M.DIFFERENT): _S.PROBLEM,
    (_S.CONFIRMING, _M.CONFIRMED_HERE): _S.PHONE,
    (_S.CONFIRMING, _M.BOUND): _S.DONE,
    (_S.PHONE, _M.BOUND): _S.DONE,
}

# A person and a card are there, and something of them is held in memory.
VISIT: Final = frozenset(
    {
        _S.CARD, _S.NOTICE, _S.OPENING, _S.FACT_KIND, _S.FACT, _S.CHECKING, _S.CODE, _S.COMPARE,
        _S.CONFIRMING, _S.PHONE, _S.UNBIND, _S.UNBINDING,
    }
)  # fmt: skip
OVER: Final = frozenset({_S.DONE, _S.UNBOUND, _S.TAKE_CARD})
LOOKING: Final = frozenset({_S.CODE, _S.COMPARE, _S.PHONE, _S.UNBIND})  # the phone may act now

for _screen in VISIT:
    _TABLE[_screen, _M.CARD_OUT] = _S.PROBLEM  # "the card was taken out: nothing was linked"
    _TABLE[_screen, _M.CANCEL] = _S.TAKE_CARD
    _TABLE[_screen, _M.TIMEOUT] = _S.TAKE_CARD
for _screen in VISIT - {_S.CARD, _S.NOTICE}:
    _TABLE[_screen, _M.FAILED] = _S.PROBLEM
for _screen in OVER:
    _TABLE[_screen, _M.CARD_OUT] = _S.IDLE
for _screen in (_S.DONE, _S.UNBOUND):
    _TABLE[_screen, _M.TIMEOUT] = _S.TAKE_CARD
_TABLE[_S.READING, _M.CARD_OUT] = _S.PROBLEM
_TABLE[_S.PROBLEM, _M.CARD_OUT] = _S.IDLE
_TABLE[_S.PROBLEM, _M.CANCEL] = _S.TAKE_CARD
_TABLE[_S.PROBLEM, _M.TIMEOUT] = _S.TAKE_CARD
for _screen in Screen:
    _TABLE[_screen, _M.BREAK] = _S.OUT_OF_SERVICE

TABLE: Final = _TABLE

# Seconds without a touch until "are you still there?" is asked. On CODE the code's own life counts.
QUIET: Final = {
    _S.CARD: 45, _S.NOTICE: 90, _S.FACT_KIND: 60, _S.FACT: 60, _S.UNBIND: 45, _S.COMPARE: 90, _S.PHONE: 120,
    _S.PROBLEM: 60, _S.DONE: 30, _S.UNBOUND: 30,
}  # fmt: skip
WARNING: Final = 30  # seconds in which the question can be answered


def after(screen: Screen, move: Move) -> Screen:
    """Return the screen after a move; raises IllegalMove."""
    try:
        return TABLE[screen, move]
    except KeyError:
        raise IllegalMove(f"{move.value} on {screen.value}") from None


def possible(screen: Screen, move: Move) -> bool:
    """Tell whether the table has the edge."""
    return (screen, move) in TABLE
