"""Dying at each step of a binding, in the chat and at the kiosk: bound once, and the menu follows."""

from __future__ import annotations

import json
import signal
import time
from dataclasses import dataclass
from typing import Any

from card_kiosk.testing import KioskDriver
from scripts.faults.books import Verdict, audit, settle
from scripts.faults.case import Case, Play, add
from scripts.faults.rig import Rig
from scripts.faults.talk import Talk

_ONCE = "bound once, with the menu of a bound person"
_PATIENCE = 75.0  # seconds
_CHAT = (
    ("proposed", "actions", "BindingService.propose", "after", "actions dies with the person proposed"),
    ("before-confirm", "actions", "BindingService.confirm", "before", "actions dies before it binds"),
    ("confirmed", "actions", "BindingService.confirm", "after", "actions dies after it bound"),
    ("before-menu", "worker", "Errands.run", "before", "worker dies before it changes the menu"),
    ("after-menu", "worker", "Errands.run", "after", "worker dies after it changed the menu"),
)
_KIOSK = (
    ("kiosk-opened", "CardSessionService.open", "web dies with the card session opened", "in_grace"),
    ("kiosk-proved", "CardSessionService.prove", "web dies with the second fact proved", "not_due"),
    (
        "kiosk-confirmed",
        "CardSessionService.confirm",
        "web dies after the kiosk's “same”",
        "two_month_billing",
    ),
)


@dataclass(frozen=True)
class Who:
    """Who binds: the LINE id, the person, and the menu that a stranger sees."""

    user: str
    person: str
    menu: object

    @classmethod
    def of(cls, rig: Rig, person: str) -> Who:
        """Return a new citizen who is about to bind this person."""
        user = rig.citizen(bound=False)
        return cls(user, person, rig.line.richmenu(user))


def _button(messages: list[Any], intent: str) -> str | None:
    """Return the data of the newest button that stands for an intent."""
    found = [
        part
        for part in json.dumps(messages, ensure_ascii=False).split('"')
        if f"i={intent}" in part.split("&")
    ]
    return found[-1] if found else None


def _until_bound(rig: Rig, talk: Talk, who: Who, said: str) -> float:
    """Say the code, tap what is offered, as a patient person does; return the seconds until bound."""
    user = who.user
    began, since, tapped = time.monotonic(), len(rig.line.history(user)), set[str]()
    talk.note(rig.line.text(user, said), user)
    while time.monotonic() - began < _PATIENCE:
        if bound(rig, who.person):
            return time.monotonic() - began
        button = _button(rig.line.history(user)[since:], "confirm_binding")
        if button and button not in tapped:
            tapped.add(button)
            talk.note(rig.line.postback(user, button), user)
        talk.tap_retries()
        time.sleep(0.5)
    raise TimeoutError("the person was never bound")


def bound(rig: Rig, person: str) -> int:
    """Return in how many bindings in force a person is."""
    return rig.number(f"SELECT count(*) FROM bindings WHERE person_id = '{person}' AND state = 'bound'")  # noqa: S608


def _wrong(rig: Rig, who: Who) -> tuple[str, ...]:
    deadline = time.monotonic() + 60
    while (same := rig.line.richmenu(who.user) == who.menu) and time.monotonic() < deadline:
        time.sleep(1)
    count = bound(rig, who.person)
    wrong = [] if count == 1 else [f"bound {count} times"]
    return (*wrong, *(["still the menu of a stranger"] if same else []))


def in_chat(role: str, point: str, moment: str) -> Play:
    """Return a trial that kills once while a person binds by a code of the counter."""

    def play(rig: Rig) -> Verdict:
        who = Who.of(rig, rig.person_id())
        user, person = who.user, who.person
        code = rig.core.bindings.issue_code(person).display
        with (
            Talk(rig.line, [rig.citizen(), rig.citizen()], listeners=[user]) as talk,
            rig.orders.given(role, point, moment) as died,
        ):
            took = _until_bound(rig, talk, who, f"我要綁定 {code}")
            at = died(30)
        if at is None:
            return Verdict("nothing came by that step", problems=("not killed",))
        rig.await_ready()
        settle(rig, talk)
        return _told(rig, talk, who, at=at, took=took)

    return play


