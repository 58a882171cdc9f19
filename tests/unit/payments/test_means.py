"""Which gateways exist: by contract, in production alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhi_core.adapters.payments import payment_means
from nhi_core.security import create_key_file
from nhi_core.settings import Settings, SettingsRefused
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.vault import FakeVault

LINE = {"LINE_PAY_CHANNEL_ID": "1234567890", "LINE_PAY_SECRET": "own-line-pay-secret-1"}
JKO = {
    "JKOPAY_URL": "https://onlinepay.example",
    "JKOPAY_STORE_ID": "store",
    "JKOPAY_API_KEY": "own-jkopay-api-key",
    "JKOPAY_SECRET": "own-jkopay-secret-1",
    "JKOPAY_SENDERS": "198.51.100.7, 198.51.100.8",
}
TWQR = {"NHI_TWQR_SECURE_CODE": "AbCdEfGh1234", "NHI_TWQR_ACQUIRER": "00,1230000"}


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    keys = tmp_path / "keys.json"
    create_key_file(keys)
    return {
        "NHI_ENV": "production",
        "NHI_DATABASE_URL": "postgresql://db.example/nhi",
        "NHI_REDIS_URL": "rediss://redis.example/0",
        "NHI_PUBLIC_URL": "https://counter.example",
        "NHI_KEYS_FILE": str(keys),
        "NHI_OFFICE_PHONE": "04-1234-5678",
        "LINE_BASIC_ID": "@counter",
        "LINE_CHANNEL_SECRET": "own-channel-secret-1234",
        "LINE_CHANNEL_ACCESS_TOKEN": "own-access-token-1234",
        "RASA_TOKEN": "own-rasa-token-1234",
        "ACTIONS_TOKEN": "own-actions-token-1234",
    }


def means(values: dict[str, str]) -> tuple[set[str], bool]:
    settings = Settings.load(env_file=None, **values)
    found = payment_means(settings, FakeVault(FakeClock()), FakeIds())
    return set(found.providers), found.sandbox_books is not None


def test_the_sandbox_has_its_own_gateway_and_no_other() -> None:
    assert means({}) == ({"sandbox"}, True)
    assert means({**LINE, **JKO}) == ({"sandbox"}, True)


def test_production_has_what_it_has_a_contract_for(production: dict[str, str]) -> None:
    assert means(production) == (set(), False)
    assert means({**production, **LINE}) == ({"line_pay"}, False)
    assert means({**production, **LINE, **JKO}) == ({"line_pay", "jkopay"}, False)


def test_made_up_codes_are_the_sandboxes_alone(production: dict[str, str]) -> None:
    clock = FakeClock()
    ours = payment_means(Settings.load(env_file=None), FakeVault(clock), FakeIds())
    assert ours.merchant is not None
    assert ours.merchant.secure_code.startswith("FAKE")
    real = payment_means(Settings.load(env_file=None, **production), FakeVault(clock), FakeIds())
    assert (real.merchant, real.store_item) == (None, None)


@pytest.mark.parametrize("contract", [LINE, JKO, TWQR], ids=["LINE Pay", "JKOPay", "TWQR"])
def test_half_a_contract_is_refused_by_name(production: dict[str, str], contract: dict[str, str]) -> None:
    missing = sorted(contract)[0]
    half = {name: value for name, value in contract.items() if name != missing}
    with pytest.raises(SettingsRefused, match=missing):
        means({**production, **half})


def test_a_gateway_without_tls_is_refused(production: dict[str, str]) -> None:
    with pytest.raises(SettingsRefused, match="https"):
        means({**production, **JKO, "JKOPAY_URL": "http://onlinepay.example"})
