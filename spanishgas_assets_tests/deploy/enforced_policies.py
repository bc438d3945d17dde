"""What moto leaves out of IAM when it enforces policies: resources of other services, conditions.

Moto itself authenticates, finds the role behind a session, collects its policies and refuses. It
knows the resource of S3 requests only, and takes no notice of conditions; here every statement is
read as AWS reads it, for what the platform's roles do. A condition or a request that is not known
here is an error, never a pass.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from moto.ecs.models import ecs_backends
from moto.iam.access_control import IAMPolicyStatement, IAMRequestBase, PermissionResult

ECS_TASKS = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
#: A session's requests are signed for these, their actions are called otherwise.
_PREFIXES = {"monitoring": "cloudwatch"}
_LIKE = {"StringLike", "ArnLike", "ArnEquals"}


@dataclass
class Asked:
    """One permission that a request needs."""

    action: str
    resource: str = "*"
    context: dict[str, str] = field(default_factory=dict)


def _matches(patterns: str | list[str], value: str) -> bool:
    return any(
        re.fullmatch(re.escape(one).replace(r"\*", ".*").replace(r"\?", "."), value)
        for one in ([patterns] if isinstance(patterns, str) else patterns)
    )


def _holds(conditions: dict[str, dict[str, Any]], context: dict[str, str]) -> bool:
    for operator, wanted in conditions.items():
        assert operator in _LIKE | {"StringEquals"}, f"{operator}: not known here"
        for key, values in wanted.items():
            actual = context.get(key)
            listed = [values] if isinstance(values, str) else values
            if actual is None:
                return False
            if not (_matches(listed, actual) if operator in _LIKE else actual in listed):
                return False
    return True


def decision(statement: dict[str, Any], asked: Asked) -> PermissionResult:
    """What one statement of a role's policy says to one permission."""
    if not (
        _matches(statement["Action"], asked.action)
        and _matches(statement["Resource"], asked.resource)
        and _holds(statement.get("Condition", {}), asked.context)
    ):
        return PermissionResult.NEUTRAL
    return {"Allow": PermissionResult.PERMITTED, "Deny": PermissionResult.DENIED}[
        statement["Effect"]
    ]


