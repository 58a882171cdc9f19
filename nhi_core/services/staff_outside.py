"""The organisation's own log-in (OpenID Connect) as another door to the console.

It opens the account to which the log-in's subject was tied before; it never makes one. Its second factor is
the provider's own matter, so no code is asked for here.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from nhi_core.domain.errors import IdentityRefused, TooManyAttempts
from nhi_core.domain.staff import SignInRefused
from nhi_core.ports import Fingerprints, Ids, Limiter, UnitOfWorkFactory, Vault
from nhi_core.ports_identity import LoginSecrets, WebIdentity
from nhi_core.services.staff import SUBJECT_PURPOSE
from nhi_core.services.staff_sign_in import SignedIn, SignInService

TTL = timedelta(minutes=10)
PER_ADDRESS = 30
_LOGIN = "staff-login"


@dataclass(frozen=True, slots=True)
class OutsideBegun:
    """Where the browser goes, and what it must bring back in a cookie."""

    url: str
    browser: str

    def __repr__(self) -> str:
        """Show nothing."""
        return "OutsideBegun(…)"


class OutsideSignIn:
    """Takes a browser to the provider and back."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        vault: Vault,
        ids: Ids,
        fingerprints: Fingerprints,
        limiter: Limiter,
        *,
        identity: WebIdentity | None,
        sign_in: SignInService,
        public_url: str,
    ) -> None:
        self._uow = uow
        self._vault = vault
        self._ids = ids
        self._fingerprints = fingerprints
        self._limiter = limiter
        self._identity = identity
        self._sign_in = sign_in
        self._back = f"{public_url}/console/sign-in/outside/back"

    @property
    def offered(self) -> bool:
        """Whether a provider is set up."""
        return self._identity is not None

    def begin(self, *, address: str) -> OutsideBegun:
        """Begin. Raises SignInRefused (no provider), IdentityRefused (it is away), TooManyAttempts."""
        if self._identity is None:
            raise SignInRefused
        name = f"console-outside:{self._fingerprints.make('console-address', address)}"
        if not self._limiter.hit(name, limit=PER_ADDRESS, window=TTL):
            raise TooManyAttempts
        secrets = LoginSecrets(self._ids.token(), self._ids.token(), self._ids.token(48))
        browser = self._ids.token()
        value = {"nonce": secrets.nonce, "verifier": secrets.verifier, "browser": browser}
        self._vault.put(f"{_LOGIN}:{secrets.state}", value, context=_LOGIN, ttl=TTL)
        return OutsideBegun(self._identity.begin(secrets, back=self._back), browser)

    def finish(self, answer: Mapping[str, str], *, browser: str, agent: str) -> SignedIn:
        """The browser is back. Raises SignInRefused: not this browser, over, refused, or tied to nobody."""
        state = answer.get("state", "")
        login = self._vault.take(f"{_LOGIN}:{state}", context=_LOGIN)
        if login is None or self._identity is None:
            raise SignInRefused
        if not hmac.compare_digest(str(login["browser"]).encode(), browser.encode()):
            raise SignInRefused
        secrets = LoginSecrets(state, str(login["nonce"]), str(login["verifier"]))
        try:
            subject = self._identity.prove(answer, secrets, back=self._back)
        except IdentityRefused:
            raise SignInRefused from None
        with self._uow() as uow:
            member = uow.staff.by_subject(self._fingerprints.candidates(SUBJECT_PURPOSE, subject))
            if member is None:
                detail = {"at": "outside", "known": False}
                uow.audit.record("staff_sign_in_refused", subject="staff:unknown", detail=detail)
                uow.commit()
        if member is None:
            raise SignInRefused
        return self._sign_in.enter(member, how="outside", agent=agent)
