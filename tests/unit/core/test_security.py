"""Seals, fingerprints and links under rings of keys."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nhi_core.security import (
    PURPOSES,
    Key,
    KeyedFingerprints,
    KeyRing,
    KeyRings,
    KeyState,
    KeysUnusable,
    LinkExpired,
    LinkForged,
    SealBroken,
    Sealer,
    Signer,
    create_key_file,
    key_id_of,
    load_key_file,
    rotate_key_file,
    sandbox_rings,
)

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def ring(*ids: str, active: str | None = None) -> KeyRing:
    """A ring whose key bytes follow from the id; the first is active unless said otherwise."""
    return KeyRing(
        "seal",
        tuple(
            Key(
                i,
                i.encode().ljust(32, b"."),
                KeyState.ACTIVE if i == (active or ids[0]) else KeyState.DECRYPT,
            )
            for i in ids
        ),
    )


class TestSeal:
    def test_what_is_sealed_opens_in_its_own_place_only(self) -> None:
        sealer = Sealer(ring("k1"))
        envelope = sealer.seal("王小明", context="persons.name", row="p1")
        assert sealer.open(envelope, context="persons.name", row="p1") == "王小明"
        for context, row in (("persons.number", "p1"), ("persons.name", "p2"), ("persons.name", "")):
            with pytest.raises(SealBroken):
                sealer.open(envelope, context=context, row=row)

    def test_context_and_row_cannot_be_shifted_into_each_other(self) -> None:
        sealer = Sealer(ring("k1"))
        envelope = sealer.seal("x", context="a", row="bc")
        with pytest.raises(SealBroken):
            sealer.open(envelope, context="ab", row="c")

    def test_the_same_value_never_looks_the_same_twice(self) -> None:
        sealer = Sealer(ring("k1"))
        assert sealer.seal("x", context="c") != sealer.seal("x", context="c")

    def test_any_changed_character_is_noticed(self) -> None:
        sealer = Sealer(ring("k1", "k2"))
        envelope = sealer.seal("A123456789", context="c")
        for place in range(len(envelope)):
            for other in ("A", "B", "."):
                changed = envelope[:place] + other + envelope[place + 1 :]
                # The last character of base64 carries bits that mean nothing.
                if changed == envelope or place == len(envelope) - 1:
                    continue
                with pytest.raises(SealBroken):
                    sealer.open(changed, context="c")

    @pytest.mark.parametrize("length", [0, 1, 5, 12, 30, 45])
    def test_a_cut_value_is_noticed(self, length: int) -> None:
        sealer = Sealer(ring("k1"))
        with pytest.raises(SealBroken):
            sealer.open(sealer.seal("A123456789", context="c")[:length], context="c")

    def test_after_rotation_old_values_open_and_new_ones_use_the_new_key(self) -> None:
        old = Sealer(ring("k1")).seal("x", context="c")
        rotated = Sealer(ring("k2", "k1"))
        assert rotated.open(old, context="c") == "x"
        assert not rotated.is_current(old)
        new = rotated.seal("x", context="c")
        assert key_id_of(new) == "k2"
        assert rotated.is_current(new)

    def test_a_key_taken_out_of_the_ring_opens_nothing(self) -> None:
        old = Sealer(ring("k1")).seal("x", context="c")
        with pytest.raises(SealBroken):
            Sealer(ring("k2")).open(old, context="c")

    def test_a_key_id_borrowed_from_another_key_does_not_open(self) -> None:
        sealer = Sealer(ring("k1", "k2"))
        with pytest.raises(SealBroken):
            sealer.open(sealer.seal("x", context="c").replace(".k1.", ".k2."), context="c")


class TestFingerprints:
    def test_the_same_value_has_one_fingerprint_per_purpose(self) -> None:
        prints = KeyedFingerprints(ring("k1"))
        assert prints.make("number", "A123456789") == prints.make("number", "A123456789")
        assert prints.make("number", "A123456789") != prints.make("code", "A123456789")
        assert "A123456789" not in prints.make("number", "A123456789")

    def test_a_fingerprint_of_an_older_key_is_still_a_candidate(self) -> None:
        old = KeyedFingerprints(ring("k1")).make("number", "A123456789")
        rotated = KeyedFingerprints(ring("k2", "k1"))
        candidates = rotated.candidates("number", "A123456789")
        assert old in candidates
        assert candidates[0] == rotated.make("number", "A123456789") != old
        assert not rotated.is_current(old)

    def test_a_prepared_key_is_accepted_before_it_writes(self) -> None:
        prepared = KeyedFingerprints(ring("k2", "k1", active="k1"))
        assert prepared.make("p", "v") == KeyedFingerprints(ring("k1")).make("p", "v")
        assert KeyedFingerprints(ring("k2")).make("p", "v") in prepared.candidates("p", "v")


class TestLinks:
    def test_a_link_opens_until_its_time_is_over(self) -> None:
        signer = Signer(ring("k1"))
        link = signer.sign("order/1.2", context="pay", expires_at=NOW + timedelta(minutes=5))
        assert signer.verify(link, context="pay", now=NOW) == "order/1.2"
        with pytest.raises(LinkExpired):
            signer.verify(link, context="pay", now=NOW + timedelta(minutes=5))

    def test_a_link_for_one_thing_does_not_open_another(self) -> None:
        signer = Signer(ring("k1"))
        link = signer.sign("1", context="pay", expires_at=NOW + timedelta(minutes=5))
        with pytest.raises(LinkForged):
            signer.verify(link, context="slip", now=NOW)

    @pytest.mark.parametrize(
        "forge",
        [
            lambda link: link[:-2],
            lambda link: link + "A",
            lambda link: link.replace(link.split(".")[1], str(int(link.split(".")[1]) + 60)),
            lambda link: ".".join([*link.split(".")[:2], "Mg", link.split(".")[3]]),
            lambda link: link.replace("k1", "k9", 1),
            lambda _link: "",
            lambda _link: "....",
            lambda link: link + "é",
        ],
    )
    def test_a_changed_link_is_refused(self, forge: Callable[[str], str]) -> None:
        signer = Signer(ring("k1"))
        link = signer.sign("1", context="pay", expires_at=NOW + timedelta(minutes=5))
        with pytest.raises(LinkForged):
            signer.verify(forge(link), context="pay", now=NOW)

    def test_a_naive_expiry_is_refused(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            Signer(ring("k1")).sign("1", context="pay", expires_at=datetime(2026, 1, 1))  # noqa: DTZ001


class TestRing:
    def test_a_ring_has_exactly_one_active_key_and_no_double_ids(self) -> None:
        key = Key("a", b"x" * 32, KeyState.ACTIVE)
        for keys in (
            (),
            (key, key),
            (key, Key("b", b"y" * 32, KeyState.ACTIVE)),
            (Key("a", b"short", KeyState.ACTIVE),),
        ):
            with pytest.raises(ValueError, match="ring seal"):
                KeyRing("seal", keys)

    def test_a_key_does_not_show_its_secret(self) -> None:
        assert "xxxx" not in repr(Key("a", b"x" * 32, KeyState.ACTIVE))

    def test_purposes_do_not_share_keys(self) -> None:
        rings = sandbox_rings()
        assert len({rings.ring(purpose).active.secret for purpose in PURPOSES}) == len(PURPOSES)


class TestKeyFile:
    def test_a_fresh_file_is_private_and_loads_again(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "keys.json"
        rings = create_key_file(path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert load_key_file(path) == rings
        with pytest.raises(KeysUnusable, match="never overwritten"):
            create_key_file(path)

    def test_rotation_keeps_old_values_readable(self, tmp_path: Path) -> None:
        path = tmp_path / "keys.json"
        before = create_key_file(path)
        sealed = Sealer(before.seal).seal("x", context="c")
        rotate_key_file(path, "seal")
        after = load_key_file(path)
        assert after.seal.active != before.seal.active
        assert Sealer(after.seal).open(sealed, context="c") == "x"
        assert (after.sign, after.fingerprint) == (before.sign, before.fingerprint)
        assert path.stat().st_mode & 0o777 == 0o600
        assert list(tmp_path.iterdir()) == [path]

    def test_prepare_then_rotate_activates_the_prepared_key(self, tmp_path: Path) -> None:
        path = tmp_path / "keys.json"
        first = create_key_file(path).seal.active
        prepared = rotate_key_file(path, "seal", prepare=True).seal
        assert prepared.active == first
        with pytest.raises(KeysUnusable, match="prepared"):
            rotate_key_file(path, "seal", prepare=True)
        active = rotate_key_file(path, "seal").seal
        assert active.active.secret == prepared.keys[0].secret
        assert len(active.keys) == 2

    @pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
    def test_a_file_that_others_can_read_is_refused(self, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "keys.json"
        create_key_file(path)
        path.chmod(mode)
        with pytest.raises(KeysUnusable, match="chmod 600"):
            load_key_file(path)

    def test_sandbox_keys_are_refused_unless_allowed(self, tmp_path: Path) -> None:
        path = tmp_path / "keys.json"
        create_key_file(path)
        body = json.loads(path.read_text())
        import base64

        body["sign"][0]["key"] = base64.b64encode(sandbox_rings().sign.active.secret).decode()
        path.write_text(json.dumps(body))
        with pytest.raises(KeysUnusable, match="sandbox"):
            load_key_file(path)
        assert isinstance(load_key_file(path, allow_sandbox=True), KeyRings)

    @pytest.mark.parametrize(
        "body",
        [
            "not json",
            "[]",
            "{}",
            '{"seal": [], "sign": [], "fingerprint": []}',
            '{"seal": 1, "sign": 1, "fingerprint": 1}',
            json.dumps({p: [{"id": "a", "key": "AAAA", "state": "active"}] for p in PURPOSES}),
            json.dumps({p: [{"id": "a", "key": "A" * 43 + "=", "state": "asleep"}] for p in PURPOSES}),
            json.dumps({p: [{"id": "a.b", "key": "A" * 43 + "=", "state": "active"}] for p in PURPOSES}),
            json.dumps({p: [{"id": "a", "state": "active"}] for p in PURPOSES}),
        ],
    )
    def test_a_malformed_file_is_refused_without_quoting_it(self, tmp_path: Path, body: str) -> None:
        path = tmp_path / "keys.json"
        path.write_text(body)
        path.chmod(0o600)
        with pytest.raises(KeysUnusable) as refusal:
            load_key_file(path)
        assert "AAAA" not in str(refusal.value)

    def test_a_missing_file_says_how_to_make_one(self, tmp_path: Path) -> None:
        with pytest.raises(KeysUnusable, match="keys init"):
            load_key_file(tmp_path / "none.json")
