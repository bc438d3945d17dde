"""A PostgreSQL server for tests: Debian's binaries, a free port, a folder that goes away."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

PASSWORD = "only for tests"
USER = "spanishgas"


def binaries():
    """The folder of the newest server's programs; without one, CI fails and a laptop skips."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found:
        return found[-1].parent
    said = "no PostgreSQL server in /usr/lib/postgresql: apt-get install postgresql"
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(f"SKIPPED, so PostgreSQL IS NOT TESTED HERE: {said}")


class PostgresServer:
    """Can be stopped and started again on the same port; clients may ask for TLS."""

    def __init__(self, folder, bin_folder):
        self.data, self.bin = folder / "data", bin_folder
        # The server refuses to run as root.
        self.as_user = "postgres" if os.geteuid() == 0 else None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (folder / "password").write_text(PASSWORD)
        self._give_away(folder)
        self._run(
            "initdb", f"--pgdata={self.data}", f"--username={USER}", "--no-sync",
            f"--pwfile={folder / 'password'}", "--auth=scram-sha-256",
        )  # fmt: skip
        _write_certificate(self.data)
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(
                f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nfsync = off\n"
                f"unix_socket_directories = '{folder}'\nssl = on\n"
            )
        self._give_away(folder)

    def start(self):
        log = self.data.parent / "log"
        self._run("pg_ctl", f"--pgdata={self.data}", f"--log={log}", "--wait", "start")

    def stop(self):
        """As a crash does: every connection is cut."""
        self._run("pg_ctl", f"--pgdata={self.data}", "--wait", "--mode=immediate", "stop")

    def create_database(self, name):
        environment = {"PGPASSWORD": PASSWORD, "PATH": os.environ["PATH"]}
        self._run(
            "createdb", "--host=127.0.0.1", f"--port={self.port}", f"--username={USER}", name,
            env=environment,
        )  # fmt: skip

    def _run(self, program, *arguments, env=None):
        done = subprocess.run(
            [self.bin / program, *arguments],
            user=self.as_user,
            cwd="/",
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (program, done.stderr)

    def _give_away(self, folder):
        if self.as_user:
            owner = pwd.getpwnam(self.as_user)
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, owner.pw_uid, owner.pw_gid)


@contextmanager
def running_server():
    bin_folder = binaries()
    # Not pytest's folder, which only its own user may enter.
    folder = Path(tempfile.mkdtemp(prefix="spanishgas_postgres_"))
    server = None
    try:
        server = PostgresServer(folder, bin_folder)
        server.start()
        yield server
    finally:
        if server is not None and (server.data / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(folder)


def _write_certificate(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "server.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / "server.key").chmod(0o600)
