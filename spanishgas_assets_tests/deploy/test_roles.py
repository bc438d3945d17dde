"""Least privilege: moto enforces each role's policy; what it needs passes, the rest is refused."""

import json
import re

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from spanishgas_assets.settings import StoreSettings
from spanishgas_assets.storage.s3 import S3Store

from .enforced_policies import completed_moto
from .role_account import (
    BUCKETS,
    NAME,
    PLACES,
    REGION,
    ROLES,
    RUN_FAMILY,
    arn,
    authorise,
    definition,
    furnished,
    rendered,
    session_of,
)
from .terraform_cli import CONFIGURATION

REFUSALS = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}


@pytest.fixture(scope="module")
def aws():
    """The environment's account with authorisation on; a client of any role, a resource of each."""
    with pytest.MonkeyPatch.context() as patch:
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
        server.start()
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        for name, value in {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
        }.items():
            patch.setenv(name, value)
        account = furnished()
        sessions = {role: session_of(role, account.places) for role in ROLES}
        account.session = sessions.__getitem__
        account.client = lambda role, service: sessions[role].client(service)
        with completed_moto(patch):
            authorise(endpoint, "0")
            yield account
            authorise(endpoint, "inf")
        server.stop()


def refused(call):
    """Whether a call is refused for want of a right; any other error is the test's own fault."""
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] in REFUSALS:
            return True
        raise
    return False


def listing(bucket, prefix):
    return lambda s3: s3.list_objects_v2(Bucket=BUCKETS.get(bucket, bucket), Prefix=prefix)


def reading(bucket, key):
    return lambda s3: s3.get_object(Bucket=BUCKETS.get(bucket, bucket), Key=key)


def writing(bucket, key, **more):
    return lambda s3: s3.put_object(Bucket=BUCKETS.get(bucket, bucket), Key=key, Body=b"x", **more)


def deleting(bucket, key):
    return lambda s3: s3.delete_object(Bucket=BUCKETS.get(bucket, bucket), Key=key)


