"""A made-up log-in: a page of ours lists the made-up people, and one picks who to be."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from nhi_core.domain.errors import IdentityRefused
from nhi_core.ports import UnitOfWorkFactory
from nhi_core.ports_identity import LoginSecrets


class SandboxIdentity:
    """Fulfils ports_identity.WebIdentity; production refuses it."""

    def __init__(self, uow: UnitOfWorkFactory, public_url: str) -> None:
        """Use the sandbox's people."""
        self._uow = uow
        self._public_url = public_url

    def begin(self, secrets: LoginSecrets, *, back: str) -> str:  # noqa: ARG002 - the page knows its way back
        """Return the address of the sandbox's own page."""
        return f"{self._public_url}/link/sandbox?{urlencode({'state': secrets.state})}"

    def prove(self, answer: Mapping[str, str], secrets: LoginSecrets, *, back: str) -> str:  # noqa: ARG002
        """Return the number of the made-up person whose story was picked."""
        with self._uow() as uow:
            person = uow.people.by_story(answer.get("code", ""))
        if person is None:
            raise IdentityRefused("nobody was picked")
        return person.number
