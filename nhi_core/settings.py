"""Typed settings from the environment. Fail closed: one error names every problem, and no value.

In the sandbox everything has a default, so that nothing needs to be set; production has no defaults for
secrets and refuses those of the sandbox.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from nhi_core import sandbox
from nhi_core.domain.rates import WAIVE_LE_DEFAULT
from nhi_core.security import KeyRings, KeysUnusable, load_key_file, sandbox_rings
from nhi_core.settings_identity import IdentitySettings
from nhi_core.settings_mail import MailSettings
from nhi_core.settings_operations import OperationsSettings
from nhi_core.settings_payments import PaymentSettings

_SANDBOX_PHONE = "02-0000-0000"
_SANDBOX_DEFAULTS: Mapping[str, str] = {
    "NHI_REDIS_URL": "redis://127.0.0.1:6390/0",
    "NHI_PUBLIC_URL": "http://127.0.0.1:8000",
    "NHI_OFFICE_PHONE": _SANDBOX_PHONE,
    "LINE_CHANNEL_SECRET": sandbox.LINE_CHANNEL_SECRET,
    "LINE_CHANNEL_ACCESS_TOKEN": sandbox.LINE_CHANNEL_ACCESS_TOKEN,
    "LINE_BASIC_ID": sandbox.LINE_BASIC_ID,
    "NHI_WEB_IDENTITY": "sandbox",
    "LINE_API_URL": "http://127.0.0.1:8010",
    "LINE_DATA_API_URL": "http://127.0.0.1:8010",
    "RASA_TOKEN": sandbox.RASA_TOKEN,
    "ACTIONS_TOKEN": sandbox.ACTIONS_TOKEN,
}
_PRODUCTION_DEFAULTS: Mapping[str, str] = {
    "LINE_ACCESS_URL": "https://access.line.me",
    "LINE_API_URL": "https://api.line.me",
    "LINE_DATA_API_URL": "https://api-data.line.me",
}
_QUIET_HOURS = r"^(none|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)$"
_PLAIN_WORDS = {
    "missing": "is not set",
    "date_from_datetime_parsing": "must be a date like 2026-11-22",
    "date_parsing": "must be a date like 2026-11-22",
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "greater_than_equal": "must not be negative",
    "less_than_equal": "is too large",
    "float_parsing": "must be a number",
    "string_pattern_mismatch": "has the wrong form",
    "too_short": "is too short",
}


class SettingsRefused(Exception):
    """The settings cannot be used. The text lists every problem, by variable name, without values."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Keep the problems, one line each."""
        self.problems = problems
        super().__init__("the settings cannot be used:\n" + "\n".join(f"  - {line}" for line in problems))


