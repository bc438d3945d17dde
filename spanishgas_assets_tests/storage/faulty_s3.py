"""An S3 that fails on demand: a proxy before moto that is slow, refuses or breaks off."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal["slow", "500", "503", "403", "broken answer", "broken request", "lost answer"]
#: Faults that pass: trying again helps.
PASSING: tuple[Fault, ...] = (
    "slow", "500", "503", "broken answer", "broken request", "lost answer"
)  # fmt: skip

#: Seconds that a store of these tests waits for an answer, and that a slow answer takes.
TIMEOUT_S, SLOW_S = 1.5, 1.8
_CODES = {"500": "InternalError", "503": "SlowDown", "403": "AccessDenied"}
_PER_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass
class Seen:
    """A request that came in, and how many bytes of body went back."""

    method: str
    path: str
    headers: dict[str, str]
    body_bytes: int = 0


@dataclass
class FaultyS3:
    """What the proxy is told to do, and what it saw.

    Attributes:
        upstream: host and port of the S3 behind.
        url: the proxy's endpoint.
        faults: what befalls the next requests that match ``wanted``, first to last.
        wanted: which requests are struck; all by default.
        before: called with each request before it is passed on.
    """

    upstream: str
    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    wanted: Callable[[Seen], bool] = lambda seen: True
    before: Callable[[Seen], None] = lambda seen: None
    seen: list[Seen] = field(default_factory=list)
    struck: list[Fault] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def strike(self, *faults: Fault, wanted: Callable[[Seen], bool] = lambda seen: True) -> None:
        """Let the next matching requests fail, each in its way; forget what was seen."""
        with self.lock:
            self.faults, self.wanted = list(faults), wanted
            self.struck.clear()
            self.seen.clear()

    def fault_of(self, seen: Seen) -> Fault | None:
        """Remember a request and say what befalls it."""
        with self.lock:
            self.seen.append(seen)
            if not (self.faults and self.wanted(seen)):
                return None
            self.struck.append(self.faults.pop(0))
            return self.struck[-1]


@contextmanager
def faulty_s3(upstream: str) -> Iterator[FaultyS3]:
    """Run the proxy before an S3 endpoint."""
    control = FaultyS3(urlsplit(upstream).netloc)
    handler = type("Handler", (_Handler,), {"control": control})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    control.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield control
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    control: FaultyS3

    def answer(self) -> None:
        seen = Seen(self.command, self.path, dict(self.headers))
        fault = self.control.fault_of(seen)
        length = int(self.headers.get("Content-Length", 0))
        if fault in {"broken request", "lost answer"}:
            self.close_connection = True
        if fault == "broken request":
            self.rfile.read(length // 2)
            return
        body = self.rfile.read(length)
        if fault == "slow":
            time.sleep(SLOW_S)
        if fault in _CODES:
            said = b"" if self.command == "HEAD" else _error(_CODES[fault])
            self.send(int(fault), {"Content-Type": "application/xml"}, said)
            return
        self.control.before(seen)
        status, headers, data = self.ask_upstream(body)
        seen.body_bytes = len(data)
        if fault != "lost answer":
            self.send(status, headers, data, halved=fault == "broken answer")

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer  # noqa: N815

    def ask_upstream(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        upper = http.client.HTTPConnection(self.control.upstream, timeout=30)
        upper.request(self.command, self.path, body or None, _end_to_end(self.headers))
        answer = upper.getresponse()
        data = answer.read()
        upper.close()
        headers = _end_to_end(answer.headers)
        if self.command == "HEAD":
            headers["Content-Length"] = answer.headers.get("Content-Length", "0")
        return answer.status, headers, data

    def send(
        self, status: int, headers: dict[str, str], data: bytes, *, halved: bool = False
    ) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send_response_only(status)
            for name, value in ({"Content-Length": str(len(data))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if halved else data)
        if halved:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _end_to_end(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in headers if name.lower() not in _PER_CONNECTION}


def _error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
