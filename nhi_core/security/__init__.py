"""Key rings and what is done with them: seal (AEAD), fingerprint (HMAC) and sign (expiring links)."""

from nhi_core.security.fingerprint import KeyedFingerprints
from nhi_core.security.keyfile import (
    KeysUnusable,
    create_key_file,
    load_key_file,
    older_keys,
    retire_key_file,
    rotate_key_file,
    sandbox_rings,
)
from nhi_core.security.names import hashed_name
from nhi_core.security.rings import PURPOSES, Key, KeyRing, KeyRings, KeyState
from nhi_core.security.seal import SealBroken, Sealer, key_id_of
from nhi_core.security.sign import LinkExpired, LinkForged, Signer

__all__ = [
    "PURPOSES",
    "Key",
    "KeyRing",
    "KeyRings",
    "KeyState",
    "KeyedFingerprints",
    "KeysUnusable",
    "LinkExpired",
    "LinkForged",
    "SealBroken",
    "Sealer",
    "Signer",
    "create_key_file",
    "hashed_name",
    "key_id_of",
    "load_key_file",
    "older_keys",
    "retire_key_file",
    "rotate_key_file",
    "sandbox_rings",
]
