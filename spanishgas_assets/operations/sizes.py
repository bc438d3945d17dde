"""How large a machine each job gets on ECS: one table, from measured memory.

Fargate sells memory in steps of the CPU share: 2 vCPU with 4 to 16 GiB, 4 vCPU with 8 to 30.
``deploy/ecs/dagster.yaml`` gives a run that belongs to no job (*Materialize* in the UI, an asset
backfill) the largest of these.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """An ECS task: ``cpu`` in units (1024 is one vCPU), ``memory_mib`` in MiB."""

    cpu: int
    memory_mib: int

    @property
    def tags(self) -> dict[str, str]:
        """Return the run tags by which ``EcsRunLauncher`` takes the size."""
        return {"ecs/cpu": str(self.cpu), "ecs/memory": str(self.memory_mib)}


#: Peaks at 20,099 customers and 176.5 million readings are in docs/operations.md; each task has at
#: least three times its job's.
SIZES = {
    "register_arrivals": Size(cpu=2048, memory_mib=4096),
    "ingest_months": Size(cpu=4096, memory_mib=8192),
    "train_snapshot": Size(cpu=2048, memory_mib=8192),
    "score_snapshot": Size(cpu=2048, memory_mib=4096),
    "feature_ablation": Size(cpu=2048, memory_mib=8192),
    "parameter_search": Size(cpu=2048, memory_mib=8192),
    "backtest": Size(cpu=2048, memory_mib=8192),
    "prune": Size(cpu=512, memory_mib=2048),
}

#: What serves a run of no job.
LARGEST = Size(
    cpu=max(size.cpu for size in SIZES.values()),
    memory_mib=max(size.memory_mib for size in SIZES.values()),
)
