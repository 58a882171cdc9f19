"""The real kiosk against the real server: virtual card, screens, signed HTTP, and a phone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Thread

import pytest
from werkzeug.serving import make_server

from card_kiosk.client import CounterClient
from card_kiosk.run import Kiosk
from card_kiosk.settings import load
from card_kiosk.testing import KioskDriver
from card_kiosk.virtual import VirtualCard, VirtualReaders
from nhi_core.security.device_keys import new_device_key
from nhi_core.wire.kiosk import KioskKey
from tests.factories import canary
from tests.integration.kiosk.conftest import CARD, HOUSEHOLD, Lobby, typed_by
from tests.kiosk import cards
from tests.kiosk.records import OK, record

pytestmark = pytest.mark.net


def own_card() -> VirtualCard:
    """The card of the lobby's person."""
    return cards.answering(
        record(
            card=CARD.encode(),
            name=canary.NAME.encode("cp950", "replace")[:20],
            id_number=canary.NATIONAL_ID,
            birth=b"0690101",
            sex=b"F",
            issued=b"1090101",
        )
        + OK
    )


@dataclass
class Hall:
    """A lobby with a kiosk that runs as it does in production, but for its virtual readers."""

    lobby: Lobby
    kiosk: Kiosk
    kiosk_id: str
    hands: KioskDriver
    readers: VirtualReaders

    def to_code(self) -> str:
        """Insert the card, agree, answer; return the link in the QR code."""
        self.readers.insert(own_card())
        self.hands.wait_for("card")
        assert self.hands.act("relation", "self") == "ok"
        assert self.hands.act("agree") == "ok"
        self.hands.wait_for("fact")
        assert self.hands.act("fact", HOUSEHOLD) == "ok"
        self.hands.wait_for("code")
        link = self.kiosk.companion.shown_link()
        assert link
        return link


@pytest.fixture
def hall(lobby: Lobby) -> Iterator[Hall]:
    lobby.person()
    server = make_server("127.0.0.1", 0, lobby.web.application, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    private, public = new_device_key()
    enrolled = lobby.core.kiosks.enrol("Lobby 1", "houli", public)
    url = f"http://127.0.0.1:{server.port}"
    key = KioskKey(kiosk_id=enrolled.id, private_key=private, server=url)
    readers = VirtualReaders()
    kiosk = Kiosk(
        load({"KIOSK_PORT": "0"}), service=readers, counter=CounterClient(key, url, now=lobby.clock.now)
    )
    kiosk.start()
    hands = KioskDriver(kiosk.address)
    hands.wait_for("idle")
    yield Hall(lobby, kiosk, enrolled.id, hands, readers)
    hands.close()
    kiosk.stop()
    server.shutdown()
    server.server_close()


def test_a_whole_binding_takes_less_than_three_seconds(hall: Hall) -> None:
    began = time.perf_counter()
    link = hall.to_code()
    assert hall.lobby.write(typed_by(link)) == "bind_compare"
    digits = hall.hands.wait_for("compare")["digits"]
    assert digits in str(hall.lobby.line.replies[-1][1])
    assert hall.lobby.press("confirm_binding") == "bind_wait_kiosk"
    assert not hall.lobby.bound()
    assert hall.hands.act("same") == "ok"
    hall.hands.wait_for("done")
    took = time.perf_counter() - began
    assert hall.lobby.bound()
    assert took < 3, f"{took:.2f} s"
    hall.readers.pull()
    assert "person" not in hall.hands.wait_for("idle")
    assert hall.lobby.bound(), "taking the card away afterwards changes nothing"


def test_a_card_pulled_before_the_phone_answers_binds_nobody(hall: Hall) -> None:
    link = hall.to_code()
    hall.readers.pull()
    assert hall.hands.wait_for("problem")["problem"] == "card_removed"
    end = time.monotonic() + 5
    while hall.lobby.write(typed_by(link)) == "bind_compare" and time.monotonic() < end:
        time.sleep(0.1)  # the end of the session is on its way
    assert not hall.lobby.bound()


def test_digits_that_differ_bind_nobody_even_when_the_phone_agrees(hall: Hall) -> None:
    """Somebody photographed the code and was faster: the person at the kiosk does not see the digits."""
    link = hall.to_code()
    hall.lobby.write(typed_by(link), user="U" + "9" * 32)
    hall.hands.wait_for("compare")
    hall.lobby.press("confirm_binding", user="U" + "9" * 32)
    assert hall.hands.act("different") == "ok"
    assert hall.hands.wait_for("problem")["problem"] == "not_bound"
    time.sleep(0.3)
    assert not hall.lobby.bound(user="U" + "9" * 32)


def test_a_wrong_household_number_is_told_with_the_tries_left(hall: Hall) -> None:
    hall.readers.insert(own_card())
    hall.hands.wait_for("card")
    hall.hands.act("relation", "self")
    hall.hands.act("agree")
    hall.hands.wait_for("fact")
    hall.hands.act("fact", "F7654321")
    hall.hands.wait_for("checking", "fact")
    end = time.monotonic() + 5
    while not (fact := hall.hands.wait_for("fact")["fact"])["wrong"] and time.monotonic() < end:
        time.sleep(0.05)
    assert (fact["wrong"], fact["attempts_left"]) == ("match", 2)


def test_a_kiosk_revoked_in_the_middle_shows_no_code(hall: Hall) -> None:
    hall.readers.insert(own_card())
    hall.hands.wait_for("card")
    hall.hands.act("relation", "self")
    hall.lobby.core.kiosks.revoke(hall.kiosk_id)
    hall.hands.act("agree")
    assert hall.hands.wait_for("problem")["problem"] == "kiosk_unknown"


def test_a_card_of_nobody_is_told_so(hall: Hall) -> None:
    hall.readers.insert(cards.nhi(9_000_123))
    hall.hands.wait_for("card")
    hall.hands.act("relation", "self")
    hall.hands.act("agree")
    assert hall.hands.wait_for("problem")["problem"] in {"unknown_person", "card_not_current"}
