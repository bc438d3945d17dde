"""Terraform: in order, valid, tested with mocks; and applied to a whole account in moto."""

import json
import re

import boto3
import pytest
from moto.server import ThreadedMotoServer

from .terraform_cli import CONFIGURATION, ENVIRONMENTS, ROOT, Terraform, missing

needs_terraform = pytest.mark.skipif(bool(missing()), reason=missing())

ACCOUNT = "123456789012"
REGION = "eu-south-2"


@pytest.fixture(scope="module")
def terraform(tmp_path_factory):
    return Terraform(tmp_path_factory.mktemp("terraform") / "configuration")


@needs_terraform
class TestConfiguration:
    def test_is_in_canonical_format(self, terraform):
        assert terraform("fmt", "-check", "-recursive") == ""

    def test_is_valid(self, terraform):
        assert json.loads(terraform("validate", "-json"))["diagnostics"] == []

    def test_holds_what_its_own_tests_ask(self, terraform):
        printed = terraform("test")
        declared = sum(
            len(re.findall(r'^run "', file.read_text("utf-8"), re.MULTILINE))
            for file in (CONFIGURATION / "tests").glob("*.tftest.hcl")
        )
        assert f"Success! {declared} passed, 0 failed." in printed

    @pytest.mark.slow
    @pytest.mark.parametrize("environment", ENVIRONMENTS)
    def test_takes_the_sizes_of_each_environment(self, terraform, environment):
        printed = terraform(
            "test",
            "-test-directory=tests/environments",
            f"-var-file=environments/{environment}.tfvars",
        )
        assert "Success! 1 passed, 0 failed." in printed


class TestFiles:
    def test_every_environment_has_sizes_and_a_locked_state_of_its_own(self):
        for environment in ENVIRONMENTS:
            folder = CONFIGURATION / "environments"
            sizes = (folder / f"{environment}.tfvars").read_text("utf-8")
            assert re.search(rf'^environment\s+= "{environment}"$', sizes, re.MULTILINE)
            state = (folder / f"{environment}.s3.tfbackend").read_text("utf-8")
            assert f'key    = "spanishgas/{environment}.tfstate"' in state
        versions = (CONFIGURATION / "versions.tf").read_text("utf-8")
        assert "use_lockfile = true" in versions
        assert "encrypt      = true" in versions

    def test_nothing_about_a_real_account_is_in_them(self):
        for file in CONFIGURATION.rglob("*"):
            if file.is_file() and ".terraform" not in file.parts and not file.name.startswith("."):
                found = set(re.findall(r"(?<![\da-f-])\d{12}(?![\da-f])", file.read_text("utf-8")))
                assert found <= {"111122223333"}, f"{file} names an account"
        ignored = (CONFIGURATION / ".gitignore").read_text("utf-8").split()
        assert {"account.auto.tfvars", "*.tfstate*", "*.tfplan"} <= set(ignored)

    def test_the_provider_is_locked_for_the_machines_that_deploy(self):
        lock = (CONFIGURATION / ".terraform.lock.hcl").read_text("utf-8")
        assert lock.count('"h1:') >= 2  # linux_amd64 in CI, and a laptop's


#: The platform's provider and state on a whole account in this process.
MOTO = """
terraform {
  backend "local" {}
}
provider "aws" {
  region                      = var.region
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}
"""


@pytest.fixture
def account(monkeypatch):
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "TF_VAR_database_password": "p" * 24,
        "TF_VAR_sign_in_client_secret": "secret",
        "TF_VAR_dashboard_users": "users: [{name: ana@example.com, role: caller}]",
    }.items():
        monkeypatch.setenv(name, value)
    yield
    server.stop()


@needs_terraform
@pytest.mark.slow
def test_an_account_in_moto_becomes_the_platform(account, tmp_path):
    terraform = Terraform(tmp_path / "configuration", override=MOTO)
    example = (CONFIGURATION / "account.auto.tfvars.example").read_text("utf-8")
    certificate = boto3.client("acm").request_certificate(DomainName="churn.example.com")
    (terraform.folder / "account.auto.tfvars").write_text(
        re.sub(r"arn:aws:acm:[^\"]+", certificate["CertificateArn"], example)
    )
    sizes = "-var-file=environments/prod.tfvars"
    terraform("plan", "-input=false", sizes, "-out=first.tfplan")
    made = terraform("apply", "-input=false", "first.tfplan")
    assert re.search(r"Apply complete! Resources: (\d+) added, 0 changed, 0 destroyed", made)

    state = (terraform.folder / "terraform.tfstate").read_text("utf-8")
    assert "p" * 24 not in state, "the database's password is in no state"
    secret = boto3.client("secretsmanager").get_secret_value(SecretId="spanishgas-prod/database")
    assert json.loads(secret["SecretString"]) == {"username": "dagster", "password": "p" * 24}

    assert "ana@example.com" not in state, "nor are the dashboard's users"

    ecs = boto3.client("ecs")
    services = ecs.describe_services(
        cluster="spanishgas-prod", services=["code-server", "webserver", "daemon", "dashboard"]
    )["services"]
    subnets = boto3.client("ec2").describe_subnets(
        Filters=[{"Name": "tag:Name", "Values": ["spanishgas-prod-private-*"]}]
    )["Subnets"]
    private = {one["SubnetId"] for one in subnets}
    assert len(private) == 2
    for service in services:
        network = service["networkConfiguration"]["awsvpcConfiguration"]
        assert set(network["subnets"]) == private, service["serviceName"]
        assert network["assignPublicIp"] == "DISABLED"
    for role in ("code-server", "webserver", "daemon", "dashboard", "run", "execution", "deploy"):
        policies = boto3.client("iam").list_role_policies(RoleName=f"spanishgas-prod-{role}")
        assert policies["PolicyNames"] == ["least"]
    alarms = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {"spanishgas-prod-heartbeat-missing", "spanishgas-prod-daemon-down"} <= {
        one["AlarmName"] for one in alarms
    }

    github = json.loads(terraform("output", "-json", "github_variables"))
    assert github["ECS_CLUSTER"] == "spanishgas-prod"
    workflow = (ROOT / ".github/workflows/deploy.yml").read_text("utf-8")
    optional = {"TORCH_CPU_INDEX", "SENTIMENT_MODELS"}
    assert set(re.findall(r"vars\.(\w+)", workflow)) - optional == set(github)
