"""Instances with the storage, queue and retries of ``deploy/ecs/dagster.yaml``, without AWS."""

from pathlib import Path

import yaml

from .postgres_server import PASSWORD, USER

DEPLOYED = Path(__file__).parents[2] / "deploy/ecs"


def deployed_instance():
    """The instance file of production, read."""
    return yaml.safe_load((DEPLOYED / "dagster.yaml").read_text())


def write_home(folder, server, monkeypatch, **replaced):
    """DAGSTER_HOME with the deployed file; ``replaced`` blocks differ, and None ones are left out.

    The file's database has PostgreSQL's own port; the test's server has a free one.
    """
    content = deployed_instance()
    content["storage"]["postgres"]["postgres_db"]["port"] = server.port
    for block, value in replaced.items():
        content.pop(block)
        if value is not None:
            content[block] = value
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dagster.yaml").write_text(yaml.safe_dump(content))
    for name, value in {
        "DAGSTER_HOME": str(folder),
        "DAGSTER_POSTGRES_HOST": "127.0.0.1",
        "DAGSTER_POSTGRES_DB": "dagster",
        "DAGSTER_POSTGRES_USER": USER,
        "DAGSTER_POSTGRES_PASSWORD": PASSWORD,
    }.items():
        monkeypatch.setenv(name, value)