DROP, GOLD, LOG = (
    "raw/2025-01-06/customer_contracts.csv",
    "store/gold/1.parquet",
    "compute-logs/storage/r/a.out",
)
S3_CALLS = {
    "list the drops": listing("raw", "raw/"),
    "list the whole raw bucket": listing("raw", ""),
    "read a drop": reading("raw", DROP),
    "write a drop": writing("raw", DROP),
    "delete a drop": deleting("raw", DROP),
    "list the store": listing("store", "store/gold/"),
    "read a table": reading("store", GOLD),
    "write a table": writing("store", GOLD, Tagging="layer=gold"),
    "write what sensors keep": writing("store", "store/operations/alerts.json", Tagging="a=b"),
    "record an outcome": writing("store", "store/dashboard/outcomes/2025-01-06/C1/1.json"),
    "log an access": writing("store", "store/dashboard/access/2025-01-06/1.json", Tagging="a=b"),
    "delete an outcome": deleting("store", "store/dashboard/outcomes/2025-01-06/C1/1.json"),
    "delete an access": deleting("store", "store/dashboard/access/2025-01-06/1.json"),
    "delete a table": deleting("store", "store/gold/gone.parquet"),
    "delete a publication": deleting("store", "store/publication/manifests/000001.json"),
    "delete what a stopped run left": deleting("store", "store/publication/stopped/months.json"),
    "delete a registry event": deleting("store", "store/churn/promotions/000001.json"),
    "delete what readers follow": deleting("store", "store/publication/latest.json"),
    "write beside the store": writing("store", "elsewhere/1.parquet"),
    "list the output of runs": listing("compute-logs", "compute-logs/storage/"),
    "read the output of a run": reading("compute-logs", LOG),
    "write the output of a run": writing("compute-logs", LOG),
    "delete the output of a run": deleting("compute-logs", "compute-logs/storage/gone/a.out"),
    "read somebody else's bucket": listing("somebody-elses", ""),
    "write somebody else's bucket": writing("somebody-elses", "stolen"),
}
OUTPUT = {"list the output of runs", "read the output of a run"}
STORE = {"list the store", "read a table"}
READING = STORE | {"list the drops", "read a drop"}
RECORDS = {"record an outcome", "log an access"}
MAY_IN_S3 = {
    "execution": set(),
    "deploy": set(),
    "webserver": OUTPUT,
    "daemon": OUTPUT | {"write the output of a run"},
    "code_server": OUTPUT | READING | {"write the output of a run", "write what sensors keep"},
    "dashboard": STORE | RECORDS,
    "run": OUTPUT | READING | RECORDS | {
        "write a table", "write what sensors keep", "delete a table", "delete a publication",
        "delete what a stopped run left",
        "write the output of a run", "delete the output of a run",
    },
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_buckets_open_to_each_role_as_far_as_its_work_goes(aws, role):
    s3 = aws.client(role, "s3")
    allowed = {what for what, call in S3_CALLS.items() if not refused(lambda c=call: c(s3))}
    assert allowed == MAY_IN_S3[role]


def test_a_run_works_its_store_through_the_platforms_own_client(aws, monkeypatch):
    keys = aws.session("run").get_credentials()
    for name, value in {
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_SESSION_TOKEN": keys.token,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    store = S3Store(f"s3://{BUCKETS['store']}/store", StoreSettings())
    store.write("retention/1.json", b"{}")
    assert store.create("publication/1.json", b"{}")
    assert store.read("retention/1.json") == b"{}"
    assert store.keys("retention/") == ["retention/1.json"]
    assert set(store.versions(["retention/1.json"])) == {"retention/1.json"}


def run_task(family, cluster=NAME, **more):
    return lambda ecs, aws: ecs.run_task(
        cluster=cluster,
        taskDefinition=family,
        launchType="FARGATE",
        networkConfiguration=aws.network,
        **more,
    )


def stop(which):
    return lambda ecs, aws: ecs.stop_task(cluster=NAME, task=which(aws))


def register(family, role=None, **more):
    return lambda ecs, _: ecs.register_task_definition(**definition(family, role, **more))


RUN_TAG = {"tags": [{"key": "dagster/run_id", "value": "r"}]}
ECS_CALLS = {
    "start a run": run_task(RUN_FAMILY, **RUN_TAG),
    "start a run in another cluster": run_task(RUN_FAMILY, "somebody-elses", **RUN_TAG),
    "start the migration": run_task(f"{NAME}-migration"),
    "start another daemon": run_task(f"{NAME}-daemon"),
    "stop a run": stop(lambda aws: aws.run_tasks.pop()),
    "stop a service's task": stop(lambda aws: aws.service_task),
    "look at a task": lambda ecs, aws: ecs.describe_tasks(cluster=NAME, tasks=[aws.service_task]),
    "register a run's definition": register(RUN_FAMILY, "run"),
    "register a service's definition": register(
        f"{NAME}-daemon", "daemon", tags=[{"key": "Project", "value": "spanishgas"}]
    ),
    "register a definition with the deploy role": register("run_x", "deploy"),
    "look at a service": lambda ecs, _: ecs.describe_services(cluster=NAME, services=["daemon"]),
    "roll a service out": lambda ecs, _: ecs.update_service(
        cluster=NAME, service="daemon", taskDefinition=f"{NAME}-daemon"
    ),
}
MAY_IN_ECS = {
    "execution": set(),
    "code_server": set(),
    "run": set(),
    "dashboard": set(),
    "webserver": {"look at a task", "stop a run"},
    "daemon": {"start a run", "stop a run", "look at a task", "register a run's definition"},
    "deploy": {
        "start the migration", "look at a task", "register a service's definition",
        "look at a service", "roll a service out",
    },
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_tasks_are_started_and_stopped_by_whom_they_concern(aws, role):
    ecs = aws.client(role, "ecs")
    allowed = {what for what, call in ECS_CALLS.items() if not refused(lambda c=call: c(ecs, aws))}
    assert allowed == MAY_IN_ECS[role]


def publish(topic):
    return lambda aws, role: aws.client(role, "sns").publish(
        TopicArn=arn("sns", topic), Message="m"
    )


def secret(which):
    return lambda aws, role: aws.client(role, "secretsmanager").get_secret_value(
        SecretId=getattr(aws, which)
    )


def last_words(group):
    return lambda aws, role: aws.client(role, "logs").get_log_events(
        logGroupName=f"/{NAME}/{group}", logStreamName="one"
    )


def figures(namespace):
    return lambda aws, role: aws.client(role, "cloudwatch").put_metric_data(
        Namespace=namespace, MetricData=[{"MetricName": "Heartbeat", "Value": 1}]
    )


def images(repository):
    return lambda aws, role: aws.client(role, "ecr").batch_get_image(
        repositoryName=repository, imageIds=[{"imageTag": "none"}]
    )


OTHER_CALLS = {
    "tell people": publish(f"{NAME}-alerts"),
    "write to another topic": publish("somebody-elses"),
    "publish figures": figures("SpanishGas/prod"),
    "publish another's figures": figures("SpanishGas/dev"),
    "read the database's password": secret("secret"),
    "read the dashboard's users": secret("users_secret"),
    "read another secret": secret("other_secret"),
    "encrypt with the key directly": lambda aws, role: aws.client(role, "kms").encrypt(
        KeyId=aws.key, Plaintext=b"x"
    ),
    "read a run's last words": last_words("run"),
    "read what the migration said": last_words("migration"),
    "pull images": images(NAME),
    "pull another's images": images("somebody-elses"),
    "log in to the registry": lambda aws, role: aws.client(role, "ecr").get_authorization_token(),
    "look at the network": lambda aws, role: aws.client(role, "ec2").describe_network_interfaces(),
    "make a user": lambda aws, role: aws.client(role, "iam").create_user(UserName="intruder"),
}
MAY_ELSEWHERE = {
    "execution": {
        "read the database's password",
        "read the dashboard's users",
        "pull images",
        "log in to the registry",
    },
    "code_server": {"tell people", "publish figures"},
    "webserver": set(),
    "dashboard": set(),
    "daemon": {"read a run's last words", "look at the network"},
    "run": set(),
    "deploy": {"pull images", "log in to the registry", "read what the migration said"},
}


@pytest.mark.parametrize("role", ROLES)
def test_nothing_else_is_open_to_a_role(aws, role):
    allowed = {
        what for what, call in OTHER_CALLS.items() if not refused(lambda c=call: c(aws, role))
    }
    assert allowed == MAY_ELSEWHERE[role]


class TestPolicyFiles:
    def test_grant_no_service_as_a_whole(self):
        for role in ROLES:
            for statement in json.loads(rendered(role, places()))["Statement"]:
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    assert "*" not in action, (role, statement["Sid"])

    def test_use_an_unnamed_resource_only_where_aws_knows_none(self):
        unnamed = {
            (role, action)
            for role in ROLES
            for statement in json.loads(rendered(role, places()))["Statement"]
            if statement["Resource"] == "*" and "Condition" not in statement
            for action in (
                [statement["Action"]]
                if isinstance(statement["Action"], str)
                else statement["Action"]
            )
        }
        assert unnamed == {
            ("deploy", "ecr:GetAuthorizationToken"),
            ("deploy", "ecs:DescribeTaskDefinition"),
            ("deploy", "ecs:RegisterTaskDefinition"),
            ("daemon", "ec2:DescribeNetworkInterfaces"),
            ("daemon", "ecs:DescribeTaskDefinition"),
            ("daemon", "ecs:RegisterTaskDefinition"),
            ("execution", "ecr:GetAuthorizationToken"),
        }

    def test_are_filled_in_here_with_what_terraform_hands_them(self):
        main = (CONFIGURATION / "modules/roles/main.tf").read_text("utf-8")
        block = main[main.index("places = {") : main.index('resource "aws_iam_role" "task"')]
        handed = set(re.findall(r"^    (\w+)\s+=", block, re.MULTILINE))
        assert handed == set(places())


def places():
    secrets = dict.fromkeys(("database_secret_arn", "users_secret_arn"), "arn:aws:secretsmanager:x")
    return PLACES | secrets | {"key_arn": "arn:aws:kms:x"}
