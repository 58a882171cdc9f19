"""An OpenID Connect log-in: what proves a person, and what does not."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from nhi_core.adapters.identity.oidc import OidcIdentity
from nhi_core.domain.errors import IdentityRefused
from nhi_core.ports_identity import LoginSecrets

ISSUER = "https://login.example.test"
SECRETS = LoginSecrets("the-state", "the-nonce", "the-verifier")
BACK = "https://counter.example.test/link/back"
KEY = ec.generate_private_key(ec.SECP256R1())


class Provider(OidcIdentity):
    """The adapter over a provider in memory: what it would fetch is here."""

    def __init__(self, **claims: Any) -> None:
        super().__init__(
            issuer=ISSUER, client_id="counter", client_secret="secret", number_claim="national_id"
        )
        now = int(time.time())
        self.claims = {
            "iss": ISSUER, "aud": "counter", "sub": "1", "iat": now, "exp": now + 60,
            "nonce": "the-nonce", "national_id": "A123456789", **claims,
        }  # fmt: skip
        self.key: Any = KEY
        self.posted: dict[str, str] = {}

    def _call(self, method: str, url: str, data: Any = None) -> dict[str, Any]:
        if url.endswith("openid-configuration"):
            ends = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "keys"}
            return {"issuer": ISSUER, **{name: f"{ISSUER}/{end}" for name, end in ends.items()}}
        if url.endswith("/keys"):
            public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key()))
            return {"keys": [{**public, "kid": "k1", "alg": "ES256", "use": "sig"}]}
        self.posted = dict(data)
        return {"id_token": jwt.encode(self.claims, self.key, algorithm="ES256", headers={"kid": "k1"})}


def test_the_person_is_sent_with_state_nonce_and_challenge() -> None:
    parts = urlsplit(Provider().begin(SECRETS, back=BACK))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert (query["state"], query["nonce"], query["redirect_uri"]) == ("the-state", "the-nonce", BACK)
    assert query["code_challenge_method"] == "S256"
    assert "the-verifier" not in parts.query


def test_a_right_id_token_gives_the_number() -> None:
    provider = Provider()
    assert provider.prove({"code": "c"}, SECRETS, back=BACK) == "A123456789"
    assert provider.posted["code_verifier"] == "the-verifier"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"aud": "somebody else"},
        {"iss": "https://evil.example.test"},
        {"exp": int(time.time()) - 3600},
        {"national_id": None},
        {"national_id": 7},
    ],
)
def test_a_token_for_another_log_in_client_issuer_or_time_gives_nobody(claims: dict[str, Any]) -> None:
    with pytest.raises(IdentityRefused):
        Provider(**claims).prove({"code": "c"}, SECRETS, back=BACK)


def test_a_token_signed_by_somebody_else_gives_nobody() -> None:
    provider = Provider()
    provider.key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(IdentityRefused):
        provider.prove({"code": "c"}, SECRETS, back=BACK)


@pytest.mark.parametrize("answer", [{}, {"error": "access_denied"}, {"code": "c", "iss": "https://other"}])
def test_a_no_is_a_no(answer: dict[str, str]) -> None:
    with pytest.raises(IdentityRefused):
        Provider().prove(answer, SECRETS, back=BACK)
