"""Dying at each step of a notice to all clerks: everybody gets it, nobody twice, counted once."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from nhi_core.domain.notices import Category, Way
from scripts.faults.books import Verdict, audit, settle
from scripts.faults.case import Case, Play, add
from scripts.faults.rig import Rig
from scripts.faults.talk import Talk

_ONCE = "every clerk has it once; rows, budget and LINE's count agree"
_STEPS = (
    ("begun", "NoticeSending.begin", "after", 0, "worker dies with the rows written"),
    ("claimed", "NoticeSending.claim", "after", 1, "worker dies with the second batch claimed"),
    ("counted", "SendService.claim_push", "after", 1, "worker dies with the send in the ledger"),
    ("before-send", "LineClient.multicast", "before", 2, "worker dies before it calls LINE"),
    ("sent", "LineClient.multicast", "after", 1, "worker dies after LINE took a batch"),
    ("settled", "NoticeSending.sent", "before", 1, "worker dies with the ledger settled, the batch not"),
    ("batch-settled", "NoticeSending.sent", "after", 2, "worker dies between two batches"),
    ("finish", "NoticeSending.finish", "before", 0, "worker dies before it closes the notice"),
)
_LINE = (
    ("line-500", "status", 500, 0.0, 2, "LINE answers 500 twice"),
    ("line-429", "status", 429, 0.0, 2, "LINE answers 429 twice"),
    ("line-lost", "lost_answer", 500, 0.0, 2, "LINE takes two batches and its answer is lost; then 409"),
    ("line-hang", "hang", 500, 6.0, 1, "LINE does not answer in time"),
)
_numbers = itertools.count(1)


def _heard(rig: Rig, title: str) -> list[int]:
    """Return how many cards of this notice each clerk has."""
    return [
        sum(title in json.dumps(one, ensure_ascii=False) for one in rig.line.history(clerk))
        for clerk in rig.clerks()
    ]


def send(
    rig: Rig, trouble: Callable[[Rig], AbstractContextManager[Callable[[float], float | None]]]
) -> Verdict:
    """Send a notice to all clerks with a trouble on its way, and compare the books."""
    title = f"試煉公告第 {next(_numbers)} 號"
    used = rig.line.state()["quota"]["used"]
    notices, began = rig.core.notices, time.time()
    with Talk(rig.line, [rig.citizen(), rig.citizen()]) as talk:
        with trouble(rig) as died:
            made = notices.draft(
                Category.PROMOTION_IMAGE, title, "請張貼。", owner="sandbox", way=Way.PERSONAL
            )
            notices.submit(made.id, by="sandbox")
            at = died(30)
            deadline = time.monotonic() + 90
            while rig.core.notices.get(made.id).notice.state.value != "sent" and time.monotonic() < deadline:
                time.sleep(0.5)
        done = time.time()
    if at is None:
        return Verdict("nothing came by that step", problems=("not killed",))
    rig.await_ready()
    settle(rig, talk)
    found = audit(rig, talk, since=at)
    heard = _heard(rig, title)
    wrong = _wrong(rig, made.id, len(heard), rig.line.state()["quota"]["used"] - used)
    batches = rig.number(f"SELECT count(*) FROM notice_batches WHERE notice_id = '{made.id}'")  # noqa: S608
    return Verdict(
        observed=f"{sum(n > 0 for n in heard)} of {len(heard)} clerks in {batches} batches, out after "
        f"{done - began:.0f} s; {found.observed}",
        recovered=round(done - at, 1),
        longest=found.longest,
        events=found.events + len(heard),
        lost=found.lost + sum(n == 0 for n in heard),
        doubled=found.doubled + sum(n > 1 for n in heard),
        disordered=found.disordered,
        problems=found.problems + wrong,
    )


def _wrong(rig: Rig, notice: str, clerks: int, charged: int) -> tuple[str, ...]:
    wrong = []
    state = rig.core.notices.get(notice).notice.state.value
    if state != "sent":
        wrong.append(f"the notice is {state}")
    sent = rig.number(
        f"SELECT count(*) FROM notice_deliveries WHERE notice_id = '{notice}' AND sent_at IS NOT NULL"  # noqa: S608
    )
    if sent != clerks:
        wrong.append(f"{sent} deliveries noted for {clerks} clerks")
    if charged != clerks:
        wrong.append(f"LINE counted {charged} messages for {clerks} clerks")
    return tuple(wrong)


def at_step(point: str, moment: str, skip: int) -> Play:
    """Return a trial that kills the sending worker once."""

    def play(rig: Rig) -> Verdict:
        return send(rig, lambda one: one.orders.given("worker", point, moment, skip=skip))

    return play


def line_fails(kind: str, status: int, seconds: float, times: int) -> Play:
    """Return a trial in which LINE does not take some batches at once."""

    @contextmanager
    def trouble(rig: Rig) -> Iterator[Callable[[float], float | None]]:
        rig.line.fault("multicast", kind, status, seconds, times)
        began = time.time()
        yield lambda _seconds: began

    return lambda rig: send(rig, trouble)


for _name, _point, _moment, _skip, _what in _STEPS:
    add(Case(f"notice-{_name}", "notice", _what, _ONCE, at_step(_point, _moment, _skip)))
for _name, _kind, _status, _seconds, _times, _what in _LINE:
    add(Case(f"notice-{_name}", "notice", _what, _ONCE, line_fails(_kind, _status, _seconds, _times)))
