"""LINE's account link: who logged in on the web is proposed to the account that asked for the page.

    linkToken → our page → log-in → nonce → LINE's own dialogue → accountLink event → proposal → 「是我」

LINE's dialogue makes sure that the browser's LINE user is the one the linkToken was made for: a page that
somebody passes on links nobody. Every step works once and within ten minutes; secrets are names of sealed
values, or keyed hashes.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from nhi_core.domain.errors import IdentityRefused, Invalid, LinkExpired, TooManyAttempts
from nhi_core.domain.identifiers import parse_number
from nhi_core.ports import Fingerprints, Ids, Limiter, UnitOfWorkFactory, Vault
from nhi_core.ports_identity import LoginSecrets, WebIdentity
from nhi_core.security import hashed_name
from nhi_core.services.bindings import BindingProposal, BindingService

TTL = timedelta(minutes=10)
_PAGE, _LOGIN, _NONCE = "link-page", "link-login", "link-nonce"
_OFFERS = 5


@dataclass(frozen=True, slots=True)
class LinkAddresses:
    """Where we are, and where LINE's dialogue is."""

    public: str
    line_access: str

    @property
    def back(self) -> str:
        """Where the provider sends the browser."""
        return f"{self.public}/link/back"


@dataclass(frozen=True, slots=True)
class LoginBegun:
    """Where the browser goes, and what it must bring back in a cookie."""

    url: str
    browser: str

    def __repr__(self) -> str:
        """Show nothing."""
        return "LoginBegun(…)"


class AccountLinks:
    """Takes an account from the chat over the web and back."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        vault: Vault,
        ids: Ids,
        fingerprints: Fingerprints,
        limiter: Limiter,
        *,
        bindings: BindingService,
        identity: WebIdentity | None,
        addresses: LinkAddresses,
    ) -> None:
        self._uow = uow
        self._vault = vault
        self._ids = ids
        self._fingerprints = fingerprints
        self._limiter = limiter
        self._bindings = bindings
        self._identity = identity
        self._addresses = addresses

    @property
    def offered(self) -> bool:
        """Whether there is a web log-in here."""
        return self._identity is not None

    def offer(self, account_id: str, link_token: str) -> str:
        """Return the address of the page for this account and LINE's link token. Raises TooManyAttempts."""
        if not self._limiter.hit(f"link-offer:{account_id}", limit=_OFFERS, window=TTL):
            raise TooManyAttempts
        token = self._ids.token()
        value = {"account": account_id, "link_token": link_token}
        self._vault.put(f"{_PAGE}:{hashed_name(token)}", value, context=_PAGE, ttl=TTL)
        return f"{self._addresses.public}/link/{token}"

    def open(self, token: str) -> None:
        """Look whether the page may still be used; changes nothing. Raises LinkExpired."""
        if self._vault.get(f"{_PAGE}:{hashed_name(token)}", context=_PAGE) is None:
            raise LinkExpired

    def begin(self, token: str) -> LoginBegun:
        """Use the page up and begin the log-in. Raises LinkExpired, IdentityRefused."""
        page = self._vault.take(f"{_PAGE}:{hashed_name(token)}", context=_PAGE)
        if page is None or self._identity is None:
            raise LinkExpired
        secrets = LoginSecrets(self._ids.token(), self._ids.token(), self._ids.token(48))
        browser = self._ids.token()
        value = {**page, "nonce": secrets.nonce, "verifier": secrets.verifier, "browser": browser}
        self._vault.put(f"{_LOGIN}:{hashed_name(secrets.state)}", value, context=_LOGIN, ttl=TTL)
        return LoginBegun(self._identity.begin(secrets, back=self._addresses.back), browser)

    def prove(self, answer: Mapping[str, str], *, browser: str) -> str:
        """The browser is back from the log-in: return LINE's dialogue, with a nonce for the person.

        Raises LinkExpired (unknown, used, over, another browser), IdentityRefused.
        """
        state = answer.get("state", "")
        login = self._vault.take(f"{_LOGIN}:{hashed_name(state)}", context=_LOGIN)
        if login is None or self._identity is None:
            raise LinkExpired
        if not hmac.compare_digest(str(login["browser"]).encode(), browser.encode()):
            raise LinkExpired
        secrets = LoginSecrets(state, str(login["nonce"]), str(login["verifier"]))
        number = self._identity.prove(answer, secrets, back=self._addresses.back)
        nonce = self._ids.token(32)
        value = {"account": login["account"], "person": self._person_id(number, str(login["account"]))}
        self._vault.put(self._nonce_name(nonce), value, context=_NONCE, ttl=TTL)
        query = urlencode({"linkToken": str(login["link_token"]), "nonce": nonce})
        return f"{self._addresses.line_access}/dialog/bot/accountLink?{query}"

    def finish(self, account_id: str, nonce: str) -> BindingProposal:
        """LINE says that the account is linked: propose who logged in. Raises IdentityRefused."""
        for fingerprint in self._fingerprints.candidates(_NONCE, nonce):
            found = self._vault.take(f"{_NONCE}:{fingerprint}", context=_NONCE)
            if found is not None and found["account"] == account_id:
                return self._bindings.propose_proved(account_id, str(found["person"]), by="web")
        raise IdentityRefused("an unknown nonce, a used one, or another account's")

    def _person_id(self, number: str, account_id: str) -> str:
        with self._uow() as uow:
            try:
                person = uow.people.by_number(parse_number(number))
            except Invalid:
                person = None
            event = "web_identity_proved" if person is not None else "web_identity_unknown"
            uow.audit.record(event, subject=account_id)
            uow.commit()
        if person is None:
            raise IdentityRefused("nobody here has this number")
        return person.id

    def _nonce_name(self, nonce: str) -> str:
        return f"{_NONCE}:{self._fingerprints.make(_NONCE, nonce)}"
