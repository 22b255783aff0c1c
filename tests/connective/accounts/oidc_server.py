"""A small OpenID Connect provider on loopback: discovery, keys, code flow with PKCE, signed ID tokens."""

import base64
import copy
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from pytest_django import Settings

CLIENT, SECRET = "portal", "client-secret"


class Provider(ThreadingHTTPServer):
    """The provider. `claims` says who signs in there; `token_changes` lets it misbehave, `key` signs."""

    def __init__(self) -> None:
        """Listen on a free port, with a new key."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.published = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.key = self.published
        self.claims: dict[str, Any] = {}
        self.token_changes: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Its four pages."""

    server: Provider

    def log_message(self, *_args: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/.well-known/openid-configuration":
            base = self.server.url
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            self._json({"issuer": base, **{name: f"{base}/{end}" for name, end in ends.items()}})
        elif url.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.server.published.public_key()))
            self._json({"keys": [{**key, "kid": "one", "alg": "RS256", "use": "sig"}]})
        elif url.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            code = secrets.token_urlsafe(16)
            self.server.codes[code] = asked
            self.send_response(302)
            self.send_header(
                "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
            )
            self.end_headers()

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        asked = self.server.codes.pop(sent["code"][0], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"][0].encode()).digest()).rstrip(b"=")
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        knows = sent.get("client_secret") == [SECRET] or self.headers.get("Authorization") == f"Basic {basic}"
        if asked is None or challenge.decode() != asked["code_challenge"] or not knows:
            self._json({"error": "invalid_grant"}, 400)
            return
        now = int(time.time())
        token = {"iss": self.server.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        token |= {"jti": secrets.token_hex(8), **self.server.claims, **self.server.token_changes}
        signed = jwt.encode(token, self.server.key, algorithm="RS256", headers={"kid": "one"})
        self._json({"access_token": "x", "token_type": "Bearer", "id_token": signed})

    def _json(self, data: object, status: int = 200) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running() -> Iterator[Provider]:
    """Run the provider in a thread."""
    with Provider() as provider:
        thread = threading.Thread(target=provider.serve_forever, daemon=True)
        thread.start()
        yield provider
        provider.shutdown()


@contextmanager
def of_the_house(settings: Settings, email: str) -> Iterator[Provider]:
    """Run the provider, let the settings name it, and let a person with this address be signed in there."""
    with running() as provider:
        provider.claims = {"sub": "1234", "email": email, "email_verified": True}
        settings.OIDC_SERVER_URL, settings.OIDC_EMAIL_DOMAINS = provider.url, [email.partition("@")[2]]
        providers = copy.deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
        app = providers["openid_connect"]["APPS"][0]
        app |= {"client_id": CLIENT, "secret": SECRET}
        app["settings"] |= {"server_url": provider.url}
        settings.SOCIALACCOUNT_PROVIDERS = providers
        policy = copy.deepcopy(settings.CONTENT_SECURITY_POLICY)
        policy["DIRECTIVES"]["form-action"].append(provider.url)
        settings.CONTENT_SECURITY_POLICY = policy
        yield provider
