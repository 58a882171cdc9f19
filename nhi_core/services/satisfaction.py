"""Asks how a finished matter went, seldom, and keeps what was said. Who asks in the chat: bot/surveys.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.roc import PremiumMonth
from nhi_core.domain.satisfaction import (
    WRITE_WITHIN,
    Act,
    Finished,
    Survey,
    SurveyState,
    rules_at,
)
from nhi_core.domain.slices import Ask, Slice
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory, Vault
from nhi_core.ports_satisfaction import GradeCount

_STEPS = {
    SurveyState.ASKED: "ease",
    SurveyState.EASE_GIVEN: "speed",
    SurveyState.RATED: "rated",
    SurveyState.WRITING: "write",
    SurveyState.WORDED: "kept",
    SurveyState.DECLINED: "declined",
}
_CONTEXT = "survey_writing"


@dataclass(frozen=True, slots=True)
class SurveyView:
    """What is shown next: `step` is a state's screen, or `over`, `off`, `on`."""

    step: str
    survey: str


class SatisfactionService:
    """One question an account in thirty days; the first answer to each step stands."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: Ids, vault: Vault) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._vault = vault

    def offer(self, account_id: str, event_id: str, matter: Finished, language: str) -> SurveyView | None:
        """Return the question that goes with this event's answer, or None: not now.

        The row is first: an event that is worked on again carries the same question, no other one. Nobody is
        asked while a binding waits to be confirmed.
        """
        now, rules = self._clock.now(), rules_at(self._clock.today())
        with self._uow() as uow:
            found = uow.satisfaction.of_event(account_id, event_id)
            if found is not None:
                return _view(found) if found.state is SurveyState.ASKED else None
            proposed = uow.bindings.proposed_of_account(account_id)
            if proposed is not None and (proposed.expires_at is None or proposed.expires_at > now):
                return None
            if not uow.satisfaction.claim(account_id, now, now - timedelta(days=rules.quiet_days)):
                return None
            survey = Survey(
                id=self._ids.uuid(),
                matter=matter,
                language=language,
                month=PremiumMonth.of(self._clock.today()),
                account_id=account_id,
                event_id=event_id,
                asked_at=now,
            )
            uow.satisfaction.add(survey)
            uow.commit()
        return _view(survey)

    def answer(self, account_id: str, survey_id: str, act: Act, grade: int | None = None) -> SurveyView:
        """Do what a button says. A second tap, or one that does not fit, shows where the question stands."""
        with self._uow() as uow:
            survey = self._mine(uow, account_id, survey_id)
            if survey is None:
                return SurveyView("over", "")
            try:
                moved = survey.after(act, grade=grade)
            except IllegalMove:
                return _view(survey)
            if not uow.satisfaction.save(moved):
                return SurveyView("over", "")
            uow.commit()
        if act is Act.WRITE:
            value = {"survey": survey_id}
            self._vault.put(_mark(account_id), value, context=_CONTEXT, ttl=WRITE_WITHIN)
        else:
            self._vault.drop(_mark(account_id))
        return _view(moved)

    def take_word(self, account_id: str, text: str, message_id: str) -> SurveyView | None:
        """Keep `text` (scrubbed) as the announced word; None when none was announced."""
        mark = self._vault.get(_mark(account_id), context=_CONTEXT)
        if mark is None:
            return None
        with self._uow() as uow:
            survey = self._mine(uow, account_id, str(mark["survey"]))
            if survey is None or survey.state not in (SurveyState.WRITING, SurveyState.WORDED):
                return None
            if survey.state is SurveyState.WORDED:  # the same message again, after a crash
                return _view(survey) if survey.message_id == message_id else None
            moved = survey.after(Act.WORD, word=text, message_id=message_id)
            if not uow.satisfaction.save(moved):
                return None
            uow.commit()
        return _view(moved)

    def leave(self, account_id: str) -> None:
        """Take no more text for a word: the person does something else. Raises CacheUnavailable."""
        self._vault.drop(_mark(account_id))

    def unsend(self, account_id: str, message_id: str) -> bool:
        """Delete a word whose message was taken back; True when there was one."""
        with self._uow() as uow:
            survey = uow.satisfaction.of_message(account_id, message_id)
            if survey is None or survey.state is not SurveyState.WORDED:
                return False
            done = uow.satisfaction.save(survey.after(Act.UNSEND))
            uow.commit()
        return done

    def set_off(self, account_id: str, off: bool) -> SurveyView:
        """Keep that the account does not want to be asked at all, or take that back."""
        with self._uow() as uow:
            uow.satisfaction.set_off(account_id, off, self._clock.now())
            uow.commit()
        return SurveyView("off" if off else "on", "")

    def grades(self, first: PremiumMonth, last: PremiumMonth) -> tuple[GradeCount, ...]:
        """Return how often each pair of grades was given, by month, matter and language."""
        with self._uow() as uow:
            return uow.satisfaction.grades(first, last)

    def words(self, ask: Ask, *, by: str) -> Slice[Survey]:
        """Return a page of words; that somebody of the staff reads them is recorded."""
        with self._uow() as uow:
            total, rows = uow.satisfaction.words(offset=ask.offset, limit=ask.limit)
            uow.audit.record("satisfaction_words_read", subject="satisfaction", detail={"staff": by})
            uow.commit()
        return Slice(rows, total)

    def _mine(self, uow: UnitOfWork, account_id: str, survey_id: str) -> Survey | None:
        survey = uow.satisfaction.get(survey_id)
        if survey is None or survey.account_id != account_id or survey.asked_at is None:
            return None
        hours = rules_at(self._clock.today()).answer_hours
        late = self._clock.now() - survey.asked_at > timedelta(hours=hours)
        return None if late else survey


def _view(survey: Survey) -> SurveyView:
    return SurveyView(_STEPS[survey.state], survey.id)


def _mark(account_id: str) -> str:
    return f"survey:{account_id}"
