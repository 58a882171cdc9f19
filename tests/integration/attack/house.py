"""The whole web process with everybody who might knock: what each brings, and nothing that is not theirs."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from bot.webhook import SIGNATURE, signature_of
from nhi_core.bootstrap import Core
from nhi_core.domain.accounts import Binding
from nhi_core.domain.binding import BindingState
from nhi_core.domain.notices import Attachment, Audience, Category, Notice, NoticeState, Way
from nhi_core.domain.offices import Clerk, ClerkRole, ClerkState, Office
from nhi_core.domain.staff import StaffRole, Stage
from nhi_core.sandbox_gateway import HEADER, sign
from nhi_core.security import Signer
from nhi_core.security.device_keys import new_device_key
from nhi_core.security.rings import Key, KeyRing, KeyState
from tests.factories import canary
from tests.factories.domain import make_bill, make_person
from tests.fakes.clock import FakeClock
from tests.fakes.kiosk import KioskClient

AMOUNT = 3304
OFFICE = Office("KH-FENGSHAN", "高雄市鳳山區公所", "高雄市", 1)
ELSEWHERE = "203.0.113.9"
FORGER = KeyRing("sign", (Key("sandbox", b"f" * 32, KeyState.ACTIVE),))

Headers = dict[str, str]


@dataclass
class Actor:
    """Who knocks. `links` are tokens by the first word of an address; `sign` adds headers to a request."""

    name: str
    cookie: str = ""
    links: dict[str, str] = field(default_factory=dict)
    sign: Callable[[str, str, bytes], Headers] = lambda _method, _path, _body: {}
    address: str = ELSEWHERE
    body: bytes = b"{}"


@dataclass(repr=False)
class House:
    """The application and all who knock at it."""

    app: Flask
    core: Core
    clock: FakeClock

    def knock(self, actor: Actor, method: str, path: str) -> TestResponse:
        """Send a request with everything that the actor has."""
        client = self.app.test_client()
        if actor.cookie:
            client.set_cookie("nhi_console", actor.cookie, domain="localhost")
        sent = b"" if method == "GET" else actor.body
        return client.open(
            path,
            method=method,
            data=sent,
            headers=actor.sign(method, path, sent),
            environ_base={"REMOTE_ADDR": actor.address},
        )

    def everybody(self) -> list[Actor]:
        """Return all of them; names are those of docs/security/authorisation.csv."""
        return [
            Actor("nobody"),
            *self.staff(),
            *(self.citizen(state.value) for state in BindingState),
            self.citizen("rebound"),
            *self.office_people(),
            *self.machines(),
        ]

    def staff(self) -> list[Actor]:
        """Return one for each role, and those whose sign-in is not, or no longer, good."""
        found = [Actor(role.value, self.session(role.value, Stage.FULL)) for role in StaffRole]
        found.append(Actor("password_only", self.session("editor", Stage.CODE)))
        found.append(Actor("enrolling", self.session("editor", Stage.ENROL)))
        closed = self.core.staff.add("leaver", "離職", set(StaffRole), by="test").member
        found.append(Actor("closed", self.session("leaver", Stage.FULL)))
        self.core.staff.set_active(closed.id, active=False, by="test")
        signed_out = self.session("admin", Stage.FULL)
        visitor = self.core.sign_in.visitor(signed_out)
        assert visitor is not None
        self.core.sign_in.sign_out(visitor)
        return [*found, Actor("signed_out", signed_out)]

    def citizen(self, state: str) -> Actor:
        """Return somebody with every address there is, whose binding stands as it does."""
        now, number = self.clock.now(), secrets.token_hex(16)
        person = make_person(canary.NAME)
        account = self.core.conversations.open("line", f"U{number}").account_id
        bill = make_bill(AMOUNT, date(2026, 6, 30), payer_id=person.id)
        binding = Binding(
            f"b-{number}", account, person.id, "bound", now, None, now - timedelta(days=2), None
        )
        with self.core.uow() as uow:
            uow.people.add(person)
            uow.bills.add_all([bill])
            uow.bindings.add(binding)
            uow.commit()
        pay = _token(self.core.payments.order(account, language="en").url)
        links = {
            "pay": pay,
            "eslip": _token(self.core.eslips.offer(account, "en").url),
            "media": _token(self.core.pictures.offer_year(account, 2026, "en").url),
            "link": _token(self.core.account_links.offer(account, "line-link-token")),
        }
        links["sandbox"] = self._paid(self.core.payments.links.read(pay))
        self._leave(account, "unbound" if state == "rebound" else state)
        if state == "rebound":
            other = make_person("別人")
            with self.core.uow() as uow:
                uow.people.add(other)
                uow.bindings.add(Binding(f"c-{number}", account, other.id, "bound", now, None, now, None))
                uow.commit()
        return Actor(state, links=links)

    def office_people(self) -> list[Actor]:
        """Return a clerk, one who has left, and somebody with the address of a withdrawn notice."""
        with self.core.uow() as uow:
            uow.offices.put(OFFICE)
            uow.commit()
        sent, gone = self._notice("sent"), self._notice("withdrawn")
        found = []
        for name, state, notice in (
            ("clerk", ClerkState.ACTIVE, sent),
            ("former_clerk", ClerkState.ENDED, sent),
            ("withdrawn", ClerkState.ACTIVE, gone),
        ):
            account = self.core.conversations.open("line", f"U{secrets.token_hex(16)}").account_id
            clerk = Clerk(
                f"c-{name}", account, OFFICE.code, "林淑芬", ClerkRole.CLERK, state, self.clock.now()
            )
            with self.core.uow() as uow:
                uow.clerks.add(clerk)
                uow.commit()
            until = self.clock.now() + timedelta(days=3)
            ack = self.core.signer.sign(f"{notice.id} {account}", context="notice-ack", expires_at=until)
            links = {"n": _token(self.core.notice_links.of(notice.id, notice.attachments[0])), "ack": ack}
            found.append(Actor(name, links=links))
        return found

    def machines(self) -> list[Actor]:
        """Return LINE, a gateway, two kiosks, and the monitoring of this machine."""
        found = []
        for name in ("kiosk", "revoked_kiosk"):
            private, public = new_device_key()
            enrolled = self.core.kiosks.enrol(name, "houli", public)
            if name == "revoked_kiosk":
                self.core.kiosks.revoke(enrolled.id)
            client = KioskClient(self.app.test_client(), enrolled.id, private, self.clock)
            found.append(Actor(name, sign=client.headers))
        secret = self.core.settings.line_channel_secret.get_secret_value().encode()
        return [
            *found,
            Actor("line", sign=lambda _method, _path, body: {SIGNATURE: signature_of(secret, body)}),
            Actor("gateway", sign=lambda _method, _path, body: {HEADER: sign(body)}, body=b'{"order": "x"}'),
            Actor("monitoring", address="127.0.0.1"),
        ]

    def forged(self, place: str) -> str:
        """Return a token of the right form that we never gave: signed with another key, or random."""
        if place in ("media", "link"):
            return secrets.token_urlsafe(24)
        if place == "sandbox":
            return secrets.token_hex(16)
        until = self.clock.now() + timedelta(hours=1)
        return Signer(FORGER).sign("account binding", context=place, expires_at=until)

    def session(self, username: str, stage: Stage) -> str:
        with self.core.uow() as uow:
            member = uow.staff.by_username(username)
            assert member is not None
            token = self.core.sign_in._open(uow, member.id, stage, "test").token
            uow.commit()
        return token

    def _paid(self, order: str) -> str:
        """Pay at the sandbox's gateway; return its reference."""
        pay, books = self.core.payments, self.core.payment_means.sandbox_books
        assert books is not None
        amount = pay.page(order).amount
        reference = pay.start(order, "sandbox", amount=amount, language="en").rsplit("/", 1)[1]
        books.write(reference, {**(books.read(reference) or {}), "status": "paid", "received": amount})
        pay.came_back(order)
        return reference

    def _leave(self, account: str, state: str) -> None:
        with self.core.engine.begin() as connection:
            connection.execute(
                text("UPDATE bindings SET state = :state WHERE account_id = :account"),
                {"state": state, "account": account},
            )

    def _notice(self, code: str) -> Notice:
        data = f"%PDF-1.7 {code}".encode()
        paper = Attachment(self.core.files.put(data), "notice.pdf", "application/pdf", len(data))
        notice = Notice(
            f"notice-{code}", code[:4].upper(), Category.REMINDER, "眷屬異動", "請核對。", Way.PERSONAL,
            Audience(), "staff", NoticeState(code), 1, self.clock.now(), self.clock.today(),
            ack_deadline=self.clock.today() + timedelta(days=5), attachments=(paper,),
        )  # fmt: skip
        with self.core.uow() as uow:
            uow.notices.add(notice)
            uow.commit()
        return notice


def _token(url: str) -> str:
    return urlsplit(url).path.rsplit("/", 1)[1]


def words_of(answer: TestResponse) -> Any:
    """Return the answer's text, whatever it is."""
    return answer.get_data().decode("utf-8", "replace")
