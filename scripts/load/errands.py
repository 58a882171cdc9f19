"""What else the product does under load: a notice to many, bindings at the kiosk, clerks at the console."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from card_kiosk.client import CounterClient
from line_sandbox.testing import Sandbox
from nhi_core.adapters.clock import SystemClock
from nhi_core.bootstrap import Core
from nhi_core.domain.notices import Audience, Category, NoticeState, Way
from nhi_core.services.notices import APPROVAL
from nhi_core.wire import kiosk as wire
from scripts.load.figures import Spread
from scripts.load.orders import Shift
from scripts.load.product import TODAY, Product
from scripts.load.watch import Use
from scripts.stack.processes import ROOT

PAGES = ["/console/", "/console/applications", "/console/offices", "/console/notices", "/console/trail"]


@dataclass(frozen=True, slots=True)
class Notified:
    """A notice that went to `receivers`; `seconds` from its approval until LINE had the last batch."""

    receivers: int
    seconds: float
    missed: int
    doubled: int
    use: dict[str, Use]


def notice(product: Product, core: Core, users: list[str]) -> Notified:
    """Send a notice to all bound citizens, after the second pair of eyes that it needs."""
    heard = product.line.counts()
    first, second = core.staff.named("editor"), core.staff.named("chief")
    if first is None or second is None:
        raise RuntimeError("the sandbox's staff is not there")
    draft = core.notices.draft(
        next(iter(Category)), "服務時間調整", "本署各服務據點的服務時間有調整，請先查詢再前往。",
        owner=first.id, way=Way.PERSONAL, audience=Audience(citizens=True), valid_until=date(2027, 1, 31),
    )  # fmt: skip
    core.notices.submit(draft.id, by=first.id)
    standing = core.approvals.standing(APPROVAL, draft.id)
    if standing is None:
        raise RuntimeError("the notice waits for nobody")
    product.watch.begin()
    began = time.monotonic()
    core.approvals.approve(standing.id, second)
    state = draft.state
    while time.monotonic() - began < 120 and state not in (NoticeState.SENT, NoticeState.STOPPED):
        time.sleep(0.2)
        state = core.notices.get(draft.id).notice.state
    seconds, use = time.monotonic() - began, product.watch.end()
    counts = product.line.counts()
    got = Counter({user: counts.get(user, 0) - heard.get(user, 0) for user in users})
    each = max(1, min((times for times in got.values() if times), default=1))
    missed = sum(times == 0 for times in got.values())
    return Notified(len(users), seconds, missed, sum(times > each for times in got.values()), use)


@dataclass(frozen=True, slots=True)
class Bound:
    """Bindings at kiosks: how long each took, and how many did not end in one."""

    spread: Spread | None
    failed: int
    seconds: float
    at_once: int


def bindings(product: Product, at_once: int = 4) -> Bound:
    """Bind the made-up persons with cards by signed calls, `at_once` kiosks side by side, each with its key.

    The kiosk's screens and the citizen's fingers take no time: what is measured is server, phone and LINE.
    """
    rows = json.loads((product.stack.folder / "kiosk-people.json").read_text("utf-8"))
    rows = [row for row in rows if row["household_number"] and row["card_number"]]
    users = product.line.add_people(len(rows))
    idle: queue.SimpleQueue[wire.KioskKey] = queue.SimpleQueue()
    for number in range(at_once):
        idle.put(_enrolled(product, number))
    clock = SystemClock(date.fromisoformat(TODAY))
    server = f"http://127.0.0.1:{product.stack.ports['web']}"
    took: list[float] = []
    failed: list[str] = []
    lock = threading.Lock()

    def one(row: dict[str, Any], user: str) -> None:
        key = idle.get()  # a kiosk has one card in at a time
        line, client = Sandbox(product.line.url), CounterClient(key, server, now=clock.now)
        began = time.monotonic()
        try:
            ended = _bind(row, user, line, client, clock)
        except Exception as error:  # noqa: BLE001 - counted, and told by its kind
            ended = f"{type(error).__name__} {error}"
        idle.put(key)
        with lock:
            if ended == "bound":
                took.append((time.monotonic() - began) * 1000)
            else:
                failed.append(ended)

    began = time.monotonic()
    with ThreadPoolExecutor(at_once) as kiosks:
        for row, user in zip(rows, users, strict=True):
            kiosks.submit(one, row, user)
    if failed:
        print(f"  bindings that failed: {Counter(failed)}", flush=True)
    return Bound(Spread.of(took) if took else None, len(failed), time.monotonic() - began, at_once)


def _enrolled(product: Product, number: int) -> wire.KioskKey:
    path = product.stack.folder / f"load-kiosk-{number}.json"
    words = ("kiosk", "enrol", f"負載量測 {number + 1} 號", "--office", "沙盒健保櫃檯", "--out", str(path))
    product.stack.cli(*words)
    return wire.KioskKey.model_validate_json(path.read_text("utf-8"))


def _bind(row: dict[str, Any], user: str, line: Sandbox, client: CounterClient, clock: SystemClock) -> str:
    man = row["id_number"][1] in "18A"
    card = wire.Card(
        card_number=row["card_number"], id_number=row["id_number"], name=row["name"],
        birth=date.fromisoformat(row["birth"]), sex="M" if man else "F", issued=date(2015, 1, 1),
    )  # fmt: skip
    consent = wire.Consent(version=wire.CONSENT_VERSION, language="zh-TW", given_at=clock.now())
    opened = client.open(wire.OpenSession(card=card, consent=consent))
    fact = wire.SecondFact(kind="household_number", value=row["household_number"])
    shown = client.second_fact(opened.session, fact)
    line.text(user, f"綁定 {shown.code}")
    proposal = json.dumps(line.wait_for_reply(user, timeout=10))
    digits = client.look(opened.session).digits
    if digits is None:
        return "no digits"
    line.postback(user, next(part for part in proposal.split('"') if "i=confirm_binding" in part))
    line.wait_for_reply(user, timeout=10)
    state: str = client.confirm(opened.session, digits).state
    return state


def console(product: Product, core: Core, clerks: int, seconds: float) -> dict[str, list[float]]:
    """Let clerks walk through the console; return what each page took (see clerks.py)."""
    chief = core.staff.named("chief")
    if chief is None:
        raise RuntimeError("the sandbox's staff is not there")
    token = core.sign_in.enter(chief, how="bench", agent="bench").token
    shift = Shift(
        f"http://127.0.0.1:{product.stack.ports['web']}", f"nhi_console={token}", PAGES, clerks, seconds
    )
    done = subprocess.run(
        [sys.executable, "-m", "scripts.load.clerks"],
        input=json.dumps(asdict(shift)), cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the clerks failed: {done.stderr[-1500:]}")
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found
