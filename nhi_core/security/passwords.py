"""Passwords of the staff: argon2id (RFC 9106, second recommended option) through argon2-cffi."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# A hash of a password nobody has, made with today's parameters: who is not known takes as long as who is.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$Ltn74wqy8zxYc+WEmIT+1g$wcEiwHMmzA6EF84IWHegO3jvsbvXqp+Ovt1gv3pg07o"


class ArgonPasswords:
    """Fulfils ports_staff.Passwords."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)

    def hash(self, password: str) -> str:
        """Return a salted hash with its parameters."""
        return self._hasher.hash(_same(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it fits; without a hash the same work is done for nothing."""
        try:
            return self._hasher.verify(password_hash or NOBODY, _same(password)) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters."""
        return self._hasher.check_needs_rehash(password_hash)


def _same(password: str) -> str:
    """However a keyboard composes its characters (NIST SP 800-63B: NFKC)."""
    return unicodedata.normalize("NFKC", password)
