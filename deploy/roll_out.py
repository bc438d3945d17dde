"""Bring an image to the ECS services: migrate, roll out, and back if one does not get healthy.

The order is: new task definitions that differ in the image only; Dagster's tables, as a one-off
task of the new image; the code server; then webserver, daemon and dashboard. Nothing changes in
the services before the migration has ended well. Dagster's migrations only add, so that the image
of before works on the tables of after, and going back needs no migration.

Names are those of deploy/terraform: the cluster carries the environment's name, a service its
part's, a task family both.

ECS calls a deployment complete when the containers' and the load balancer's health checks pass, and
failed when its circuit breaker gave up. Either way this script knows what ran before, and brings
all services back to it.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MIGRATION = "migration"
CODE_SERVER = "code-server"
#: In the order of the roll-out: those that ask come after the one that answers.
WAVES = ((CODE_SERVER,), ("webserver", "daemon", "dashboard"))
#: What a registered task definition has beyond what registering takes.
_GIVEN_BY_ECS = {
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
}


class RollOutError(Exception):
    """What went wrong, and what the services run now."""


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def with_image(definition: dict[str, Any], image: str) -> dict[str, Any]:
    """Return a task definition to register: as it was, with the image in its platform containers.

    A container is the platform's if its name ends the family's name; others (sidecars) keep theirs.
    The code server also says in ``DAGSTER_CURRENT_IMAGE`` which image runs are started from.

    Raises:
        RollOutError: no container has the family's name.
    """
    new = {key: value for key, value in definition.items() if key not in _GIVEN_BY_ECS}
    new["containerDefinitions"] = [
        _container(container, definition["family"], image)
        for container in definition["containerDefinitions"]
    ]
    if not any(
        container["image"] == image and definition["family"].endswith(container["name"])
        for container in new["containerDefinitions"]
    ):
        names = [container["name"] for container in definition["containerDefinitions"]]
        raise RollOutError(
            f"task family {definition['family']}: containers {names} are not its own"
        )
    return new


def _container(container: dict[str, Any], family: str, image: str) -> dict[str, Any]:
    if not family.endswith(container["name"]):
        return container
    environment = {one["name"]: one["value"] for one in container.get("environment", [])}
    if container["name"] == CODE_SERVER:
        environment["DAGSTER_CURRENT_IMAGE"] = image
    listed = [{"name": name, "value": value} for name, value in environment.items()]
    return {**container, "image": image, "environment": listed}


@dataclass(frozen=True)
class Platform:
    """The services of one environment.

    Attributes:
        ecs: boto3's client.
        cluster: name of the cluster, which is the environment's: ``spanishgas-prod``.
        limit_s: seconds that a roll-out wave, or the migration, may take.
        look_every_s: seconds between two looks.
    """

    ecs: Any
    cluster: str
    limit_s: float = 600.0
    look_every_s: float = 10.0

    def family(self, part: str) -> str:
        """Name the task family of a service or of the migration."""
        return f"{self.cluster}-{part}"

    def services(self) -> dict[str, dict[str, Any]]:
        """Describe each service.

        Raises:
            RollOutError: a service is not there.
        """
        wanted = [part for wave in WAVES for part in wave]
        found = self.ecs.describe_services(cluster=self.cluster, services=wanted)["services"]
        services = {one["serviceName"]: one for one in found if one["status"] == "ACTIVE"}
        lost = sorted(set(wanted) - set(services))
        if lost:
            raise RollOutError(f"cluster {self.cluster} has no service {', '.join(lost)}")
        return services

    def register(self, image: str) -> dict[str, str]:
        """Register the newest revision of each part's family with the image, tags and all."""
        registered = {}
        for part in (MIGRATION, *(part for wave in WAVES for part in wave)):
            newest = self.ecs.describe_task_definition(
                taskDefinition=self.family(part), include=["TAGS"]
            )
            tags = {"tags": newest["tags"]} if newest.get("tags") else {}
            new = self.ecs.register_task_definition(
                **with_image(newest["taskDefinition"], image), **tags
            )
            registered[part] = new["taskDefinition"]["taskDefinitionArn"]
        return registered

    def migrate(self, definition: str, network: dict[str, Any]) -> None:
        """Run the migration as a task in the network given, and wait for its end.

        Raises:
            RollOutError: it could not be started, did not end in time, or ended badly.
        """
        started = self.ecs.run_task(
            cluster=self.cluster,
            taskDefinition=definition,
            launchType="FARGATE",
            startedBy="roll-out",
            networkConfiguration=network,
        )
        if not started["tasks"]:
            raise RollOutError(f"the migration did not start: {started['failures']}")
        arn = started["tasks"][0]["taskArn"]
        ends = time.monotonic() + self.limit_s
        while time.monotonic() < ends:
            task = self.ecs.describe_tasks(cluster=self.cluster, tasks=[arn])["tasks"][0]
            if task["lastStatus"] == "STOPPED":
                codes = {c["name"]: c.get("exitCode") for c in task["containers"]}
                if codes.get(MIGRATION) != 0:
                    raise RollOutError(
                        f"the migration ended with {codes} ({task.get('stoppedReason', '')}); see "
                        f"log group /{self.cluster}/{MIGRATION}, task {arn.rsplit('/', 1)[-1]}. "
                        "The services run what they ran before"
                    )
                return
            time.sleep(self.look_every_s)
        raise RollOutError(
            f"the migration did not end within {self.limit_s:.0f} s: task {arn}. "
            "The services run what they ran before"
        )

    def bring(self, definitions: dict[str, str]) -> None:
        """Let services run these task definitions, and wait until they are healthy.

        Raises:
            RollOutError: one is not within the limit, or its circuit breaker gave up.
        """
        for service, definition in definitions.items():
            self.ecs.update_service(
                cluster=self.cluster, service=service, taskDefinition=definition
            )
        waiting = dict(definitions)
        ends = time.monotonic() + self.limit_s
        while waiting:
            found = self.ecs.describe_services(cluster=self.cluster, services=list(waiting))
            for service in found["services"]:
                if _is_complete(service, waiting[service["serviceName"]]):
                    say(f"{service['serviceName']}: healthy")
                    del waiting[service["serviceName"]]
            if not waiting:
                return
            if time.monotonic() > ends:
                raise RollOutError(
                    f"{', '.join(sorted(waiting))}: not healthy within {self.limit_s:.0f} s"
                )
            time.sleep(self.look_every_s)

    def roll_out(self, image: str) -> None:
        """Do it all; bring every service back if one does not get healthy.

        Raises:
            RollOutError: says what failed, and what the services run now.
        """
        services = self.services()
        before = {part: one["taskDefinition"] for part, one in services.items()}
        after = self.register(image)
        say(f"migrating with {image}")
        self.migrate(after[MIGRATION], services["daemon"]["networkConfiguration"])
        touched: dict[str, str] = {}
        try:
            for wave in WAVES:
                touched |= {part: before[part] for part in wave}
                self.bring({part: after[part] for part in wave})
        except Exception as error:  # whatever it was, half-way is no place to stay
            say(f"{error}; rolling back {', '.join(touched)}")
            try:
                self.bring(touched)
            except Exception as second:
                raise RollOutError(
                    f"{error}. Rolling back failed too ({second}): give the services "
                    f"{', '.join(f'{part} {arn}' for part, arn in touched.items())} by hand"
                ) from error
            raise RollOutError(f"{error}. Rolled back: the services run what they ran") from error


