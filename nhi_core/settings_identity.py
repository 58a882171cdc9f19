"""Settings of web log-ins: the citizens' (another way to bind), the staff's (another door to the console).

Production has each only where a provider is set.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings


class IdentitySettings(BaseSettings):
    """Mixed into Settings."""

    web_identity: Literal["none", "sandbox", "oidc"] | None = Field(
        None, validation_alias="NHI_WEB_IDENTITY", validate_default=True
    )
    oidc_issuer: str | None = Field(None, validation_alias="OIDC_ISSUER")
    oidc_client_id: str | None = Field(None, validation_alias="OIDC_CLIENT_ID")
    oidc_client_secret: SecretStr | None = Field(None, validation_alias="OIDC_CLIENT_SECRET", min_length=16)
    # The claim of the ID token that holds the national ID or UI number.
    oidc_number_claim: str = Field("national_id", validation_alias="OIDC_NUMBER_CLAIM")

    # The organisation's own log-in for the staff; the claim names the account at the provider.
    staff_oidc_issuer: str | None = Field(None, validation_alias="STAFF_OIDC_ISSUER", pattern=r"^https://")
    staff_oidc_client_id: str | None = Field(None, validation_alias="STAFF_OIDC_CLIENT_ID")
    staff_oidc_client_secret: SecretStr | None = Field(
        None, validation_alias="STAFF_OIDC_CLIENT_SECRET", min_length=16
    )
    staff_oidc_claim: str = Field("sub", validation_alias="STAFF_OIDC_CLAIM")

    @model_validator(mode="after")
    def _whole_staff_identity(self) -> Self:
        given = (self.staff_oidc_issuer, self.staff_oidc_client_id, self.staff_oidc_client_secret)
        if any(given) and not all(given):
            raise ValueError(
                "the staff's log-in needs all of STAFF_OIDC_ISSUER, STAFF_OIDC_CLIENT_ID, "
                "STAFF_OIDC_CLIENT_SECRET"
            )
        return self

    @model_validator(mode="after")
    def _whole_identity(self) -> Self:
        production = getattr(self, "env", "production") == "production"
        if production and self.web_identity == "sandbox":
            raise ValueError("NHI_WEB_IDENTITY: the made-up log-in is for the sandbox only")
        if self.web_identity == "oidc":
            given = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
            if not all(given):
                raise ValueError(
                    "NHI_WEB_IDENTITY=oidc needs OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET"
                )
            if not (self.oidc_issuer or "").startswith("https://"):
                raise ValueError("OIDC_ISSUER must begin with https://")
        return self
