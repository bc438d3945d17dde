"""An OpenID Connect provider for tests: it vouches for whom it is told to, and asks nobody."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

CLIENT, SECRET = "spanishgas", "provider-secret"


class Provider(ThreadingHTTPServer):
    """The authorization code flow of OpenID Connect Core 1.0, for one client.

    Attributes:
        email: whom the next sign-in is for.
        asked: paths that were asked for, in order.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.email = ""
        self.asked: list[str] = []
        self.nonces: dict[str, str] = {}
        self.key = generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def id_token(self, code: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.email,
            "email": self.email,
            "iat": now,
            "exp": now + 600,
            "nonce": self.nonces.pop(code),
        }
        head = {"alg": "RS256", "kid": "1", "typ": "JWT"}
        signed = ".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
        return f"{signed}.{_encoded(self.key.sign(signed.encode(), PKCS1v15(), SHA256()))}"

    def jwks(self) -> dict[str, Any]:
        public = self.key.public_key().public_numbers()
        numbers = {"n": public.n, "e": public.e}
        encoded = {
            name: _encoded(number.to_bytes((number.bit_length() + 7) // 8, "big"))
            for name, number in numbers.items()
        }
        return {"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", **encoded}]}

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
        }


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:  # http.server's name
        url = urlsplit(self.path)
        self.server.asked.append(url.path)
        if url.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            code = f"code-{len(self.server.asked)}"
            self.server.nonces[code] = asked.get("nonce", "")
            self.send_response(302)
            back = urlencode({"code": code, "state": asked["state"]})
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        elif url.path == "/jwks":
            self._answer(self.server.jwks())
        else:
            self._answer(self.server.metadata())

    def do_POST(self) -> None:
        self.server.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        code = parse_qs(body)["code"][0]
        answer = {"access_token": "a", "token_type": "Bearer", "expires_in": 600}
        self._answer({**answer, "id_token": self.server.id_token(code)})

    def _answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def identity_provider() -> Iterator[Provider]:
    """Serve a provider on a port of this machine."""
    provider = Provider()
    thread = Thread(target=provider.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.shutdown()
        provider.server_close()
        thread.join()