def _is_complete(service: dict[str, Any], definition: str) -> bool:
    """Say whether a service's wanted deployment is complete; refuse one that failed."""
    primary = next(one for one in service["deployments"] if one["status"] == "PRIMARY")
    wanted = [one for one in service["deployments"] if one["taskDefinition"] == definition]
    states = {one.get("rolloutState") for one in wanted}
    if "FAILED" in states or primary["taskDefinition"] != definition:
        reason = next((one.get("rolloutStateReason", "") for one in wanted), "ECS went back")
        raise RollOutError(f"{service['serviceName']}: {reason}")
    return bool(primary.get("rolloutState") == "COMPLETED")


def main(arguments: Sequence[str] | None = None) -> int:
    """Roll out; 1 if it failed."""
    import boto3

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cluster", required=True, help="the environment's: spanishgas-prod")
    parser.add_argument("--image", required=True, help="repository@sha256:digest")
    options = parser.parse_args(arguments)
    if "@sha256:" not in options.image:
        parser.error(f"--image {options.image}: name it by digest, repository@sha256:...")
    try:
        Platform(boto3.client("ecs"), options.cluster).roll_out(options.image)
    except RollOutError as error:
        sys.stderr.write(f"failed: {error}\n")
        return 1
    say(f"{options.cluster} runs {options.image}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
