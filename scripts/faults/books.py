"""The books after a fault: what was said beside what was answered, our ledgers beside LINE's own count."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scripts.faults.rig import Rig
from scripts.faults.talk import Said, Talk

_SLOW_MS = 2_000  # an answer that took longer had to wait for something
_PAUSE = 6.0
_ENOUGH = 120.0  # seconds; then what has no end is lost


@dataclass(frozen=True)
class Verdict:
    """What a trial came to. Seconds; None where it does not apply. `problems` empty: it was passed."""

    observed: str
    recovered: float | None = None
    longest: float | None = None
    events: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    problems: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing was lost, doubled or out of order, and nothing else was wrong."""
        return not (self.lost or self.doubled or self.disordered or self.problems)


def settle(rig: Rig, talk: Talk, *, seconds: float = _ENOUGH) -> None:
    """Wait until every event has its end in our ledger, tapping "try again" where it was offered."""
    deadline, next_tap = time.monotonic() + seconds, 0.0
    while time.monotonic() < deadline:
        if rig.calm() and not without_end(rig, talk.said):
            return
        if time.monotonic() > next_tap and rig.calm() and rig.stack.ready()["ready"]:
            # A person waits a little before trying again; Rasa's breaker is closed by then.
            next_tap = time.monotonic() + _PAUSE
            talk.tap_retries()
        time.sleep(0.5)


def endings(rig: Rig, said: Iterable[Said]) -> dict[str, tuple[str, str | None]]:
    """Return how events ended, by their ids."""
    ids = ",".join(f"'{one.id}'" for one in said) or "''"
    query = f"SELECT id, outcome, reason FROM inbound_events WHERE id IN ({ids})"  # noqa: S608 - ids of our own
    try:
        return {row[0]: (row[1], row[2]) for row in rig.rows(query)}
    except Exception:  # noqa: BLE001 - the database may be what is away
        return {}


def without_end(rig: Rig, said: Sequence[Said]) -> list[Said]:
    """Return the events whose end is not in the ledger."""
    ended = endings(rig, said)
    return [one for one in said if one.id not in ended]


def disorder(said: Sequence[Said]) -> int:
    """Count answers that came before the answer to something LINE had surely handed over earlier."""
    found = 0
    for user in {one.user for one in said}:
        own = sorted(
            (one for one in said if one.user == user and one.answered is not None), key=lambda o: o.at
        )
        for number, later in enumerate(own):
            found += any(
                earlier.acked is not None
                and earlier.acked < later.at
                and (earlier.answered or 0) > (later.answered or 0)
                for earlier in own[:number]
            )
    return found


def audit(rig: Rig, talk: Talk, *, since: float, until: float | None = None) -> Verdict:
    """Compare the books. `since`: when the fault began; `until`: when it was over (None: at once)."""
    talk.look()
    said = list(talk.said)
    ended = endings(rig, said)
    over = (until or since) * 1000
    problems: list[str] = []
    answered_for_good = [one for one in said if ended.get(one.id, ("", ""))[0] == "answered"]
    silent = [
        one
        for one in answered_for_good
        if not one.heard and ended[one.id][1] not in ("unconfirmed", "retried")
    ]
    if silent:
        problems.append(f"{len(silent)} answered by the ledger and never heard")
    unended = [one for one in said if one.id not in ended]
    unanswered = [one for one in said if ended.get(one.id, ("", ""))[0] == "unanswered"]
    open_sends = _open_sends(rig)
    if open_sends:
        problems.append(f"{open_sends} sends without an end")
    if not rig.calm():
        problems.append("mail or ledger entries still wait")
    waits = [(one.answered - one.at) / 1000 for one in said if one.answered is not None]
    # What was said before the end of the fault, and what had to wait behind it.
    touched = [
        one.answered
        for one in said
        if one.answered and one.answered > over and (one.at < over or one.answered - one.at > _SLOW_MS)
    ]
    recovered = (max(touched) - over) / 1000 if touched else 0.0
    apologies = sum(1 for outcome, why in ended.values() if outcome == "apologised" or why == "retried")
    words = f"{len(said)} events, all ended" if not unended else f"{len(unended)} of {len(said)} events open"
    if apologies:
        words += f", {apologies} first with an apology and “try again”"
    return Verdict(
        observed=words,
        recovered=round(recovered, 1),
        longest=round(max(waits, default=0.0), 1),
        events=len(said),
        lost=len(unended) + len(unanswered) + len(silent),
        doubled=sum(len(one.heard) > 1 for one in said),
        disordered=disorder(said),
        problems=tuple(problems),
    )


def _open_sends(rig: Rig) -> int:
    """Count rows of the ledger of sends that were claimed and have no end, waiting a little for the last."""
    query = "SELECT count(*) FROM sends WHERE outcome IS NULL"
    for _ in range(20):
        left = rig.number(query)
        if left == 0:
            return 0
        time.sleep(0.5)
    return left
