"""The short signed address of an e-slip page: opaque ids, a time, a signature, nothing personal.

It names the account and its binding; whoever opens it after that binding ended sees nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from nhi_core.domain.errors import NotBound
from nhi_core.domain.eslip import LINK_TTL, EslipLinkOver
from nhi_core.domain.people import Person
from nhi_core.ports import Clock, UnitOfWork
from nhi_core.security import LinkExpired, LinkForged, Signer

_CONTEXT = "eslip"


@dataclass(frozen=True, slots=True)
class Visit:
    """Who came by the address: the account, and the person it is bound to."""

    account_id: str
    person: Person


class EslipLinks:
    """Makes and reads the addresses under `/eslip/`."""

    def __init__(self, signer: Signer, clock: Clock, public_url: str) -> None:
        self._signer = signer
        self._clock = clock
        self._base = f"{public_url}/eslip"

    @property
    def minutes(self) -> int:
        """How long an address works."""
        return int(LINK_TTL.total_seconds() // 60)

    def page(self, uow: UnitOfWork, account_id: str, language: str, *, part: str = "") -> str:
        """Return an address for the account's binding in force. Raises NotBound."""
        binding = uow.bindings.bound_of_account(account_id)
        if binding is None:
            raise NotBound
        until = self._clock.now() + LINK_TTL
        token = self._signer.sign(f"{account_id} {binding.id}", context=_CONTEXT, expires_at=until)
        return f"{self._base}/{token}{'/' if part else ''}{part}?lang={language}"

    def read(self, uow: UnitOfWork, token: str) -> Visit:
        """Return who came. Raises EslipLinkOver: also when the binding it was made for ended."""
        try:
            named = self._signer.verify(token, context=_CONTEXT, now=self._clock.now())
        except (LinkForged, LinkExpired) as error:
            raise EslipLinkOver(error.code) from None
        account_id, _, binding_id = named.partition(" ")
        binding = uow.bindings.bound_of_account(account_id)
        person = uow.people.get(binding.person_id) if binding and binding.id == binding_id else None
        if person is None:
            raise EslipLinkOver
        return Visit(account_id, person)
