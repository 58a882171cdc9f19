"""Proof of who a person is on the web: a log-in that somebody else keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LoginSecrets:
    """What ties the answer to the question: made fresh for each log-in, never shown."""

    state: str
    nonce: str
    verifier: str

    def __repr__(self) -> str:
        """Show nothing."""
        return "LoginSecrets(…)"


class WebIdentity(Protocol):
    """A provider of log-ins."""

    def begin(self, secrets: LoginSecrets, *, back: str) -> str:
        """Return the address where the person logs in; from there the browser comes to `back`.

        Raises errors.IdentityRefused when the provider does not answer.
        """

    def prove(self, answer: Mapping[str, str], secrets: LoginSecrets, *, back: str) -> str:
        """Return the ID or UI number of who logged in, from the parameters that `back` was called with.

        Raises errors.IdentityRefused.
        """