class Settings(PaymentSettings, MailSettings, IdentitySettings, OperationsSettings):
    """All settings; read them with `Settings.load()`."""

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True, case_sensitive=True
    )

    # Declared first: the checks of the other fields look at it.
    env: Literal["sandbox", "production"] = Field("sandbox", validation_alias="NHI_ENV")
    debug: bool = Field(False, validation_alias="NHI_DEBUG")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", validation_alias="NHI_LOG_LEVEL")
    log_format: Literal["auto", "json", "console"] = Field("auto", validation_alias="NHI_LOG_FORMAT")
    today: date | None = Field(None, validation_alias="NHI_TODAY")
    var_dir: Path = Field(Path("var"), validation_alias="NHI_VAR_DIR")
    # Where photos and attachments are kept (unset: `files` in NHI_VAR_DIR); shared by all processes.
    files_dir: Path | None = Field(None, validation_alias="NHI_FILES_DIR")

    database_url: SecretStr = Field(validation_alias="NHI_DATABASE_URL")
    redis_url: SecretStr = Field(validation_alias="NHI_REDIS_URL")
    public_url: str = Field(validation_alias="NHI_PUBLIC_URL")
    keys_file: Path | None = Field(None, validation_alias="NHI_KEYS_FILE", validate_default=True)
    office_phone: str = Field(validation_alias="NHI_OFFICE_PHONE", pattern=r"^[0-9+#*() -]{3,32}$")

    # What the law leaves to an announcement, or open (NHI Act §35 II; Administrative Procedure Act §48).
    late_fee_waiver: int = Field(WAIVE_LE_DEFAULT, validation_alias="NHI_LATE_FEE_WAIVER", ge=0)
    grace_model: Literal["printed", "shifted"] = Field("printed", validation_alias="NHI_GRACE_MODEL")
    calendar_file: Path | None = Field(None, validation_alias="NHI_CALENDAR_FILE")
    # Pushes a month that LINE's plan allows (unset: unlimited), and how many are kept for what is urgent.
    push_quota: int | None = Field(None, validation_alias="NHI_PUSH_QUOTA", ge=0)
    push_reserve: int = Field(0, validation_alias="NHI_PUSH_RESERVE", ge=0)
    # When no reminder is pushed, Taipei time: `21:00-08:00`, or `none`.
    quiet_hours: str = Field("21:00-08:00", validation_alias="NHI_QUIET_HOURS", pattern=_QUIET_HOURS)

    line_channel_secret: SecretStr = Field(validation_alias="LINE_CHANNEL_SECRET", min_length=16)
    # With the channel's id (it is no secret) LINE issues a token whenever one is needed; else one is kept.
    line_channel_id: str | None = Field(None, validation_alias="LINE_CHANNEL_ID", pattern=r"^[0-9]{4,20}$")
    line_channel_access_token: SecretStr | None = Field(
        None, validation_alias="LINE_CHANNEL_ACCESS_TOKEN", min_length=16, validate_default=True
    )
    # The official account's own id: it stands in the QR that a kiosk shows.
    line_basic_id: str = Field(validation_alias="LINE_BASIC_ID", pattern=r"^@[0-9a-z._-]{2,30}$")
    # Where LINE's account-link dialogue is.
    line_access_url: str = Field(validation_alias="LINE_ACCESS_URL")
    line_api_url: str = Field(validation_alias="LINE_API_URL")
    line_data_api_url: str = Field(validation_alias="LINE_DATA_API_URL")

    rasa_url: str = Field("http://127.0.0.1:5005", validation_alias="RASA_URL")
    rasa_token: SecretStr = Field(validation_alias="RASA_TOKEN", min_length=16)
    actions_url: str = Field("http://127.0.0.1:5055", validation_alias="ACTIONS_URL")
    actions_token: SecretStr = Field(validation_alias="ACTIONS_TOKEN", min_length=16)

    @classmethod
    def load(cls, *, env_file: Path | None = Path(".env"), **overrides: Any) -> Self:
        """Read the environment; raises SettingsRefused.

        A `.env` file is read in development alone and never wins over the environment. `overrides` go by
        the names of the variables (`NHI_TODAY="2026-11-22"`) and win over everything.
        """
        if os.environ.get("NHI_ENV") == "production":
            env_file = None
        try:
            # A file for each secret, named like its variable: how container platforms hand secrets over.
            secrets = os.environ.get("NHI_SECRETS_DIR") or None
            return cls(**{"_env_file": env_file, "_secrets_dir": secrets, **overrides})
        except ValidationError as error:
            raise SettingsRefused(_in_plain_words(error)) from None

    @property
    def production(self) -> bool:
        """Whether real people are served."""
        return self.env == "production"

    @property
    def files_path(self) -> Path:
        """The directory of the content store."""
        return (self.files_dir or self.var_dir / "files").absolute()

    @property
    def celery_broker_url(self) -> str:
        """The Redis address in the spelling that Celery's transport knows (unix sockets differ)."""
        return self.redis_url.get_secret_value().replace("unix://", "redis+socket://", 1)

    def key_rings(self) -> KeyRings:
        """Return the rings of the key file, or the sandbox's own when none is named; raises KeysUnusable."""
        if self.keys_file is None:
            return sandbox_rings()
        return load_key_file(self.keys_file, allow_sandbox=not self.production)

    def warnings(self) -> tuple[str, ...]:
        """Return what is allowed but should be known, one sentence each."""
        if not self.production:
            return ()
        found = []
        if self.database_url.get_secret_value().startswith("sqlite"):
            found.append("NHI_DATABASE_URL is SQLite: right for one machine only (docs/adr/0004)")
        if self.trusted_proxies == 0:
            found.append(
                "NHI_TRUSTED_PROXIES is 0: behind a proxy all callers look like one, and one who guesses "
                "passwords keeps all of the staff out"
            )
        if self.quiet_hours == "none":
            found.append("NHI_QUIET_HOURS is none: reminders may come at night")
        return tuple(found)

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values.get("NHI_ENV", "sandbox") != "sandbox":
            return {**_PRODUCTION_DEFAULTS, **values}
        var = Path(values.get("NHI_VAR_DIR", "var")).absolute()
        filled = {"NHI_DATABASE_URL": f"sqlite:///{var}/counter.db", **_SANDBOX_DEFAULTS, **values}
        # The sandbox's LINE has its link dialogue at the same address as everything else.
        return {"LINE_ACCESS_URL": filled["LINE_API_URL"], **filled}

    @field_validator("debug", "today")
    @classmethod
    def _not_in_production(cls, value: object, info: ValidationInfo) -> object:
        if value and _strict(info):
            raise ValueError("is for the sandbox only")
        return value

    @field_validator("var_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.absolute()

    @field_validator("line_channel_access_token")
    @classmethod
    def _id_or_token(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None and info.data.get("line_channel_id") is None:
            raise ValueError("is not set, nor is LINE_CHANNEL_ID, with which LINE issues tokens")
        return value

    @field_validator("line_channel_secret", "line_channel_access_token", "rasa_token", "actions_token")
    @classmethod
    def _own_secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if _strict(info) and value is not None and value.get_secret_value() in sandbox.SECRETS:
            raise ValueError("is the sandbox's secret; make your own")
        return value

    @field_validator("office_phone")
    @classmethod
    def _own_phone(cls, value: str, info: ValidationInfo) -> str:
        if _strict(info) and value == _SANDBOX_PHONE:
            raise ValueError("is the sandbox's number; give the office's own")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value().partition(":")[0] not in {"sqlite", "postgresql", "postgresql+psycopg"}:
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value().partition(":")[0] not in {"redis", "rediss", "unix"}:
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return value

    @field_validator(
        "rasa_url", "actions_url", "public_url", "line_api_url", "line_data_api_url", "line_access_url"
    )
    @classmethod
    def _web_address(cls, value: str, info: ValidationInfo) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an address like https://counter.example")
        # Rasa and the actions stand inside the machine room; what leaves it is encrypted.
        outside = info.field_name not in {"rasa_url", "actions_url"}
        if outside and _strict(info) and parts.scheme != "https":
            raise ValueError("must begin with https:// in production")
        return value.rstrip("/")

    @field_validator("keys_file")
    @classmethod
    def _usable_keys(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        strict = _strict(info)
        if value is None and strict:
            raise ValueError("is not set; make a key file with `nhi-counter keys init`")
        if value is not None:
            try:
                load_key_file(value, allow_sandbox=not strict)
            except KeysUnusable as error:
                raise ValueError(f"is not usable: {error}") from None
        return value


def _strict(info: ValidationInfo) -> bool:
    """Tell whether production's checks apply: also when NHI_ENV itself could not be understood."""
    return bool(info.data.get("env") != "sandbox")


def _in_plain_words(error: ValidationError) -> tuple[str, ...]:
    lines = []
    for problem in error.errors(include_url=False, include_input=False, include_context=True):
        # A default that is checked is reported under the field's name, everything else under the variable's.
        where = str(problem["loc"][0]) if problem["loc"] else "settings"
        field = Settings.model_fields.get(where)
        name = str(field.validation_alias) if field else where
        if problem["type"] == "value_error":
            words = str(problem["ctx"]["error"])
        elif problem["type"] == "literal_error":
            words = f"must be {problem['ctx']['expected']}"
        else:
            words = _PLAIN_WORDS.get(problem["type"], "has the wrong form")
        lines.append(f"{name} {words}")
    return tuple(lines)
