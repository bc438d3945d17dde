"""An AWS account in moto as Terraform makes it: network, cluster, roles, secret, the daemon's task.

Moto runs no container. What a run's task would do is done by :meth:`Account.run_container`, with
the task's own command and environment and nothing else.
"""

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.moto_api import state_manager
from moto.server import ThreadedMotoServer

REGION = "eu-south-2"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
IMAGE = f"{DEFAULT_ACCOUNT_ID}.dkr.ecr.{REGION}.amazonaws.com/spanishgas@sha256:{'0' * 64}"


class Account:
    def __init__(self, endpoint, password):
        self.endpoint = endpoint
        self.ecs, self.logs = boto3.client("ecs"), boto3.client("logs")
        secret = boto3.client("secretsmanager").create_secret(
            Name="database", SecretString=json.dumps({"password": password})
        )
        self.secret = f"{secret['ARN']}:password::"
        self.roles = {name: self._role(name) for name in ("run", "execution")}
        self.logs.create_log_group(logGroupName="/spanishgas/runs")
        for bucket in ("store", "compute-logs"):
            boto3.client("s3").create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        self._make_network()
        self.cluster = self.ecs.create_cluster(clusterName="spanishgas")["cluster"]["clusterArn"]
        self.daemon = self._start_daemon()

    def environment(self):
        """What Terraform sets in the daemon's task, the database apart."""
        return {
            "AWS_DEFAULT_REGION": REGION,
            "SPANISHGAS_STORE": "s3://store/tables",
            "SPANISHGAS_LOG_GROUP": "/spanishgas/runs",
            "SPANISHGAS_TASK_ROLE_ARN": self.roles["run"],
            "SPANISHGAS_EXECUTION_ROLE_ARN": self.roles["execution"],
            "SPANISHGAS_COMPUTE_LOGS_BUCKET": "compute-logs",
            "SPANISHGAS_DB_SECRET_ARN": self.secret,
        }

    def run_tasks(self):
        """The tasks of runs, oldest first, each with the definition it was started from."""
        arns = self.ecs.list_tasks(cluster=self.cluster)["taskArns"]
        tasks = self.ecs.describe_tasks(cluster=self.cluster, tasks=arns, include=["TAGS"])["tasks"]
        return [(task, self.definition(task)) for task in tasks if task["taskArn"] != self.daemon]

    def definition(self, task):
        return self.ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])[
            "taskDefinition"
        ]

    def end_task(self, task, exit_code):
        """What ECS tells of a task whose container has ended."""
        ended = ecs_backends[DEFAULT_ACCOUNT_ID][REGION].tasks["spanishgas"][task["taskArn"]]
        ended.last_status = "STOPPED"
        ended.stopped_reason = "Essential container in task exited"
        ended.containers[0].exitCode = exit_code

    def run_container(self, task, definition, **environment_too):
        """Start what the run's container does, as ECS would."""
        (container,) = definition["containerDefinitions"]
        (override,) = task["overrides"]["containerOverrides"]
        environment = {one["name"]: one["value"] for one in container["environment"]}
        for one in container["secrets"]:
            environment[one["name"]] = self._secret_value(one["valueFrom"])
        return subprocess.Popen(
            override["command"],
            env={
                **environment,
                **environment_too,
                **CREDENTIALS,
                "AWS_ENDPOINT_URL": self.endpoint,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            },
            cwd="/",
            stderr=subprocess.DEVNULL,
        )

    def _secret_value(self, value_from):
        """ECS reads ``arn:...:secret:NAME-xxxxxx:JSON_KEY::``."""
        arn, key = value_from.removesuffix("::").rsplit(":", 1)
        found = boto3.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
        return json.loads(found)[key]

    def _role(self, name):
        trust = {"Statement": [{"Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}
        return boto3.client("iam").create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps(trust)
        )["Role"]["Arn"]

    def _make_network(self):
        ec2 = boto3.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        self.subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
        self.security_group = ec2.create_security_group(
            VpcId=vpc, GroupName="services", Description="services and runs"
        )["GroupId"]

    def _start_daemon(self):
        self.ecs.register_task_definition(
            family="daemon",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="512",
            memory="1024",
            containerDefinitions=[{"name": "daemon", "image": IMAGE, "memory": 1024}],
        )
        network = {"subnets": [self.subnet], "securityGroups": [self.security_group]}
        return self.ecs.run_task(
            cluster=self.cluster,
            taskDefinition="daemon",
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
        )["tasks"][0]["taskArn"]


@contextmanager
def account(monkeypatch, password):
    """The account, and this process set up as the daemon's task in it."""
    # Moto adds up the containers' memory, which a Fargate container need not have.
    monkeypatch.setattr(
        EC2ContainerServiceBackend,
        "_calculate_task_resource_requirements",
        staticmethod(lambda definition: {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}),
    )
    # A task runs until it is stopped; moto's would end by being looked at.
    state_manager.set_transition("ecs::task", {"progression": "manual", "times": 10**9})
    server = ThreadedMotoServer(port=0)
    server.start()
    endpoint = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    for name, value in {
        **CREDENTIALS, "AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": REGION
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    try:
        made = Account(endpoint, password)
        with _metadata_of_task(made.cluster, made.daemon) as address:
            monkeypatch.setenv("ECS_CONTAINER_METADATA_URI_V4", address)
            for name, value in made.environment().items():
                monkeypatch.setenv(name, value)
            yield made
    finally:
        state_manager.unset_transition("ecs::task")
        server.stop()


@contextmanager
def _metadata_of_task(cluster, task):
    """The address at which every ECS container finds out which task it is in."""

    class Metadata(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"Cluster": cluster, "TaskARN": task}).encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Metadata)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
