"""Ids that are the same in each run."""

from __future__ import annotations

import base64
import random
import uuid


class FakeIds:
    """Fulfils ports.Ids, seeded."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def token(self, nbytes: int = 24) -> str:
        return base64.urlsafe_b64encode(self._random.randbytes(nbytes)).decode().rstrip("=")

    def code(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choices(alphabet, k=length))
