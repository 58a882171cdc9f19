"""Settings fail closed and say everything at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhi_core import sandbox
from nhi_core.security import create_key_file
from nhi_core.settings import Settings, SettingsRefused


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """A whole set of production's variables."""
    keys = tmp_path / "keys.json"
    create_key_file(keys)
    return {
        "NHI_ENV": "production",
        "NHI_DATABASE_URL": "postgresql://nhi:pw@db/nhi",
        "NHI_REDIS_URL": "rediss://:pw@cache:6379/0",
        "NHI_PUBLIC_URL": "https://counter.example.test",
        "NHI_TRUSTED_PROXIES": "1",
        "NHI_KEYS_FILE": str(keys),
        "NHI_OFFICE_PHONE": "02-8590-0000",
        "LINE_BASIC_ID": "@counter",
        "LINE_CHANNEL_SECRET": "0123456789abcdef0123456789abcdef",
        "LINE_CHANNEL_ACCESS_TOKEN": "real-access-token-real-access-token",
        "RASA_TOKEN": "real-rasa-token-0123456789",
        "ACTIONS_TOKEN": "real-actions-token-0123456789",
    }


def load(values: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return Settings.load(env_file=None)


def test_the_sandbox_needs_nothing() -> None:
    settings = Settings.load(env_file=None)
    assert settings.env == "sandbox"
    assert settings.line_api_url.startswith("http://127.0.0.1")
    moved = Settings.load(env_file=None, LINE_API_URL="http://127.0.0.1:9010")
    assert moved.line_access_url == "http://127.0.0.1:9010"
    assert settings.database_url.get_secret_value().startswith("sqlite:////")
    assert settings.key_rings().seal.active.id == "sandbox"


def test_a_whole_production_environment_is_accepted(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load(production, monkeypatch)
    assert settings.production
    assert settings.line_api_url == "https://api.line.me"
    assert settings.warnings() == ()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("NHI_DATABASE_URL", "", "is not set"),
        ("NHI_DATABASE_URL", "mysql://x", "must begin with"),
        ("NHI_REDIS_URL", "", "is not set"),
        ("NHI_REDIS_URL", "http://x", "must begin with"),
        ("NHI_PUBLIC_URL", "", "is not set"),
        ("NHI_PUBLIC_URL", "http://counter.example.test", "https://"),
        ("NHI_PUBLIC_URL", "kontoor", "address"),
        ("NHI_KEYS_FILE", "", "keys init"),
        ("NHI_KEYS_FILE", "/nowhere/keys.json", "does not exist"),
        ("NHI_OFFICE_PHONE", "", "is not set"),
        ("NHI_OFFICE_PHONE", "02-0000-0000", "office's own"),
        ("NHI_OFFICE_PHONE", "<b>", "wrong form"),
        ("NHI_TODAY", "2026-11-22", "sandbox only"),
        ("NHI_TODAY", "yesterday", "date like"),
        ("NHI_DEBUG", "true", "sandbox only"),
        ("NHI_LOG_LEVEL", "LOUD", "must be"),
        ("LINE_CHANNEL_SECRET", "", "is not set"),
        ("LINE_CHANNEL_SECRET", sandbox.LINE_CHANNEL_SECRET, "sandbox"),
        ("LINE_CHANNEL_ACCESS_TOKEN", sandbox.LINE_CHANNEL_ACCESS_TOKEN, "sandbox"),
        ("LINE_API_URL", "http://127.0.0.1:8010", "https://"),
        ("LINE_DATA_API_URL", "http://127.0.0.1:8010", "https://"),
        ("RASA_TOKEN", sandbox.RASA_TOKEN, "sandbox"),
        ("RASA_TOKEN", "short", "too short"),
        ("ACTIONS_TOKEN", sandbox.ACTIONS_TOKEN, "sandbox"),
        ("ACTIONS_TOKEN", "", "is not set"),
        ("LINE_BASIC_ID", "", "is not set"),
        ("LINE_BASIC_ID", "counter", "wrong form"),
        ("LINE_ACCESS_URL", "http://access.line.me", "https://"),
    ],
)
def test_production_refuses(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        load(production | {name: value}, monkeypatch)
    assert len(refusal.value.problems) == 1
    assert refusal.value.problems[0].startswith(name + " ")
    assert words in refusal.value.problems[0]
    if len(value) > 5:
        assert value not in refusal.value.problems[0].removeprefix(name)


def test_every_problem_is_listed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        load({"NHI_ENV": "production", "NHI_DEBUG": "1", "RASA_TOKEN": "hush-hush"}, monkeypatch)
    named = {line.split()[0] for line in refusal.value.problems}
    assert named == {
        "NHI_DEBUG", "NHI_DATABASE_URL", "NHI_REDIS_URL", "NHI_PUBLIC_URL", "NHI_KEYS_FILE",
        "NHI_OFFICE_PHONE", "LINE_BASIC_ID", "LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN",
        "RASA_TOKEN", "ACTIONS_TOKEN",
    }  # fmt: skip
    assert "hush-hush" not in str(refusal.value)


def test_an_environment_that_is_misspelt_is_held_to_production(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        load({"NHI_ENV": "Production", "NHI_DEBUG": "1"}, monkeypatch)
    text = str(refusal.value)
    assert "NHI_ENV must be" in text
    assert "NHI_DEBUG is for the sandbox only" in text


def test_sqlite_in_production_is_allowed_with_a_warning(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load(production | {"NHI_DATABASE_URL": "sqlite:////srv/counter.db"}, monkeypatch)
    assert "SQLite" in settings.warnings()[0]


def test_a_production_that_trusts_no_proxy_is_warned(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load(production | {"NHI_TRUSTED_PROXIES": "0"}, monkeypatch)
    assert [sentence for sentence in settings.warnings() if "all callers look like one" in sentence]


def test_no_quiet_hours_in_production_are_allowed_with_a_warning(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load(production | {"NHI_QUIET_HOURS": "none"}, monkeypatch)
    assert [sentence for sentence in settings.warnings() if "at night" in sentence]


def test_a_dotenv_file_is_read_in_development_only_and_never_wins(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("NHI_OFFICE_PHONE=111\nNHI_LOG_LEVEL=DEBUG\n")
    monkeypatch.setenv("NHI_OFFICE_PHONE", "222")
    assert Settings.load(env_file=file).office_phone == "222"
    assert Settings.load(env_file=file).log_level == "DEBUG"
    for name, value in production.items():
        monkeypatch.setenv(name, value)
    assert Settings.load(env_file=file).log_level == "INFO"


MAIL = {"NHI_SMTP_URL": "smtps://u:hush-hush@mail.gov.tw:465", "NHI_MAIL_FROM": "counter@office.gov.tw"}


@pytest.mark.parametrize("url", ["smtps://u:p@mail.gov.tw", "smtp+starttls://u:p@mail.gov.tw:587"])
def test_e_mail_is_on_when_both_are_set(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert load(production, monkeypatch).smtp_url is None
    settings = load(production | MAIL | {"NHI_SMTP_URL": url}, monkeypatch)
    assert settings.smtp_url is not None
    assert "u:p" not in repr(settings)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"NHI_SMTP_URL": ""}, "both or neither"),
        ({"NHI_MAIL_FROM": ""}, "both or neither"),
        ({"NHI_SMTP_URL": "smtp://u:hush-hush@mail.gov.tw"}, "encrypted"),
        ({"NHI_SMTP_URL": "https://mail.gov.tw"}, "must begin with"),
        ({"NHI_SMTP_URL": "smtps://"}, "name a host"),
        ({"NHI_MAIL_FROM": "nobody"}, "one mail address"),
        ({"NHI_MAIL_FROM": "a@office.gov.tw,b@office.gov.tw"}, "one mail address"),
        ({"NHI_MAIL_FROM": "counter@counter.example"}, "is an example"),
        ({"NHI_MAIL_FROM": "counter@example.com"}, "is an example"),
    ],
)
def test_production_refuses_half_a_mail_server(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], words: str
) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        load(production | MAIL | changes, monkeypatch)
    assert len(refusal.value.problems) == 1
    assert words in refusal.value.problems[0]
    assert "hush-hush" not in str(refusal.value)


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch, production: dict[str, str]) -> None:
    settings = load(production, monkeypatch)
    for text in (repr(settings), str(settings), settings.model_dump_json()):
        assert "real-" not in text
        assert "pw@" not in text


def test_the_broker_address_of_a_unix_socket_is_in_celerys_spelling() -> None:
    settings = Settings.load(env_file=None, NHI_REDIS_URL="unix:///run/redis.sock?db=1")
    assert settings.celery_broker_url == "redis+socket:///run/redis.sock?db=1"


@pytest.mark.parametrize("hours", ["21:00-08:00", "none", "00:00-00:00"])
def test_quiet_hours_are_two_times_or_none(hours: str) -> None:
    assert Settings.load(env_file=None, NHI_QUIET_HOURS=hours).quiet_hours == hours


@pytest.mark.parametrize("hours", ["24:00-08:00", "21-8", "21:00-08:60", "night"])
def test_quiet_hours_that_are_none_are_refused_by_name(hours: str) -> None:
    with pytest.raises(SettingsRefused, match="NHI_QUIET_HOURS has the wrong form"):
        Settings.load(env_file=None, NHI_QUIET_HOURS=hours)


@pytest.mark.parametrize(
    "values",
    [
        {"NHI_WEB_IDENTITY": "sandbox"},
        {"NHI_WEB_IDENTITY": "oidc"},
        {"NHI_WEB_IDENTITY": "oidc", "OIDC_ISSUER": "http://login.example.test", "OIDC_CLIENT_ID": "c",
         "OIDC_CLIENT_SECRET": "0123456789abcdef"},
    ],
)  # fmt: skip
def test_production_takes_no_made_up_and_no_half_log_in(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch, values: dict[str, str]
) -> None:
    with pytest.raises(SettingsRefused):
        load(production | values, monkeypatch)


def test_production_has_no_web_log_in_unless_one_is_set(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load(production, monkeypatch).web_identity is None


def test_a_folder_of_secrets_holds_a_file_for_each_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "RASA_TOKEN").write_text("a-token-from-a-file-1\n")
    (tmp_path / "ACTIONS_TOKEN").write_text("a-token-from-a-file-2\n")
    monkeypatch.setenv("NHI_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("ACTIONS_TOKEN", "a-token-from-the-environment")
    settings = Settings.load(env_file=None)
    assert settings.rasa_token.get_secret_value() == "a-token-from-a-file-1"
    assert settings.actions_token.get_secret_value() == "a-token-from-the-environment"


@pytest.mark.parametrize("address", ["otel:4318", "ftp://otel", "http://user:pw@otel:4318"])
def test_the_collector_is_a_plain_web_address(address: str) -> None:
    with pytest.raises(SettingsRefused, match="OTEL_EXPORTER_OTLP_ENDPOINT"):
        Settings.load(env_file=None, OTEL_EXPORTER_OTLP_ENDPOINT=address)
