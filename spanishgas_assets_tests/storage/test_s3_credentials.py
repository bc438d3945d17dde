"""Where credentials come from: the environment, or the role of an ECS task."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import boto3
import polars as pl
import pytest

from spanishgas_assets.storage.s3 import S3Store
from spanishgas_assets.storage.table_versions import scan_tables, write_table
from spanishgas_assets_tests.storage.faulty_s3 import FaultyS3

KEY = "t/1.parquet"
ROLE = {
    "AccessKeyId": "ROLEKEY",
    "SecretAccessKey": "secret",
    "Token": "role-token",
    "Expiration": "2100-01-01T00:00:00Z",
}


class _TaskRole(BaseHTTPRequestHandler):
    """What an ECS task asks for the credentials of its role."""

    def do_GET(self) -> None:
        data = json.dumps(ROLE).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def task_role(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An environment without keys, as in a task: only an address to ask."""
    server = HTTPServer(("127.0.0.1", 0), _TaskRole)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    address = f"http://127.0.0.1:{server.server_address[1]}/role"
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", address)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    yield
    server.shutdown()
    server.server_close()


def signers(store: S3Store, proxy: FaultyS3) -> set[tuple[str, str, bool]]:
    """Who signed each request: method, access key, whether it was Polars."""
    proxy.strike()
    write_table(store, KEY, pl.DataFrame({"n": [1]}))
    assert scan_tables(store, [KEY]).collect().rows() == [(1,)]
    seen = [{name.lower(): text for name, text in one.headers.items()} for one in proxy.seen]
    return {
        (
            one.method,
            headers["authorization"].split("Credential=")[1].split("/")[0],
            "range" in headers,
        )
        for one, headers in zip(proxy.seen, seen, strict=True)
    }


def test_keys_of_the_environment_sign_every_request(s3_store: S3Store, proxy: FaultyS3) -> None:
    assert signers(s3_store, proxy) == {
        ("HEAD", "test", False),
        ("PUT", "test", False),
        ("GET", "test", False),
        ("GET", "test", True),
    }


def test_the_role_of_a_task_signs_every_request(
    s3_store_url: str, proxy: FaultyS3, task_role: None
) -> None:
    store = S3Store(s3_store_url)
    assert signers(store, proxy) == {
        ("HEAD", "ROLEKEY", False),
        ("PUT", "ROLEKEY", False),
        ("GET", "ROLEKEY", False),
        ("GET", "ROLEKEY", True),
    }
