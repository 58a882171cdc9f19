"""Providers of web log-ins: the sandbox's made-up one, and any OpenID Connect provider by settings."""

from __future__ import annotations

from nhi_core.adapters.identity.oidc import OidcIdentity
from nhi_core.adapters.identity.sandbox import SandboxIdentity
from nhi_core.ports import UnitOfWorkFactory
from nhi_core.ports_identity import WebIdentity
from nhi_core.settings import Settings


def web_identity(settings: Settings, uow: UnitOfWorkFactory) -> WebIdentity | None:
    """Return the provider of these settings; None when none is set up."""
    if settings.web_identity == "sandbox":
        return SandboxIdentity(uow, settings.public_url)
    if settings.web_identity == "oidc":
        secret = settings.oidc_client_secret
        return OidcIdentity(
            issuer=settings.oidc_issuer or "",
            client_id=settings.oidc_client_id or "",
            client_secret=secret.get_secret_value() if secret else "",
            number_claim=settings.oidc_number_claim,
        )
    return None


def staff_identity(settings: Settings) -> WebIdentity | None:
    """Return the provider of the staff's own log-in; None when none is set up."""
    secret = settings.staff_oidc_client_secret
    if settings.staff_oidc_issuer is None or settings.staff_oidc_client_id is None or secret is None:
        return None
    return OidcIdentity(
        issuer=settings.staff_oidc_issuer,
        client_id=settings.staff_oidc_client_id,
        client_secret=secret.get_secret_value(),
        number_claim=settings.staff_oidc_claim,
    )
