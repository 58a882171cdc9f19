"""The key file (`NHI_KEYS_FILE`): JSON, readable by its owner alone.

Shape: `{purpose: [{"id": text, "key": base64 of 32 bytes, "state": "active" | "decrypt"}, …]}`, newest first.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import secrets
import stat
from pathlib import Path

from nhi_core import sandbox
from nhi_core.domain.errors import CounterError
from nhi_core.security.rings import KEY_BYTES, PURPOSES, Key, KeyRing, KeyRings, KeyState

_KEY_ID = re.compile(r"[a-z0-9-]{1,32}")


class KeysUnusable(CounterError):
    """The key file is missing, readable by others, malformed, or of the sandbox. The text holds no key."""

    code = "keys_unusable"


def sandbox_rings() -> KeyRings:
    """Return the published keys of the sandbox."""
    return KeyRings(
        **{
            purpose: KeyRing(purpose, (Key(sandbox.KEY_ID, sandbox.key_for(purpose), KeyState.ACTIVE),))
            for purpose in PURPOSES
        }
    )


def load_key_file(path: Path, *, allow_sandbox: bool = False) -> KeyRings:
    """Read the rings; raises KeysUnusable. Sandbox keys are refused unless allowed."""
    try:
        _check_mode(path)
        raw = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise KeysUnusable("the key file does not exist; make one with `nhi-counter keys init`") from None
    except OSError as error:
        raise KeysUnusable(f"the key file cannot be read ({error.strerror})") from None
    except ValueError:
        raise KeysUnusable("the key file is not JSON") from None
    rings = _parse(raw)
    if not allow_sandbox and any(
        key.secret == sandbox.key_for(purpose) for purpose in PURPOSES for key in rings.ring(purpose).keys
    ):
        raise KeysUnusable("the key file holds a sandbox key")
    return rings


def create_key_file(path: Path) -> KeyRings:
    """Write a new file with one fresh key a purpose; raises KeysUnusable when the path exists already."""
    rings = KeyRings(**{p: KeyRing(p, (_fresh(p, KeyState.ACTIVE, taken=()),)) for p in PURPOSES})
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write_new(path, rings)
    except FileExistsError:
        raise KeysUnusable("the key file exists already; it is never overwritten") from None
    return rings


def rotate_key_file(path: Path, purpose: str, *, prepare: bool = False) -> KeyRings:
    """Make a new key active; the older ones stay readable. Returns the new rings.

    While anything runs: `prepare=True` first adds the new key as readable only; restart every process (on
    every machine, with the same file); then rotate, which makes the prepared key active. So no process ever
    meets a value that it cannot open.
    """
    rings = load_key_file(path, allow_sandbox=True)
    keys = list(rings.ring(purpose).keys)
    prepared = keys[0].state is KeyState.DECRYPT
    if prepare and prepared:
        raise KeysUnusable("a prepared key is waiting already; rotate without --prepare to make it active")
    if not prepared:
        keys.insert(0, _fresh(purpose, KeyState.DECRYPT, taken=tuple(key.id for key in keys)))
    if not prepare:
        keys = [Key(keys[0].id, keys[0].secret, KeyState.ACTIVE)] + [
            Key(key.id, key.secret, KeyState.DECRYPT) for key in keys[1:]
        ]
    return _replace(path, rings, purpose, keys)


def older_keys(rings: KeyRings, purpose: str) -> tuple[Key, ...]:
    """Return the keys that were active once: those behind the active one. A prepared key is none of them."""
    keys = rings.ring(purpose).keys
    return keys[keys.index(rings.ring(purpose).active) + 1 :]


def retire_key_file(path: Path, purpose: str) -> Path | None:
    """Take the older keys out of a ring; keep the file as it was beside it, for backups made until now.

    Returns that copy; None when there is no older key. Raises KeysUnusable.
    """
    rings = load_key_file(path, allow_sandbox=True)
    gone = older_keys(rings, purpose)
    if not gone:
        return None
    kept = path.with_name(f"{path.name}.before-{purpose}-{rings.ring(purpose).active.id}")
    if not kept.exists():
        _write_new(kept, rings)
    _replace(path, rings, purpose, [key for key in rings.ring(purpose).keys if key not in gone])
    return kept


def _replace(path: Path, rings: KeyRings, purpose: str, keys: list[Key]) -> KeyRings:
    others = {p: rings.ring(p) for p in PURPOSES if p != purpose}
    new = KeyRings(**others, **{purpose: KeyRing(purpose, tuple(keys))})
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    _write_new(temporary, new)
    temporary.replace(path)
    return new


def _fresh(purpose: str, state: KeyState, *, taken: tuple[str, ...]) -> Key:
    while (key_id := f"{purpose[0]}{secrets.token_hex(3)}") in taken:
        continue
    return Key(key_id, secrets.token_bytes(KEY_BYTES), state)


def _check_mode(path: Path) -> None:
    mode = path.stat().st_mode
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeysUnusable("the key file can be read by others; `chmod 600` it")


def _parse(raw: object) -> KeyRings:
    if not isinstance(raw, dict) or set(raw) != set(PURPOSES):
        raise KeysUnusable(f"the key file must have exactly these purposes: {', '.join(PURPOSES)}")
    try:
        return KeyRings(**{p: KeyRing(p, tuple(_parse_key(entry) for entry in raw[p])) for p in PURPOSES})
    except (KeyError, TypeError, binascii.Error):
        raise KeysUnusable("the key file has a malformed entry") from None
    except ValueError as error:
        raise KeysUnusable(str(error)) from None


def _parse_key(entry: dict[str, str]) -> Key:
    if not _KEY_ID.fullmatch(entry["id"]):
        raise ValueError("a key id must be 1 to 32 of a-z, 0-9 and -")
    state = KeyState.ACTIVE if entry["state"] == "active" else KeyState.DECRYPT
    if entry["state"] not in set(KeyState):
        raise ValueError("a key's state must be active or decrypt")
    return Key(entry["id"], base64.b64decode(entry["key"], validate=True), state)


def _write_new(path: Path, rings: KeyRings) -> None:
    body = {
        purpose: [
            {"id": key.id, "key": base64.b64encode(key.secret).decode(), "state": key.state.value}
            for key in rings.ring(purpose).keys
        ]
        for purpose in PURPOSES
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(body, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
