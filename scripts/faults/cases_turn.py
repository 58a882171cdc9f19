"""Dying in the middle of a turn, at each of its steps, while three citizens talk."""

from __future__ import annotations

import time

from scripts.faults.books import Verdict, audit, settle
from scripts.faults.case import Case, Play, add
from scripts.faults.rig import Rig
from scripts.faults.talk import Talk

_HEALED = "answered once, within half a minute; later lines after it"
# name, role, step, moment, what, whom else it kills
_STEPS = (
    ("webhook-before-mailbox", "web", "Mailbox.append", "before", "web dies with the event in hand", ""),
    (
        "webhook-stored",
        "web",
        "Mailbox.append",
        "after",
        "web dies with the event stored, before it says 200",
        "",
    ),
    ("mail-read", "worker", "Mailbox.peek", "after", "worker dies holding the mailbox", ""),
    ("before-rasa", "worker", "RasaClient._post", "before", "worker dies before it asks Rasa", ""),
    ("after-rasa", "worker", "RasaClient._post", "after", "worker dies with Rasa's answer", ""),
    ("action-begun", "actions", "TurnService.resolve", "before", "actions dies when called", ""),
    ("action-sealed", "actions", "TicketService.seal", "after", "actions dies before it answers Rasa", ""),
    ("rasa-thinks", "actions", "TurnService.resolve", "before", "Rasa dies while its action works", "rasa"),
    ("answer-stored", "worker", "Errands.note", "before", "worker dies with the answer stored", ""),
    ("reply-claimed", "worker", "Journal.claim_reply", "after", "worker dies before it sends", ""),
    ("reply-sent", "worker", "LineClient.reply", "after", "worker dies after LINE took the answer", ""),
    ("reply-settled", "worker", "Journal.settle", "after", "worker dies before it records the end", ""),
    ("event-closed", "worker", "Journal.close", "after", "worker dies before it removes the mail", ""),
    ("mail-removed", "worker", "Mailbox.done", "after", "worker dies before it acknowledges the task", ""),
    ("redis-at-mailbox", "web", "Mailbox.append", "before", "Redis dies as web stores an event", "redis"),
    ("redis-at-send", "worker", "Journal.claim_reply", "after", "Redis dies as an answer goes out", "redis"),
)


def step(role: str, point: str, moment: str, victim: str) -> Play:
    """Return a trial that kills once at a step."""

    def play(rig: Rig) -> Verdict:
        users = [rig.citizen() for _ in range(3)]
        victims = rig.pids(victim) if victim else ()
        with Talk(rig.line, users) as talk:
            time.sleep(2)
            with rig.orders.given(role, point, moment, victims=victims) as died:
                at = died(15)
            time.sleep(3)
        if at is None:
            return Verdict("nothing came by that step", problems=("not killed",))
        rig.await_ready()
        settle(rig, talk)
        return audit(rig, talk, since=at)

    return play


for _name, _role, _point, _moment, _what, _victim in _STEPS:
    add(Case(f"turn-{_name}", "turn", _what, _HEALED, step(_role, _point, _moment, _victim)))
