"""How a finished matter went for the person: two taps, perhaps a word. The life of a question as a table.

Nobody is asked twice within `quiet_days`, whether the question was answered, declined or passed over; who
does not want to be asked at all is not. An answer loses its person a day or two later: figures need nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.rates import row_at
from nhi_core.domain.roc import PremiumMonth

GRADES = (3, 2, 1)  # well, so-so, badly: said in words, never by a colour or a face alone
MOST_WORD = 500  # characters
WRITE_WITHIN = timedelta(minutes=5)  # the next text within this time is the word that was announced


class Finished(StrEnum):
    """What was brought to its end."""

    ARREARS = "arrears"  # a question about premiums, answered
    BINDING = "binding"
    ESLIP = "eslip"
    INSTALMENT = "instalment"  # an application, handed in
    PAYMENT = "payment"  # made, and its record seen


class SurveyState(StrEnum):
    """Where a question stands."""

    ASKED = "asked"
    EASE_GIVEN = "ease_given"
    RATED = "rated"
    WRITING = "writing"  # the next text is the word
    WORDED = "worded"
    DECLINED = "declined"


class Act(StrEnum):
    """What a person can do about it."""

    EASE = "ease"
    SPEED = "speed"
    WRITE = "write"
    WORD = "word"
    DECLINE = "decline"
    UNSEND = "unsend"  # the message with the word was taken back


_S, _A = SurveyState, Act
MOVES: Mapping[tuple[SurveyState, Act], SurveyState] = {
    (_S.ASKED, _A.EASE): _S.EASE_GIVEN,
    (_S.ASKED, _A.DECLINE): _S.DECLINED,
    (_S.EASE_GIVEN, _A.SPEED): _S.RATED,
    (_S.EASE_GIVEN, _A.DECLINE): _S.DECLINED,
    (_S.RATED, _A.WRITE): _S.WRITING,
    (_S.WRITING, _A.WORD): _S.WORDED,
    (_S.WRITING, _A.DECLINE): _S.RATED,
    (_S.WORDED, _A.UNSEND): _S.RATED,
}


@dataclass(frozen=True, slots=True)
class SurveyRules:
    """The house's own times, in days and hours."""

    since: date
    quiet_days: int
    answer_hours: int
    why: str


RULES: tuple[SurveyRules, ...] = (
    SurveyRules(
        since=date(1995, 3, 1),
        quiet_days=30,
        answer_hours=24,
        why="Office rule: nobody is bothered twice a month. How long answers are kept: domain/retention.py.",
    ),
)


def rules_at(day: date) -> SurveyRules:
    """Return the times that hold on `day`. Raises LookupError before the first row."""
    return row_at(RULES, day)


@dataclass(frozen=True, slots=True)
class Survey:
    """One question. `account_id`, `event_id`, `message_id` and `asked_at` are emptied after two days.

    `word` is scrubbed of identifiers, sealed at rest, and never in `repr`.
    """

    id: str
    matter: Finished
    language: str
    month: PremiumMonth
    state: SurveyState = SurveyState.ASKED
    account_id: str | None = None
    event_id: str | None = None
    message_id: str | None = None
    asked_at: datetime | None = None
    ease: int | None = None
    speed: int | None = None
    word: str | None = None
    revision: int = 0

    def __repr__(self) -> str:
        """Show id and state alone."""
        return f"Survey(id={self.id!r}, state={self.state.value!r})"

    def after(
        self, act: Act, *, grade: int | None = None, word: str | None = None, message_id: str | None = None
    ) -> Survey:
        """Return the question after `act`. Raises IllegalMove: no such edge, or no such grade."""
        try:
            moved = replace(self, state=MOVES[self.state, act])
        except KeyError:
            raise IllegalMove(f"{act} from {self.state}") from None
        if act in (Act.EASE, Act.SPEED) and grade not in GRADES:
            raise IllegalMove("no such grade")
        match act:
            case Act.EASE:
                return replace(moved, ease=grade)
            case Act.SPEED:
                return replace(moved, speed=grade)
            case Act.WORD:
                return replace(moved, word=(word or "")[:MOST_WORD], message_id=message_id)
            case Act.UNSEND:
                return replace(moved, word=None, message_id=None)
            case _:
                return moved
