"""Ed25519 keys of devices (kiosks): made, read, and nothing else than Ed25519."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)

from nhi_core.domain.errors import Invalid


def new_device_key() -> tuple[str, str]:
    """Return a fresh key pair as PEM: private (PKCS #8, not encrypted) and public (SubjectPublicKeyInfo)."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private.decode("ascii"), _public_pem(key.public_key())


def read_public_key(pem: str) -> Ed25519PublicKey:
    """Return the key of a PEM text. Raises Invalid for everything that is not an Ed25519 public key."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise Invalid("not a public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise Invalid("not an Ed25519 key")
    return key


def plain_public_key(pem: str) -> str:
    """Return the same key in the one form that is stored. Raises Invalid."""
    return _public_pem(read_public_key(pem))


def _public_pem(key: Ed25519PublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
