"""``spanishgas dashboard``: the pages on which the retention team works."""

import argparse
import importlib
import importlib.util
import threading
from pathlib import Path

from rich.console import Console

from spanishgas_assets.commands.arguments import port
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings

NAME = "dashboard"
HELP = "open the retention team's dashboard on the published snapshots"

_THIS_MACHINE = "127.0.0.1"
_FOLDER = Path(__file__).parents[1] / "dashboard"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--port", type=port, default=8501)
    parser.add_argument(
        "--address",
        default=_THIS_MACHINE,
        metavar="ADDRESS",
        help="address to answer on; other than this machine's (127.0.0.1, the default) only with "
        "a sign-in (SPANISHGAS_DASHBOARD_USERS)",
    )


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Run Streamlit's server with the dashboard's theme; what pages import is at hand before."""
    if importlib.util.find_spec("streamlit") is None:
        raise SettingsError(
            'the dashboard needs Streamlit: pip install "spanishgas-assets[dashboard]"'
        )
    if not settings.dashboard_has_users and options.address != _THIS_MACHINE:
        raise SettingsError(
            f"--address {options.address}: without a sign-in the dashboard answers on "
            f"{_THIS_MACHINE} only. Name the users' file (SPANISHGAS_DASHBOARD_USERS, filled by "
            "`spanishgas users add`)"
        )
    if not settings.dashboard_has_users:
        console.print("No sign-in is configured: the dashboard answers on this machine only.")
    console.print(f"Dashboard on http://{options.address}:{options.port}  (store {settings.store})")
    from streamlit.web import cli

    from spanishgas_assets.dashboard.screens.page_context import prepare

    # The first visitor would wait for both.
    importlib.import_module("spanishgas_assets.dashboard.screens.shell")
    threading.Thread(target=prepare, args=(settings,), daemon=True).start()
    cli.main(server_arguments(options.address, options.port, settings.dashboard_oidc))


def server_arguments(address: str, at_port: int, oidc: str) -> list[str]:
    """Return the arguments of Streamlit's server.

    Args:
        address: to answer on.
        at_port: of it.
        oidc: file with the section ``[auth]`` of ``st.login``; empty for none.
    """
    options = {
        "server.address": address,
        "server.port": str(at_port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",
        # Its export would neither be logged nor be safe from formulas.
        "client.disableDataExport": "true",
        "theme.base": str(_FOLDER / "theme.toml"),
        **({"secrets.files": oidc} if oidc else {}),
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    return ["run", str(_FOLDER / "app.py"), *flags]
