"""Questions about finished matters, and when each account was asked."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables_satisfaction import satisfaction_accounts, satisfaction_answers
from nhi_core.adapters.db.types import Envelope
from nhi_core.domain.roc import PremiumMonth
from nhi_core.domain.satisfaction import Finished, Survey, SurveyState
from nhi_core.ports_satisfaction import GradeCount

_a = satisfaction_accounts.c
_s = satisfaction_answers.c
_FIELDS = tuple(column.name for column in satisfaction_answers.columns)


class SqlSatisfaction:
    """Fulfils ports_satisfaction.Satisfaction."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def claim(self, account_id: str, now: datetime, quiet_since: datetime) -> bool:
        """Insert, or compare-and-set on the moment: True for one caller."""
        row = {"account_id": account_id, "asked_at": now, "off": False}
        if insert_if_absent(self._connection, satisfaction_accounts, row):
            return True
        mine = (_a.account_id == account_id, _a.asked_at <= quiet_since, _a.off.is_(False))
        changed = update(satisfaction_accounts).where(*mine).values(asked_at=now)
        return self._connection.execute(changed).rowcount == 1

    def set_off(self, account_id: str, off: bool, now: datetime) -> None:
        """Keep the wish, whether or not the account was ever asked."""
        row = {"account_id": account_id, "asked_at": now, "off": off}
        if not insert_if_absent(self._connection, satisfaction_accounts, row):
            mine = update(satisfaction_accounts).where(_a.account_id == account_id)
            self._connection.execute(mine.values(off=off))

    def add(self, survey: Survey) -> None:
        """Insert a question."""
        self._connection.execute(satisfaction_answers.insert().values(self._columns(survey)))

    def get(self, survey_id: str) -> Survey | None:
        """Return the question of this id."""
        return self._one(_s.id == survey_id)

    def of_event(self, account_id: str, event_id: str) -> Survey | None:
        """Return the question that this event's answer carries."""
        return self._one(_s.account_id == account_id, _s.event_id == event_id)

    def of_message(self, account_id: str, message_id: str) -> Survey | None:
        """Return the question whose word came in this message."""
        return self._one(_s.account_id == account_id, _s.message_id == message_id)

    def save(self, survey: Survey) -> bool:
        """Compare-and-set on `revision`."""
        grown = dataclasses.replace(survey, revision=survey.revision + 1)
        mine = update(satisfaction_answers).where(_s.id == survey.id, _s.revision == survey.revision)
        return self._connection.execute(mine.values(self._columns(grown))).rowcount == 1

    def grades(self, first: PremiumMonth, last: PremiumMonth) -> tuple[GradeCount, ...]:
        """Return how often each pair of grades was given."""
        by = (_s.month, _s.matter, _s.language, _s.ease, _s.speed)
        query = select(*by, func.count()).where(_s.month.between(first, last)).group_by(*by).order_by(*by)
        return tuple(
            GradeCount(month, Finished(matter), language, ease, speed, count)
            for month, matter, language, ease, speed, count in self._connection.execute(query)
        )

    def words(self, *, offset: int, limit: int) -> tuple[int, tuple[Survey, ...]]:
        """Return how many words there are, and a page of them."""
        kept = _s.word.is_not(None)
        total = select(func.count()).select_from(satisfaction_answers).where(kept)
        query = select(satisfaction_answers).where(kept).order_by(_s.month.desc(), _s.id)
        rows = self._connection.execute(query.offset(offset).limit(limit))
        return int(self._connection.execute(total).scalar_one()), tuple(self._survey(row) for row in rows)

    def _one(self, *conditions: ColumnElement[bool]) -> Survey | None:
        row = self._connection.execute(select(satisfaction_answers).where(*conditions)).first()
        return None if row is None else self._survey(row)

    def _columns(self, survey: Survey) -> dict[str, object]:
        word = None if survey.word is None else self._sealer.seal(_s.word, survey.word, row=survey.id)
        values: dict[str, object] = {name: getattr(survey, name) for name in _FIELDS}
        return {**values, "matter": survey.matter.value, "state": survey.state.value, "word": word}

    def _survey(self, row: Row[Any]) -> Survey:
        values = {name: row._mapping[_s[name]] for name in _FIELDS}
        word = values["word"]
        opened = self._sealer.open(_s.word, word, row=values["id"]) if isinstance(word, Envelope) else None
        state = SurveyState(values["state"])
        return Survey(**{**values, "matter": Finished(values["matter"]), "state": state, "word": opened})
