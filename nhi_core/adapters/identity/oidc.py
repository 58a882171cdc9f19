"""OpenID Connect, authorisation code flow with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9700).

The ID token's signature, issuer, audience, time and nonce are checked by PyJWT against the provider's keys.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import jwt
import requests

from nhi_core.domain.errors import IdentityRefused
from nhi_core.ports_identity import LoginSecrets

_LIMITS = (3, 10)  # seconds: to connect, to read
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
_LEEWAY = 30


class OidcIdentity:
    """Fulfils ports_identity.WebIdentity for one provider; its metadata is read when first needed."""

    def __init__(self, *, issuer: str, client_id: str, client_secret: str, number_claim: str) -> None:
        """`number_claim`: the claim of the ID token that holds the ID or UI number."""
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._number_claim = number_claim
        self._metadata: dict[str, Any] = {}

    def begin(self, secrets: LoginSecrets, *, back: str) -> str:
        """Return the provider's log-in page. Raises IdentityRefused."""
        digest = hashlib.sha256(secrets.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": back,
            "scope": "openid",
            "state": secrets.state,
            "nonce": secrets.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{self._provider()['authorization_endpoint']}?{urlencode(query)}"

    def prove(self, answer: Mapping[str, str], secrets: LoginSecrets, *, back: str) -> str:
        """Exchange the code, check the ID token, return the number. Raises IdentityRefused."""
        code = answer.get("code")
        # RFC 9207: an answer of another provider is no answer.
        if not code or "error" in answer or answer.get("iss", self._issuer) != self._issuer:
            raise IdentityRefused("the provider said no")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": secrets.verifier,
        }
        tokens = self._call("POST", self._provider()["token_endpoint"], data=form)
        claims = self._claims(str(tokens.get("id_token", "")))
        # Bytes, because compare_digest refuses text that is not ASCII.
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), secrets.nonce.encode()):
            raise IdentityRefused("the nonce is another log-in's")
        number = claims.get(self._number_claim)
        if not isinstance(number, str) or not number:
            raise IdentityRefused("the provider does not say who it is")
        return number

    def _claims(self, id_token: str) -> Mapping[str, Any]:
        try:
            keys = jwt.PyJWKSet.from_dict(self._call("GET", self._provider()["jwks_uri"]))
            header = jwt.get_unverified_header(id_token)
            usable = [key for key in keys.keys if key.key_id == header.get("kid") or len(keys.keys) == 1]
            if not usable:
                raise IdentityRefused("signed with an unknown key")
            claims: Mapping[str, Any] = jwt.decode(
                id_token,
                usable[0].key,
                algorithms=[one for one in _ALGORITHMS if one == usable[0].algorithm_name],
                audience=self._client_id,
                issuer=self._issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, KeyError) as error:
            # The library names what it expects and stumbles over the rest: neither is a proof.
            raise IdentityRefused(type(error).__name__) from None
        return claims

    def _provider(self) -> Mapping[str, Any]:
        if not self._metadata:
            found = self._call("GET", f"{self._issuer}/.well-known/openid-configuration")
            wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if found.get("issuer") != self._issuer or not all(
                str(found.get(name, "")).startswith("https://") for name in wanted
            ):
                raise IdentityRefused("the provider's metadata are not as they must be")
            self._metadata = found
        return self._metadata

    def _call(self, method: str, url: str, data: Mapping[str, str] | None = None) -> dict[str, Any]:
        auth = (self._client_id, self._client_secret) if data is not None else None
        try:
            answer = requests.request(
                method, url, data=data, auth=auth, timeout=_LIMITS, allow_redirects=False
            )
            value = answer.json() if answer.status_code == 200 else None
        except (requests.RequestException, ValueError, RecursionError) as error:
            raise IdentityRefused(type(error).__name__) from None
        if not isinstance(value, dict):
            raise IdentityRefused(f"the provider answered {answer.status_code}")
        return value
