"""The roll-out: in order, nothing before a good migration, everything back after a fault."""

import importlib.util
import sys

import pytest

from .terraform_cli import ROOT

NAME = "spanishgas-prod"
OLD, NEW = "repository@sha256:" + "1" * 64, "repository@sha256:" + "2" * 64
PARTS = ("code-server", "webserver", "daemon", "dashboard")
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-tasks"]}}


@pytest.fixture(scope="module")
def roll_out():
    """The script, which is no package's."""
    spec = importlib.util.spec_from_file_location("roll_out", ROOT / "deploy/roll_out.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass looks itself up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


class Ecs:
    """A cluster with four services at revision 1; keeps what it was asked, in order.

    Args:
        exit_code: how the migration's container ends; None never does.
        ill: services that never become healthy with a new revision.
        given_up: services whose new deployment the circuit breaker ends.
        refuses: the service that ECS refuses to update to a new revision.
    """

    def __init__(self, *, exit_code=0, ill=(), given_up=(), refuses=None, start=True):
        self.exit_code, self.ill, self.given_up, self.refuses = exit_code, ill, given_up, refuses
        self.starts = start
        self.definitions = {}
        self.asked = []
        for part in (*PARTS, "migration"):
            self._add(part, {"family": f"{NAME}-{part}", "containerDefinitions": [{
                "name": part, "image": OLD, "environment": [{"name": "A", "value": "a"}],
            }]})  # fmt: skip
        self.running = {part: f"{NAME}-{part}:1" for part in PARTS}

    def _add(self, part, definition):
        known = [one for one in self.definitions if one.startswith(f"{NAME}-{part}:")]
        arn = f"{NAME}-{part}:{len(known) + 1}"
        self.definitions[arn] = definition | {"taskDefinitionArn": arn, "revision": len(known) + 1}
        return {"taskDefinition": self.definitions[arn]}

    def describe_services(self, cluster, services):
        assert cluster == NAME
        return {"services": [self._service(one) for one in services if one in self.running]}

    def _service(self, part):
        arn = self.running[part]
        new = not arn.endswith(":1")
        state = "IN_PROGRESS" if new and part in self.ill else "COMPLETED"
        deployments = [{"status": "PRIMARY", "taskDefinition": arn, "rolloutState": state}]
        if new and part in self.given_up:
            deployments = [
                {"status": "PRIMARY", "taskDefinition": f"{NAME}-{part}:1"},
                {
                    "status": "ACTIVE",
                    "taskDefinition": arn,
                    "rolloutState": "FAILED",
                    "rolloutStateReason": "circuit breaker: tasks failed to start",
                },
            ]
        return {
            "serviceName": part,
            "status": "ACTIVE",
            "taskDefinition": arn,
            "networkConfiguration": NETWORK,
            "deployments": deployments,
        }

    def describe_task_definition(self, taskDefinition, include):  # noqa: N803  # boto3's names
        known = [one for one in self.definitions if one.startswith(f"{taskDefinition}:")]
        return {
            "taskDefinition": self.definitions[known[-1]],
            "tags": [{"key": "Project", "value": "spanishgas"}],
        }

    def register_task_definition(self, tags, **definition):
        assert tags == [{"key": "Project", "value": "spanishgas"}]
        assert not {"taskDefinitionArn", "revision"} & set(definition)
        self.asked.append(("register", definition["family"]))
        return self._add(definition["family"].removeprefix(f"{NAME}-"), definition)

    def run_task(self, **asked):
        self.asked.append(("run", asked["taskDefinition"]))
        assert asked["networkConfiguration"] == NETWORK
        if not self.starts:
            return {"tasks": [], "failures": [{"reason": "RESOURCE:FARGATE"}]}
        return {"tasks": [{"taskArn": "arn:task/abc"}], "failures": []}

    def describe_tasks(self, cluster, tasks):
        ended = self.exit_code is not None
        container = {"name": "migration", **({"exitCode": self.exit_code} if ended else {})}
        status = "STOPPED" if ended else "RUNNING"
        return {"tasks": [{"lastStatus": status, "containers": [container]}]}

    def update_service(self, cluster, service, taskDefinition):  # noqa: N803
        self.asked.append(("update", taskDefinition))
        if service == self.refuses and not taskDefinition.endswith(":1"):
            raise ConnectionError("ECS is away")
        self.running[service] = taskDefinition

    def updates(self):
        return [what.removeprefix(f"{NAME}-") for kind, what in self.asked if kind == "update"]


def platform(roll_out, ecs):
    return roll_out.Platform(ecs, NAME, limit_s=0.05, look_every_s=0.001)


class TestWhenAllIsWell:
    def test_migrates_first_then_the_code_server_then_those_who_ask_it(self, roll_out):
        ecs = Ecs()
        platform(roll_out, ecs).roll_out(NEW)
        assert ecs.asked == [
            ("register", f"{NAME}-migration"),
            ("register", f"{NAME}-code-server"),
            ("register", f"{NAME}-webserver"),
            ("register", f"{NAME}-daemon"),
            ("register", f"{NAME}-dashboard"),
            ("run", f"{NAME}-migration:2"),
            ("update", f"{NAME}-code-server:2"),
            ("update", f"{NAME}-webserver:2"),
            ("update", f"{NAME}-daemon:2"),
            ("update", f"{NAME}-dashboard:2"),
        ]

    def test_new_definitions_differ_in_the_image_and_say_it_to_the_code_server(self, roll_out):
        ecs = Ecs()
        platform(roll_out, ecs).roll_out(NEW)
        for part in (*PARTS, "migration"):
            (container,) = ecs.definitions[f"{NAME}-{part}:2"]["containerDefinitions"]
            extra = [{"name": "DAGSTER_CURRENT_IMAGE", "value": NEW}]
            assert container == {
                "name": part,
                "image": NEW,
                "environment": [{"name": "A", "value": "a"}]
                + (extra if part == "code-server" else []),
            }

    def test_another_containers_image_stays(self, roll_out):
        sidecar = {"name": "metrics", "image": "other"}
        definition = {
            "family": f"{NAME}-daemon",
            "containerDefinitions": [sidecar, {"name": "daemon", "image": OLD}],
        }
        new = roll_out.with_image(definition, NEW)["containerDefinitions"]
        assert new == [sidecar, {"name": "daemon", "image": NEW, "environment": []}]


class TestWhenTheMigrationFails:
    @pytest.mark.parametrize(
        ("ecs", "says"),
        [
            (Ecs(exit_code=1), r"ended with \{'migration': 1\}.*log group /spanishgas-prod/migr"),
            (Ecs(exit_code=None), "did not end within"),
            (Ecs(start=False), "did not start.*RESOURCE:FARGATE"),
        ],
        ids=["ends badly", "does not end", "does not start"],
    )
    def test_no_service_is_touched(self, roll_out, ecs, says):
        with pytest.raises(roll_out.RollOutError, match=says):
            platform(roll_out, ecs).roll_out(NEW)
        assert ecs.updates() == []


class TestWhenAServiceDoesNotGetHealthy:
    def test_every_service_goes_back(self, roll_out):
        ecs = Ecs(ill=["daemon"])
        with pytest.raises(roll_out.RollOutError, match=r"daemon: not healthy.*Rolled back"):
            platform(roll_out, ecs).roll_out(NEW)
        assert ecs.updates()[-4:] == [f"{part}:1" for part in PARTS]
        assert ecs.running == {part: f"{NAME}-{part}:1" for part in PARTS}

    def test_services_of_later_waves_are_not_touched(self, roll_out):
        ecs = Ecs(ill=["code-server"])
        with pytest.raises(roll_out.RollOutError, match="code-server: not healthy"):
            platform(roll_out, ecs).roll_out(NEW)
        assert ecs.updates() == ["code-server:2", "code-server:1"]

    def test_what_the_circuit_breaker_ended_is_told_with_its_reason(self, roll_out):
        ecs = Ecs(given_up=["webserver"])
        with pytest.raises(roll_out.RollOutError, match="webserver: circuit breaker: tasks failed"):
            platform(roll_out, ecs).roll_out(NEW)
        assert ecs.running == {part: f"{NAME}-{part}:1" for part in PARTS}

    def test_a_refused_request_brings_the_others_back_too(self, roll_out):
        ecs = Ecs(refuses="daemon")
        with pytest.raises(roll_out.RollOutError, match=r"ECS is away\. Rolled back"):
            platform(roll_out, ecs).roll_out(NEW)
        assert ecs.running == {part: f"{NAME}-{part}:1" for part in PARTS}

    def test_a_failed_way_back_names_what_must_be_set_by_hand(self, roll_out, monkeypatch):
        ecs = Ecs(ill=["code-server"])
        bring = roll_out.Platform.bring

        def one_way(self, definitions):
            if any(arn.endswith(":1") for arn in definitions.values()):
                raise ConnectionError("still away")
            bring(self, definitions)

        monkeypatch.setattr(roll_out.Platform, "bring", one_way)
        by_hand = f"still away.*code-server {NAME}-code-server:1 by hand"
        with pytest.raises(roll_out.RollOutError, match=by_hand):
            platform(roll_out, ecs).roll_out(NEW)


class TestWhatIsNotAsTerraformMadeIt:
    def test_a_missing_service_is_named_before_anything_is_done(self, roll_out):
        ecs = Ecs()
        del ecs.running["daemon"]
        with pytest.raises(roll_out.RollOutError, match="spanishgas-prod has no service daemon"):
            platform(roll_out, ecs).roll_out(NEW)
        assert ecs.asked == []

    def test_a_family_without_its_container_is_refused(self, roll_out):
        definition = {
            "family": f"{NAME}-daemon",
            "containerDefinitions": [{"name": "x-ray", "image": OLD}],
        }
        with pytest.raises(roll_out.RollOutError, match=r"\['x-ray'\] are not its own"):
            roll_out.with_image(definition, NEW)


class TestCommand:
    def test_refuses_a_tag(self, roll_out, capsys):
        with pytest.raises(SystemExit):
            roll_out.main(["--cluster", NAME, "--image", "repository:latest"])
        assert "name it by digest" in capsys.readouterr().err

    @pytest.mark.parametrize(("exit_code", "status"), [(0, 0), (1, 1)])
    def test_ends_with_1_when_it_failed(self, roll_out, monkeypatch, capsys, exit_code, status):
        monkeypatch.setattr("boto3.client", lambda _: Ecs(exit_code=exit_code))
        assert roll_out.main(["--cluster", NAME, "--image", NEW]) == status
        printed = capsys.readouterr()
        wanted = f"{NAME} runs {NEW}" if status == 0 else "failed: the migration ended"
        assert wanted in printed.out + printed.err
