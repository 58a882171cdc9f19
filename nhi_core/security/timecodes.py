"""Codes of an authenticator app: TOTP (RFC 6238; SHA-1, six digits, 30 seconds, as all apps speak it)."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable

import pyotp

STEP_SECONDS = 30
_ISSUER = "健保櫃檯"


class Totp:
    """Fulfils ports_staff.TimeCodes. The app has the real time, so its clock is not the sandbox's."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        """`now`: seconds since 1970."""
        self._now = now

    def new_secret(self) -> str:
        """Return 160 random bits in base32."""
        return pyotp.random_base32()

    def matching_step(self, secret: str, code: str) -> int | None:
        """Return the step of this code, when it is the present one or one beside it (clocks differ)."""
        totp, present = pyotp.TOTP(secret), int(self._now()) // STEP_SECONDS
        found = None
        for step in (present - 1, present, present + 1):
            # All three are compared, always.
            if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
                found = step
        return found

    def address(self, secret: str, username: str) -> str:
        """Return what the app scans."""
        return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=_ISSUER)

    def hint(self, secret: str) -> str | None:  # noqa: ARG002 - the sandbox's has one
        """Return nothing: the code is in the app, and nowhere else."""
        return None

    def code(self, secret: str) -> str:
        """Return the present code: for tests and the sandbox's made-up staff."""
        return pyotp.TOTP(secret).generate_otp(int(self._now()) // STEP_SECONDS)


class SandboxTotp(Totp):
    """The same, and shows the code of the made-up staff, whose secrets are published anyway."""

    def hint(self, secret: str) -> str | None:
        """Return the present code."""
        return self.code(secret)
