"""Addresses of pictures that are drawn for one person: random, short-lived, and worth nothing once unbound.

The address holds no data: what it stands for is sealed in Redis under the token's name. It belongs to the
binding it was made under: after another person's card was bound to the same phone, it shows neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from nhi_core.domain.errors import LinkExpired
from nhi_core.ports import Ids, UnitOfWorkFactory, Vault
from nhi_core.security import hashed_name

TTL = timedelta(hours=1)
_CONTEXT = "picture"


@dataclass(frozen=True, slots=True)
class PictureLink:
    """`embeds`: LINE shows a picture inside a message only from an https address."""

    url: str
    embeds: bool


@dataclass(frozen=True, slots=True)
class YearPicture:
    """Which year chart an address stands for."""

    account_id: str
    year: int
    language: str


class PictureService:
    """Makes and reads addresses `<public>/media/<token>`."""

    def __init__(self, uow: UnitOfWorkFactory, vault: Vault, ids: Ids, public_url: str) -> None:
        self._uow = uow
        self._vault = vault
        self._ids = ids
        self._public_url = public_url.rstrip("/")

    def offer_year(self, account_id: str, year: int, language: str) -> PictureLink:
        """Return an address that works for an hour. Raises CacheUnavailable, StoreUnavailable."""
        token = self._ids.token()
        binding = self._binding_of(account_id)
        value = {"account": account_id, "binding": binding, "year": year, "language": language}
        self._vault.put(_name(token), value, context=_CONTEXT, ttl=TTL)
        return PictureLink(f"{self._public_url}/media/{token}", self._public_url.startswith("https://"))

    def year_of(self, token: str) -> YearPicture:
        """Return what a token stands for. Raises LinkExpired, CacheUnavailable, StoreUnavailable."""
        value = self._vault.get(_name(token), context=_CONTEXT)
        if value is None or value.get("binding") != self._binding_of(str(value["account"])):
            raise LinkExpired
        return YearPicture(str(value["account"]), int(str(value["year"])), str(value["language"]))

    def _binding_of(self, account_id: str) -> str:
        with self._uow() as uow:
            binding = uow.bindings.bound_of_account(account_id)
        return "" if binding is None else binding.id


def _name(token: str) -> str:
    return f"picture:{hashed_name(token)}"
