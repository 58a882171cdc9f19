from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from card_kiosk import diagnose
from card_kiosk.__main__ import main
from card_kiosk.client import Unreachable
from card_kiosk.settings import TAIPEI, SettingsRefused, load
from card_kiosk.virtual import VirtualReaders
from tests.kiosk import cards
from tests.kiosk.counter import FakeCounter
from tests.kiosk.records import number
from tests.kiosk.test_client import ID, PEM


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.json"
    path.write_text(json.dumps({"v": 1, "kiosk_id": ID, "private_key": PEM, "server": "https://nhi.example"}))
    path.chmod(0o600)
    return path


def production(key: Path, **more: str) -> dict[str, str]:
    return {"NHI_ENV": "production", "KIOSK_KEY_FILE": str(key), "NHI_OFFICE_PHONE": "04-2558-0000", **more}


def test_production_needs_little_and_makes_a_new_token_at_each_start(key_file: Path) -> None:
    first, second = load(production(key_file)), load(production(key_file))
    assert first.server == "https://nhi.example"
    assert first.readers == "pcsc"
    assert first.entry_token != second.entry_token


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"KIOSK_READERS": "virtual"}, "KIOSK_READERS"),
        ({"KIOSK_TOKEN": "well-known"}, "KIOSK_TOKEN"),
        ({"KIOSK_API_URL": "http://nhi.example"}, "KIOSK_API_URL"),
        ({"NHI_OFFICE_PHONE": ""}, "NHI_OFFICE_PHONE"),
        ({"KIOSK_KEY_FILE": ""}, "KIOSK_KEY_FILE"),
        ({"KIOSK_KEY_FILE": "/nowhere"}, "KIOSK_KEY_FILE"),
        ({"KIOSK_PORT": "x"}, "KIOSK_PORT"),
        ({"NHI_ENV": "prod"}, "NHI_ENV"),
    ],
)
def test_production_refuses_what_is_unsafe_and_names_it(
    key_file: Path, more: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        load(production(key_file, **more))
    assert named in str(refused.value)


def test_a_key_that_others_can_read_is_refused(key_file: Path) -> None:
    key_file.chmod(0o644)
    with pytest.raises(SettingsRefused, match="chmod 600"):
        load(production(key_file))


def test_the_sandbox_runs_without_anything() -> None:
    settings = load({})
    assert settings.key is None
    assert not settings.production


def test_the_kiosk_lives_on_the_day_that_the_sandbox_pretends() -> None:
    pretended = load({"NHI_TODAY": "2030-05-01"}).now().astimezone(TAIPEI)
    assert pretended.date() == date(2030, 5, 1)
    assert abs(load({}).now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_production_pretends_no_day(key_file: Path) -> None:
    with pytest.raises(SettingsRefused, match="NHI_TODAY must not be set"):
        load({**production(key_file), "NHI_TODAY": datetime.now(TAIPEI).date().isoformat()})
    with pytest.raises(SettingsRefused, match="NHI_TODAY must be a date"):
        load({"NHI_TODAY": "tomorrow"})


class Clock(FakeCounter):
    def __init__(self, now: int) -> None:
        super().__init__()
        self._now = now

    def time(self) -> Any:
        if self.gone:
            raise Unreachable("ConnectionError")
        return type("T", (), {"now": self._now})


def test_the_diagnosis_tells_everything_but_who(key_file: Path) -> None:
    readers = VirtualReaders()
    readers.insert(cards.nhi())
    lines = diagnose.report(load(production(key_file)), readers, Clock(1000), now=lambda: 1005.0)  # type: ignore[arg-type]
    text = diagnose.text(lines)
    assert all(line.good is not False for line in lines)
    assert "read well" in text
    assert "+5 s" in text
    assert "大廳一號" in text
    for secret in (number(), "王", "900000000001", PEM[40:60]):
        assert secret not in text


@pytest.mark.parametrize(
    ("card", "told"),
    [(cards.bank(), "not_nhi_card: 6D00"), (cards.mute(), "card_mute"), (cards.short(), "card_unreadable")],
)
def test_the_diagnosis_says_why_a_card_is_not_read(key_file: Path, card: Any, told: str) -> None:
    readers = VirtualReaders()
    readers.insert(card)
    assert told in diagnose.text(
        diagnose.report(load(production(key_file)), readers, Clock(0), now=lambda: 0.0)
    )  # type: ignore[arg-type]


def test_what_is_wrong_is_marked(key_file: Path) -> None:
    readers, counter = VirtualReaders(), Clock(5000)
    readers.serve(False)
    counter.gone = True
    settings = load(production(key_file))
    text = diagnose.text(diagnose.report(settings, readers, counter))  # type: ignore[arg-type]
    assert "BAD service" in text
    assert "BAD server" in text
    counter.gone = False
    assert "BAD clock" in diagnose.text(diagnose.report(settings, readers, counter, now=lambda: 0.0))  # type: ignore[arg-type]
    assert "BAD pyscard" in diagnose.text(diagnose.report(settings, None, counter))  # type: ignore[arg-type]


def test_a_key_made_on_the_kiosk_becomes_its_key_file(tmp_path: Path) -> None:
    run, pem, out = CliRunner(), tmp_path / "kiosk.pem", tmp_path / "kiosk.json"
    made = run.invoke(main, ["keygen", "--out", str(pem)])
    assert made.output.startswith("-----BEGIN PUBLIC KEY-----")
    assert "PRIVATE" not in made.output
    words = ["keyfile", "--key", str(pem), "--id", ID, "--server", "https://nhi.example", "--out", str(out)]
    assert run.invoke(main, words).exit_code == 0
    assert load(production(out)).key is not None
    assert (pem.stat().st_mode & 0o77, out.stat().st_mode & 0o77) == (0, 0)
    again = run.invoke(main, ["keygen", "--out", str(pem)])
    assert again.exit_code == 1
    assert "not overwritten" in again.output


def test_the_diagnosis_runs_as_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_READERS", "virtual")
    done = CliRunner().invoke(main, ["diagnose"])
    assert done.exit_code == 1, "not enrolled"
    assert "BAD key" in done.output


def test_reading_without_a_card_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIOSK_READERS", "virtual")
    done = CliRunner().invoke(main, ["read", "--json"])
    assert done.exit_code == 1
    assert "no card is in" in done.output
