"""Deletes what is past its time, by the one table of rules. May run twice, side by side, or be cut off.

Who ran longest ago comes first, so that a round that is cut off goes on where it stopped. One rule that fails
does not keep the others waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from nhi_core.domain.errors import CounterError
from nhi_core.domain.retention import Means, Rule, rules_at
from nhi_core.ports import Clock
from nhi_core.ports_retention import Keeper, RetentionRuns

log = structlog.get_logger(__name__)

BATCH = 1000  # rows of one transaction
ROUND = timedelta(seconds=60)  # well under the worker's time limit
FRESH = timedelta(hours=6)  # the sweep of every hour leaves alone what was done since then
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one rule: `removed` rows, keys or files (in a look: how many would be).

    `left`: the round ended before the rule was done. `failed`: a part did not answer; it comes again.
    """

    rule: Rule
    removed: int
    left: bool = False
    failed: str | None = None


class RetentionService:
    """`keepers`: rule name → who does it. Every rule of the sweep has one."""

    def __init__(self, clock: Clock, keepers: Mapping[str, Keeper], runs: RetentionRuns) -> None:
        self._clock = clock
        self._keepers = keepers
        self._runs = runs

    def rules(self) -> tuple[Rule, ...]:
        """Return the rules that the sweep does, as they hold today."""
        return tuple(rule for rule in rules_at(self._clock.today()).values() if rule.means is Means.SWEEP)

    def look(self) -> tuple[Outcome, ...]:
        """Count what is past its time; remove nothing. Raises StoreUnavailable and the like."""
        now = self._clock.now()
        return tuple(Outcome(rule, self._keepers[rule.name].count(rule.before(now))) for rule in self.rules())

    def sweep(self) -> tuple[Outcome, ...]:
        """Do the rules that were not done lately, as far as a round goes. For the beat.

        Raises StoreUnavailable when not even the record of earlier runs can be read.
        """
        now, last = self._clock.now(), self._runs.last()
        due = [rule for rule in self.rules() if last.get(rule.name, _NEVER) <= now - FRESH]
        due.sort(key=lambda rule: last.get(rule.name, _NEVER))
        return tuple(self._one(rule, now, now + ROUND) for rule in due)

    def run(self) -> tuple[Outcome, ...]:
        """Do every rule until nothing is left."""
        now = self._clock.now()
        return tuple(self._one(rule, now, None) for rule in self.rules())

    def _one(self, rule: Rule, now: datetime, until: datetime | None) -> Outcome:
        keeper, before, removed = self._keepers[rule.name], rule.before(now), 0
        try:
            while until is None or self._clock.now() <= until:
                some = keeper.remove(before, BATCH)
                removed += some
                if not some:
                    self._runs.done(rule.name, now, removed)
                    return Outcome(rule, removed)
        except CounterError as error:
            log.warning("retention_rule_failed", rule=rule.name, code=error.code, removed=removed)
            return Outcome(rule, removed, failed=error.code)
        return Outcome(rule, removed, left=True)
