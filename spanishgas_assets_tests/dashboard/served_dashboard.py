"""A dashboard served in its own process, and the browser: for the tests and the benchmark."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from spanishgas_assets_tests.free_port import free_port

_TRIES, _PAUSE_S = 600, 0.25

#: The browser of the system, and how it is started: without a sandbox, a GPU, shared memory of a
#: container's small size, or calls to its maker.
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
]


@dataclass(frozen=True)
class Served:
    """Where the dashboard answers, and the process that serves it."""

    address: str
    process: subprocess.Popen[bytes]


@contextmanager
def served_dashboard(
    store: str, users: str = "", *, oidc: str = "", port: int = 0
) -> Iterator[Served]:
    """Serve the dashboard on a store; without a file of users, without a sign-in.

    Args:
        store: where the publication is.
        users: file of the users; empty is nobody's.
        oidc: file of Streamlit's OpenID Connect; empty asks for passwords.
        port: to answer on; 0 takes a free one.

    Raises:
        TimeoutError: it does not answer within two and a half minutes.
    """
    port = port or free_port()
    environment = {
        **os.environ,
        "SPANISHGAS_STORE": store,
        "SPANISHGAS_DASHBOARD_HELD": f"{store}.held",
        **({"SPANISHGAS_DASHBOARD_USERS": users} if users else {}),
        **({"SPANISHGAS_DASHBOARD_OIDC": oidc} if oidc else {}),
    }
    command = [sys.executable, "-m", "spanishgas_assets.cli", "dashboard", "--port", str(port)]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(command, env=environment, cwd=root, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/_stcore/health")
        yield Served(address, process)
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str) -> None:
    for _ in range(_TRIES):
        try:
            urlopen(url, timeout=1).close()
        except (URLError, OSError):
            time.sleep(_PAUSE_S)
        else:
            return
    raise TimeoutError(url)
