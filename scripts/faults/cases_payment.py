"""Dying at each step of a payment. The payer tries again as people do; the money is taken and booked once."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from nhi_core.sandbox_gateway import SandboxBooks
from scripts.faults.books import Verdict, audit, settle
from scripts.faults.case import Case, Play, add
from scripts.faults.rig import Rig
from scripts.faults.talk import Talk

_ONCE = "the money is taken once and booked once"
_AMOUNT = re.compile(r'name="amount" value="(\d+)"')
_LINK = re.compile(r'https?://[^"]*/pay/[^"?]+[^"]*')
_GATEWAY = re.compile(r"/pay/sandbox/[0-9a-f-]+")
# name, whose step and when, what, what the payer does at the gateway
_STEPS = (
    ("order-made", "actions PaymentService.order after", "actions dies with the order made", "approve"),
    ("attempt-written", "web PaymentService._begin after", "web dies before it asks the gateway", "approve"),
    ("gateway-opened", "web SandboxGateway.open after", "web dies with the gateway's address", "approve"),
    ("before-redirect", "web PaymentService.start after", "web dies before it sends the payer on", "approve"),
    ("called-back", "web PaymentService.called_back before", "web dies as the gateway calls back", "approve"),
    ("callback-written", "web Settler.check before", "web dies with the callback written down", "approve"),
    ("gateway-asked", "web SandboxGateway.inquire after", "web dies before it books", "approve"),
    ("booked", "web Settler._book after", "web dies before it ends the callback", "approve"),
    ("came-back", "web PaymentService.came_back before", "web dies as the payer comes back", "approve"),
    ("swept", "worker SandboxGateway.inquire after", "no callback; the sweeping worker dies", "late"),
    ("twice", "web Settler._book after", "the gateway calls twice; web dies at the first", "twice"),
)


@dataclass
class Payer:
    """A citizen with a browser, who tries again when a page does not come."""

    rig: Rig
    talk: Talk
    user: str

    def ask_for_link(self, seconds: float = 60) -> str:
        """Ask in the chat how to pay; tap "try again" when that is what comes."""
        since = len(self.rig.line.history(self.user))
        self.talk.note(self.rig.line.text(self.user, "我要繳費"), self.user)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for message in self.rig.line.history(self.user)[since:]:
                if found := _LINK.search(str(message).replace("'", '"')):
                    return found[0]
            self.talk.tap_retries()
            time.sleep(0.5)
        raise TimeoutError("no link to the payment page came")

    def pay(self, address: str, what: str, seconds: float = 120) -> float:
        """Go through the pages until one says that it is paid; return the seconds it took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            try:
                page = self._get(address)
                if "繳費完成" in page:
                    return time.monotonic() - began
                path = urlsplit(address).path
                if amount := _AMOUNT.search(page):
                    gateway = self._post(f"{path}/start/sandbox", amount=amount[1], lang="zh-TW")
                    self._at_gateway(urlsplit(gateway).path, what)
                elif pending := _GATEWAY.search(page):
                    self._at_gateway(pending[0], what)
                if what != "late":  # who says nothing more is found by the sweeper
                    self._get(f"{path}/back")
            except requests.RequestException:
                pass
            time.sleep(1)
        raise TimeoutError("the page never said that it is paid")

    def _at_gateway(self, path: str, what: str) -> None:
        """Agree at the gateway, unless it has the money already."""
        entry = SandboxBooks(self.rig.core.vault).read(path.rpartition("/")[2])
        if entry and entry["status"] != "paid":
            self._get(self._post(path, do=what))

    def _base(self) -> str:
        return f"http://127.0.0.1:{self.rig.stack.ports['web']}"

    def _get(self, address: str) -> str:
        parts = urlsplit(address)
        return (
            requests.get(f"{self._base()}{parts.path}?{parts.query}", timeout=15).text if parts.path else ""
        )

    def _post(self, path: str, **form: str) -> str:
        answer = requests.post(f"{self._base()}{path}", data=form, timeout=15, allow_redirects=False)
        return answer.headers.get("Location", "")


def money(rig: Rig, user: str) -> tuple[str, ...]:
    """Return what is wrong with a payer's money."""
    account = rig.core.conversations.open("line", user).account_id
    wrong = []
    orders = rig.rows(f"SELECT id, state, amount FROM payment_orders WHERE account_id = '{account}'")  # noqa: S608
    paid = [order for order in orders if order[1] == "paid"]
    if len(paid) != 1 or len(orders) != 1:
        wrong.append(f"orders: {[order[1] for order in orders]}")
    ids = ",".join(f"'{order[0]}'" for order in orders)
    attempts = rig.rows(f"SELECT id, state FROM payment_attempts WHERE order_id IN ({ids})")  # noqa: S608
    books = SandboxBooks(rig.core.vault)
    taken = [entry for one in attempts if (entry := books.read(one[0])) and entry["status"] == "paid"]
    if len(taken) != 1:
        wrong.append(f"the gateway took money {len(taken)} times")
    live = [one[1] for one in attempts if one[1] in ("starting", "waiting", "confirming")]
    if live:
        wrong.append(f"attempts without an end: {live}")
    booked = sum(
        rig.number(f"SELECT sum(amount) FROM payments WHERE id LIKE '{one[0]}:%'")  # noqa: S608
        for one in attempts
    )
    if paid and booked != paid[0][2]:
        wrong.append(f"booked {booked} of {paid[0][2]}")
    marks = ",".join(f"'{one[0]}'" for one in attempts)
    unended = rig.number(
        f"SELECT count(*) FROM payment_callbacks WHERE outcome IS NULL AND attempt_id IN ({marks})"  # noqa: S608
    )
    if unended:
        wrong.append(f"{unended} callbacks without an end")
    return tuple(wrong)


def paying(step: str, what: str) -> Play:
    """Return a trial that kills once at a step of a payment."""
    role, point, moment = step.split()

    def play(rig: Rig) -> Verdict:
        payer = rig.citizen()
        with Talk(rig.line, [rig.citizen(), rig.citizen()], listeners=[payer]) as talk:
            one = Payer(rig, talk, payer)
            with rig.orders.given(role, point, moment) as died:
                address = one.ask_for_link()
                took = one.pay(address, what)
                paid = time.time()
                at = died(40)
        if at is None:
            return Verdict("nothing came by that step", problems=("not killed",))
        rig.await_ready()
        settle(rig, talk)
        found = audit(rig, talk, since=at)
        deadline = time.monotonic() + 45
        while (wrong := money(rig, payer)) and time.monotonic() < deadline:
            time.sleep(2)
        words = f"{found.observed}; paid after {took:.0f} s"
        return Verdict(
            **{
                **found.__dict__,
                "observed": words,
                "recovered": round(max(found.recovered or 0.0, paid - at), 1),
                "problems": found.problems + wrong,
            }
        )

    return play


for _name, _step, _what, _act in _STEPS:
    add(Case(f"payment-{_name}", "payment", _what, _ONCE, paying(_step, _act)))
