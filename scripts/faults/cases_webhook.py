"""LINE delivers the same again, in pieces, in another order, and all at once."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence

import requests

from line_sandbox.signing import sign
from scripts.faults.books import Verdict, audit, settle
from scripts.faults.case import Case, add
from scripts.faults.rig import Rig
from scripts.faults.talk import Json, Talk

_LINES = ("你好", "我還欠多少健保費", "你可以做什麼", "謝謝", "真人客服")


def deliver(rig: Rig, *events: Json) -> int:
    """Post a signed webhook as LINE does; return the status."""
    body = json.dumps({"destination": "U" + "0" * 32, "events": list(events)}).encode()
    secret = rig.stack.secrets()["line_secret"]
    headers = {"content-type": "application/json", "x-line-signature": sign(secret, body)}
    address = f"http://127.0.0.1:{rig.stack.ports['web']}/line/webhook"
    return requests.post(address, data=body, headers=headers, timeout=5).status_code


def _again(event: Json) -> Json:
    return {**event, "deliveryContext": {"isRedelivery": True}}


def _acted(rig: Rig, talk: Talk, user: str) -> list[Json]:
    """Let a citizen say some lines that LINE does not deliver by itself."""
    events = [rig.line.text(user, line) for line in _LINES]
    for event in events:
        talk.note(event, user)
    return events


def _undelivered(rig: Rig) -> tuple[Talk, list[Json]]:
    user = rig.citizen()
    talk = Talk(rig.line, [user])
    port = rig.stack.ports["web"]
    rig.line.options(webhookUrl=f"http://127.0.0.1:{port}/nowhere", redelivery=False)
    try:
        events = _acted(rig, talk, user)
        rig.line.settle(10)
    finally:
        rig.line.options(webhookUrl=f"http://127.0.0.1:{port}/line/webhook", redelivery=True)
    return talk, events


def _verdict(rig: Rig, talk: Talk, began: float, statuses: Sequence[int], events: Sequence[Json]) -> Verdict:
    settle(rig, talk, seconds=60)
    time.sleep(2)
    found = audit(rig, talk, since=began)
    words = f"{len(statuses)} deliveries of {len(events)} events; {found.observed}"
    wrong = () if set(statuses) == {200} else (f"answered {sorted(set(statuses))}",)
    return Verdict(**{**found.__dict__, "observed": words, "problems": found.problems + wrong})


def redelivered(rig: Rig) -> Verdict:
    """Deliver each event three times, the second and third while the first is worked on."""
    talk, events = _undelivered(rig)
    began = time.time()
    statuses = [deliver(rig, one) for event in events for one in (event, _again(event), _again(event))]
    return _verdict(rig, talk, began, statuses, events)


def late(rig: Rig) -> Verdict:
    """Deliver everything once more after it was answered."""
    talk, events = _undelivered(rig)
    began = time.time()
    statuses = [deliver(rig, *events)]
    settle(rig, talk, seconds=60)
    statuses += [deliver(rig, _again(event)) for event in events for _ in range(3)]
    return _verdict(rig, talk, began, statuses, events)


def doubled(rig: Rig) -> Verdict:
    """Deliver each event twice in one request, and all of them in a second one."""
    talk, events = _undelivered(rig)
    began = time.time()
    statuses = [deliver(rig, *(one for event in events for one in (event, event))), deliver(rig, *events)]
    return _verdict(rig, talk, began, statuses, events)


def reordered(rig: Rig) -> Verdict:
    """Deliver the events in another order than they were said: each is answered, in the order of arrival."""
    talk, events = _undelivered(rig)
    shuffled = list(events)
    random.Random(6).shuffle(shuffled)  # noqa: S311 - the same order in each run
    began = time.time()
    statuses = [deliver(rig, event) for event in shuffled]
    found = _verdict(rig, talk, began, statuses, events)
    answered = sorted((one for one in talk.said if one.answered), key=lambda one: one.answered or 0)
    wrong = [one.id for one in answered] != [event["webhookEventId"] for event in shuffled]
    return Verdict(**{**found.__dict__, "disordered": int(wrong)})


_ONCE = "each event answered once"
for _name, _what, _expected, _play in (
    ("redelivered", "each event delivered three times at once", _ONCE, redelivered),
    ("redelivered-late", "everything delivered three times more after it was answered", _ONCE, late),
    ("duplicated", "each event twice in one request, then all again", _ONCE, doubled),
    ("reordered", "events in another order than they were said", f"{_ONCE}, as they arrived", reordered),
):
    add(Case(f"webhook-{_name}", "webhook", _what, _expected, _play))
