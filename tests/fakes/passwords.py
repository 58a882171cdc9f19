"""Passwords without the work of hashing them."""

from __future__ import annotations


class FastPasswords:
    """Fulfils ports_staff.Passwords; counts what was asked."""

    def __init__(self) -> None:
        self.hashed = 0
        self.verified = 0
        self.old = False

    def hash(self, password: str) -> str:
        self.hashed += 1
        return f"fast:{password}"

    def verify(self, password_hash: str | None, password: str) -> bool:
        self.verified += 1
        return password_hash == f"fast:{password}"

    def outdated(self, password_hash: str) -> bool:
        return self.old
