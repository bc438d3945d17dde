"""An environment's account in moto: what Terraform makes and a role can ask for, and the roles."""

from string import Template
from types import SimpleNamespace
from urllib.request import Request, urlopen

import boto3

from .terraform_cli import CONFIGURATION

POLICIES = CONFIGURATION / "modules/roles/policies"
ROLES = ("execution", "code_server", "webserver", "daemon", "dashboard", "run", "deploy")
ACCOUNT, REGION, NAME = "123456789012", "eu-south-2", "spanishgas-prod"
BUCKETS = {purpose: f"{NAME}-{purpose}-{ACCOUNT}" for purpose in ("raw", "store", "compute-logs")}
RUN_FAMILY = "run_spanishgas_0f3e"


def arn(service, rest, region=REGION):
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{rest}"


def role_arn(role):
    return arn("iam", f"role/{NAME}-{role.replace('_', '-')}", region="")


#: What modules/roles/main.tf hands to the policies.
PLACES = {
    "partition": "aws",
    "region": REGION,
    "account_id": ACCOUNT,
    **{
        f"{purpose.replace('-', '_')}_bucket_arn": f"arn:aws:s3:::{bucket}"
        for purpose, bucket in BUCKETS.items()
    },
    "repository_arn": arn("ecr", f"repository/{NAME}"),
    "topic_arn": arn("sns", f"{NAME}-alerts"),
    "metrics_namespace": "SpanishGas/prod",
    "cluster_arn": arn("ecs", f"cluster/{NAME}"),
    "tasks_arn": arn("ecs", f"task/{NAME}"),
    "services_arn": arn("ecs", f"service/{NAME}"),
    "run_families_arn": arn("ecs", "task-definition/run_*:*"),
    "service_families_arn": arn("ecs", f"task-definition/{NAME}-*:*"),
    "migration_family_arn": arn("ecs", f"task-definition/{NAME}-migration:*"),
    "log_groups_arn": arn("logs", f"log-group:/{NAME}"),
    **{f"{role}_role_arn": role_arn(role) for role in ROLES if role != "deploy"},
}


def definition(family, task_role=None, **more):
    roles = {"taskRoleArn": role_arn(task_role)} if task_role else {}
    return {
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "512",
        "memory": "1024",
        "executionRoleArn": role_arn("execution"),
        "containerDefinitions": [{"name": "one", "image": "image", "memory": 1024}],
        **roles,
        **more,
    }


def authorise(endpoint, after_requests):
    """Let moto enforce policies after some more requests."""
    address, kind = f"{endpoint}/moto-api/reset-auth", {"Content-Type": "text/plain"}
    urlopen(Request(address, after_requests.encode(), kind, method="POST")).close()


def furnished():
    """What Terraform makes and a role can ask for, running tasks, and things of somebody else."""
    s3, ecs, ec2 = (boto3.client(service) for service in ("s3", "ecs", "ec2"))
    where = {"LocationConstraint": REGION}
    for bucket in (*BUCKETS.values(), "somebody-elses"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    s3.put_object(Bucket=BUCKETS["raw"], Key="raw/2025-01-06/customer_contracts.csv", Body=b"id")
    s3.put_object(Bucket=BUCKETS["store"], Key="store/gold/1.parquet", Body=b"gold")
    s3.put_object(Bucket=BUCKETS["compute-logs"], Key="compute-logs/storage/r/a.out", Body=b"out")
    secrets = boto3.client("secretsmanager")
    secret = secrets.create_secret(Name=f"{NAME}/database", SecretString="{}")["ARN"]
    users = secrets.create_secret(Name=f"{NAME}/dashboard-users", SecretString="users:")["ARN"]
    other = secrets.create_secret(Name="somebody-elses", SecretString="{}")["ARN"]
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    for topic in (f"{NAME}-alerts", "somebody-elses"):
        boto3.client("sns").create_topic(Name=topic)
    for group in ("run", "migration"):
        logs = boto3.client("logs")
        logs.create_log_group(logGroupName=f"/{NAME}/{group}")
        logs.create_log_stream(logGroupName=f"/{NAME}/{group}", logStreamName="one")
    for repository in (NAME, "somebody-elses"):
        boto3.client("ecr").create_repository(repositoryName=repository)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    for cluster in (NAME, "somebody-elses"):
        ecs.create_cluster(clusterName=cluster)
    for family, role in {
        RUN_FAMILY: "run",
        f"{NAME}-daemon": "daemon",
        f"{NAME}-migration": None,
    }.items():
        ecs.register_task_definition(**definition(family, role))
    group = ec2.create_security_group(VpcId=vpc, GroupName="tasks", Description="tasks")["GroupId"]
    network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group]}}
    ecs.create_service(
        cluster=NAME,
        serviceName="daemon",
        taskDefinition=f"{NAME}-daemon",
        desiredCount=0,
        launchType="FARGATE",
        networkConfiguration=network,
    )

    def start(family, run_id=None):
        return ecs.run_task(
            cluster=NAME,
            taskDefinition=family,
            launchType="FARGATE",
            networkConfiguration=network,
            tags=[{"key": "dagster/run_id", "value": run_id}] if run_id else [],
        )["tasks"][0]["taskArn"]

    return SimpleNamespace(
        network=network,
        key=key,
        secret=secret,
        users_secret=users,
        other_secret=other,
        service_task=start(f"{NAME}-daemon"),
        run_tasks=[start(RUN_FAMILY, run_id=f"r{n}") for n in range(len(ROLES))],
        places=PLACES | {"key_arn": key, "database_secret_arn": secret, "users_secret_arn": users},
    )


def session_of(role, places):
    """The role as Terraform makes it, assumed."""
    iam = boto3.client("iam")
    name = f"{NAME}-{role.replace('_', '-')}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=rendered("trust", places))
    iam.put_role_policy(RoleName=name, PolicyName="least", PolicyDocument=rendered(role, places))
    keys = boto3.client("sts").assume_role(RoleArn=role_arn(role), RoleSessionName="test")
    return boto3.Session(
        aws_access_key_id=keys["Credentials"]["AccessKeyId"],
        aws_secret_access_key=keys["Credentials"]["SecretAccessKey"],
        aws_session_token=keys["Credentials"]["SessionToken"],
        region_name=REGION,
    )


def rendered(policy, places):
    return Template((POLICIES / f"{policy}.json.tftpl").read_text("utf-8")).substitute(places)
