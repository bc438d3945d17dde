"""Every job has a size that AWS sells, and its runs carry it."""

from pathlib import Path

import pytest
import yaml

from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.operations.sizes import LARGEST, SIZES
from spanishgas_assets.settings import Settings

#: Memory that Fargate sells with a CPU share, in GiB.
SOLD_GIB = {512: range(1, 5), 1024: range(2, 9), 2048: range(4, 17), 4096: range(8, 31)}
ECS = Path(__file__).parents[2] / "deploy/ecs/dagster.yaml"


@pytest.fixture(scope="module")
def jobs():
    repository = build_definitions(Settings()).get_repository_def()
    return {job.name: job for job in repository.get_all_jobs() if not job.name.startswith("__")}


def test_every_job_has_a_size_and_every_size_a_job(jobs) -> None:
    assert set(jobs) == set(SIZES)


@pytest.mark.parametrize("name", SIZES)
def test_a_job_s_runs_carry_its_size(jobs, name: str) -> None:
    assert jobs[name].run_tags.items() >= SIZES[name].tags.items()
    assert SIZES[name].tags == {
        "ecs/cpu": str(SIZES[name].cpu),
        "ecs/memory": str(SIZES[name].memory_mib),
    }


@pytest.mark.parametrize("name", SIZES)
def test_aws_sells_each_size(name: str) -> None:
    gib, rest = divmod(SIZES[name].memory_mib, 1024)
    assert rest == 0
    assert gib in SOLD_GIB[SIZES[name].cpu]


def test_a_run_of_no_job_gets_the_largest() -> None:
    launcher = yaml.safe_load(ECS.read_text(encoding="utf-8"))["run_launcher"]["config"]
    assert launcher["run_resources"] == {
        "cpu": str(LARGEST.cpu),
        "memory": str(LARGEST.memory_mib),
    }
