"""Card kiosks: machines in a lobby, known by the public half of their device key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Kiosk:
    """`public_key` is PEM (SubjectPublicKeyInfo, Ed25519); a revoked kiosk never comes back under its id."""

    id: str
    name: str
    office: str
    public_key: str
    enrolled_at: datetime
    seen_at: datetime | None = None
    revoked_at: datetime | None = None