def _told(rig: Rig, talk: Talk, who: Who, *, at: float, took: float) -> Verdict:
    found = audit(rig, talk, since=at)
    wrong = _wrong(rig, who)
    words = f"{found.observed}; bound after {took:.0f} s"
    return Verdict(**{**found.__dict__, "observed": words, "problems": found.problems + wrong})


def at_kiosk(point: str, story: str) -> Play:
    """Return a trial that kills web once while a person binds by card."""

    def play(rig: Rig) -> Verdict:
        rows = json.loads(rig.stack.cli("people", "--json"))
        household = next(row["household_number"] for row in rows if row["story"] == story)
        [(person,)] = rig.rows(f"SELECT id FROM persons WHERE story = '{story}'")  # noqa: S608
        who = Who.of(rig, person)
        user, began, tries = who.user, time.monotonic(), 0
        with (
            Talk(rig.line, [rig.citizen(), rig.citizen()], listeners=[user]) as talk,
            rig.orders.given("web", point, "after") as died,
        ):
            while not bound(rig, person):
                tries += 1
                if tries > 4:
                    raise TimeoutError("the person was never bound")
                _card(rig, talk, user, story, household)
            at = died(5)
        if at is None:
            return Verdict("nothing came by that step", problems=("not killed",))
        took = time.monotonic() - began
        settle(rig, talk)
        found = _told(rig, talk, who, at=at, took=took)
        return Verdict(**{**found.__dict__, "observed": f"{found.observed}, card inserted {tries} times"})

    return play


def _to_the_code(kiosk: KioskDriver, story: str, household: str) -> None:
    """Insert the card and answer what the kiosk asks, until its code is on the screen."""
    kiosk.wait_for("idle", timeout=40)
    kiosk.insert(story)
    kiosk.wait_for("card")
    kiosk.act("relation", "self")
    kiosk.act("agree")
    kiosk.wait_for("fact", timeout=20)
    kiosk.act("fact", household)
    kiosk.wait_for("code", timeout=20)


def _card(rig: Rig, talk: Talk, user: str, story: str, household: str) -> None:
    """Insert the card and go as far as the kiosk goes; then take it out."""
    kiosk = KioskDriver(rig.stack.kiosk_address())
    try:
        _to_the_code(kiosk, story, household)
        since = len(rig.line.history(user))
        talk.note(rig.line.text(user, kiosk.scanned()), user)
        kiosk.wait_for("compare", timeout=20)
        deadline = time.monotonic() + 20
        while (button := _button(rig.line.history(user)[since:], "confirm_binding")) is None:
            if time.monotonic() > deadline:
                return
            time.sleep(0.3)
        talk.note(rig.line.postback(user, button), user)
        kiosk.act("same")
        kiosk.wait_for("done", timeout=30)
    except (TimeoutError, OSError):
        pass  # the screen says what to do: once more from the start
    finally:
        kiosk.pull()
        kiosk.close()


def kiosk_dies(rig: Rig) -> Verdict:
    """Kill the kiosk's own process while its code is on the screen; the phone is told, a second try binds."""
    story = "partial_payment"
    rows = json.loads(rig.stack.cli("people", "--json"))
    household = next(row["household_number"] for row in rows if row["story"] == story)
    [(person,)] = rig.rows(f"SELECT id FROM persons WHERE story = '{story}'")  # noqa: S608
    who = Who.of(rig, person)
    user, began = who.user, time.monotonic()
    with Talk(rig.line, [rig.citizen(), rig.citizen()], listeners=[user]) as talk:
        kiosk = KioskDriver(rig.stack.kiosk_address())
        _to_the_code(kiosk, story, household)
        at = time.time()
        rig.send("kiosk", signal.SIGKILL)
        kiosk.close()
        time.sleep(4)
        for _ in range(3):
            if not bound(rig, person):
                _card(rig, talk, user, story, household)
    took = time.monotonic() - began
    settle(rig, talk)
    return _told(rig, talk, who, at=at, took=took)


for _name, _role, _point, _moment, _what in _CHAT:
    add(Case(f"binding-{_name}", "binding", _what, _ONCE, in_chat(_role, _point, _moment)))
for _name, _point, _what, _story in _KIOSK:
    add(Case(f"binding-{_name}", "binding", _what, _ONCE, at_kiosk(_point, _story)))
add(Case("binding-kiosk-killed", "binding", "the kiosk dies with its code on the screen", _ONCE, kiosk_dies))
