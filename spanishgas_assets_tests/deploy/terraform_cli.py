"""Terraform on this machine, without its registry: where the program and its provider lie."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / "deploy/terraform"
ENVIRONMENTS = ("dev", "staging", "prod")
_PROVIDER = "registry.terraform.io/hashicorp/aws"


def _plugin_folders() -> Iterator[Path]:
    """Where a provider may lie: named, fetched by ``terraform init``, in a mirror.

    The mirrors are Terraform's implied ones, then whatever folder an installation made in ``/opt``.
    """
    for name in ("TF_PLUGIN_DIR", "TF_PLUGIN_CACHE_DIR"):
        if os.environ.get(name):
            yield Path(os.environ[name])
    yield CONFIGURATION / ".terraform/providers"
    yield Path.home() / ".terraform.d/plugins"
    yield Path.home() / ".local/share/terraform/plugins"
    yield from (Path(folder) / "terraform/plugins" for folder in ("/usr/local/share", "/usr/share"))
    yield from sorted(Path("/opt").glob("*/"))


def _plugin_folder() -> Path | None:
    return next((one for one in _plugin_folders() if (one / _PROVIDER).is_dir()), None)


def missing() -> str:
    """Say what keeps Terraform from running here; nothing if it can run."""
    if not shutil.which("terraform"):
        return "SKIPPED, NOT CHECKED: terraform is not installed"
    if _plugin_folder() is None:
        return (
            f"SKIPPED, NOT CHECKED: no folder holds {_PROVIDER}; run `terraform -chdir=deploy/"
            "terraform init -backend=false`, or name the folder in TF_PLUGIN_DIR"
        )
    return ""


class Terraform:
    """A copy of deploy/terraform in a folder, made ready; commands run in it."""

    def __init__(self, folder: Path, *, override: str = "") -> None:
        self.folder = folder
        shutil.copytree(
            CONFIGURATION,
            folder,
            ignore=shutil.ignore_patterns(".terraform", "*.auto.tfvars", "*.tfstate*"),
        )
        # An override file changes what the configuration says without touching it.
        if override:
            (folder / "here_override.tf").write_text(override)
        backend = [] if override else ["-backend=false"]
        self(
            *("init", "-input=false", "-lockfile=readonly", f"-plugin-dir={_plugin_folder()}"),
            *backend,
        )

    def __call__(self, *arguments: str) -> str:
        """Run a command; return what it printed, or fail with that."""
        done = subprocess.run(
            ["terraform", arguments[0], "-no-color", *arguments[1:]],
            cwd=self.folder,
            env=os.environ | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        said = (done.stdout + done.stderr)[-6000:]
        assert done.returncode == 0, f"terraform {' '.join(arguments)}\n{said}"
        return done.stdout