class _Request:
    """A request as moto has it, read for the permissions that it needs."""

    def __init__(self, request: IAMRequestBase, resource: str) -> None:
        service, name = request._action.split(":")
        self.action = f"{_PREFIXES.get(service, service)}:{name}"
        self.resource, self.account, self.region = resource, request.account_id, request._region
        self.query = parse_qs(urlsplit(request._path).query, keep_blank_values=True)
        self.headers, self.form = request._headers, request._data
        try:
            self.body = json.loads(request._body or "{}")
        except ValueError:
            self.body = {}

    def needs(self) -> Iterator[Asked]:
        service, name = self.action.split(":")
        yield from getattr(self, f"_{service}")(name)

    def _arn(self, service: str, rest: str) -> str:
        whole = f"arn:aws:{service}:{self.region}:{self.account}:{rest}"
        return rest if rest.startswith("arn:") else whole

    def _s3(self, name: str) -> Iterator[Asked]:
        context = {"s3:prefix": self.query.get("prefix", [""])[0]} if name == "ListBucket" else {}
        yield Asked(self.action, self.resource, context)
        if "x-amz-tagging" in {header.lower() for header in dict(self.headers)}:
            yield Asked("s3:PutObjectTagging", self.resource)

    def _sns(self, _: str) -> Iterator[Asked]:
        yield Asked(self.action, self.form["TopicArn"][0])

    def _cloudwatch(self, _: str) -> Iterator[Asked]:
        namespace = self.body.get("Namespace") or self.form.get("Namespace", [""])[0]
        yield Asked(self.action, "*", {"cloudwatch:namespace": namespace})

    def _secretsmanager(self, _: str) -> Iterator[Asked]:
        yield Asked(self.action, self.body["SecretId"])

    def _kms(self, _: str) -> Iterator[Asked]:
        # Asked for directly: kms:ViaService is there only when another service asks.
        yield Asked(self.action, self.body["KeyId"])

    def _logs(self, _: str) -> Iterator[Asked]:
        group, stream = self.body["logGroupName"], self.body.get("logStreamName", "*")
        yield Asked(self.action, self._arn("logs", f"log-group:{group}:log-stream:{stream}"))

    def _ec2(self, _: str) -> Iterator[Asked]:
        yield Asked(self.action)

    def _iam(self, _: str) -> Iterator[Asked]:
        yield Asked(self.action)

    def _ecr(self, name: str) -> Iterator[Asked]:
        if name == "GetAuthorizationToken":
            yield Asked(self.action)
        else:
            yield Asked(self.action, self._arn("ecr", f"repository/{self.body['repositoryName']}"))

    def _ecs(self, name: str) -> Iterator[Asked]:
        yield from getattr(self, "_ecs" + re.sub("(?=[A-Z])", "_", name).lower())()

    def _ecs_describe_task_definition(self) -> Iterator[Asked]:
        yield Asked(self.action)

    def _ecs_register_task_definition(self) -> Iterator[Asked]:
        yield Asked(self.action)
        yield from self._passed(self.body.get("taskRoleArn"), self.body.get("executionRoleArn"))
        if self.body.get("tags"):
            made = self._arn("ecs", f"task-definition/{self.body['family']}:1")
            yield Asked("ecs:TagResource", made, {"ecs:CreateAction": "RegisterTaskDefinition"})

    def _ecs_run_task(self) -> Iterator[Asked]:
        found = self._backend.describe_task_definition(self.body["taskDefinition"])
        yield Asked(self.action, found.arn, {"ecs:cluster": self._cluster_arn})
        # Moto's definition lacks the role that it was not given.
        yield from self._passed(getattr(found, "task_role_arn", None), found.execution_role_arn)
        if self.body.get("tags"):
            started = self._arn("ecs", f"task/{self._cluster}/0")
            yield Asked("ecs:TagResource", started, {"ecs:CreateAction": "RunTask"})

    def _ecs_describe_tasks(self) -> Iterator[Asked]:
        for task in self.body["tasks"]:
            yield Asked(self.action, self._arn("ecs", task))

    def _ecs_stop_task(self) -> Iterator[Asked]:
        task = self._backend.tasks[self._cluster][self.body["task"]]
        tags = {f"aws:ResourceTag/{one['key']}": one["value"] for one in task.tags or []}
        yield Asked(self.action, self.body["task"], tags)

    def _ecs_describe_services(self) -> Iterator[Asked]:
        for service in self.body["services"]:
            yield Asked(self.action, self._arn("ecs", f"service/{self._cluster}/{service}"))

    def _ecs_update_service(self) -> Iterator[Asked]:
        service = f"service/{self._cluster}/{self.body['service']}"
        yield Asked(self.action, self._arn("ecs", service))

    def _passed(self, *roles: str | None) -> Iterator[Asked]:
        for role in filter(None, roles):
            yield Asked("iam:PassRole", role, ECS_TASKS)

    @property
    def _backend(self) -> Any:
        return ecs_backends[self.account][self.region]

    @property
    def _cluster(self) -> str:
        return self.body["cluster"].rsplit("/", 1)[-1]

    @property
    def _cluster_arn(self) -> str:
        return self._arn("ecs", f"cluster/{self._cluster}")


@contextmanager
def completed_moto(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let moto ask for every permission of a request, with its resource and context."""
    now: list[Asked] = []
    check = IAMRequestBase.check_action_permitted

    def check_all(request: IAMRequestBase, resource: str) -> None:
        for asked in _Request(request, resource).needs():
            now[:] = [asked]
            request._action = asked.action
            check(request, asked.resource)

    def permitted(statement: IAMPolicyStatement, *_: Any) -> PermissionResult:
        return decision(statement._statement, now[0])

    with patch.context() as inner:
        inner.setattr(IAMRequestBase, "check_action_permitted", check_all)
        inner.setattr(IAMPolicyStatement, "is_action_permitted", permitted)
        yield
