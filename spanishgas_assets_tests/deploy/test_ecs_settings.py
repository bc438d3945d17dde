"""What the image's instance and the platform read from the environment is what Terraform sets."""

import re

import pytest

from spanishgas_assets.settings import Settings, StoreSettings

from .terraform_cli import CONFIGURATION, ENVIRONMENTS, ROOT

INSTANCE = re.sub("#.*", "", (ROOT / "deploy/ecs/dagster.yaml").read_text("utf-8"))
SERVICES = (CONFIGURATION / "modules/services/main.tf").read_text("utf-8")
DATABASE = (CONFIGURATION / "modules/database/outputs.tf").read_text("utf-8")
ROOT_MODULE = (CONFIGURATION / "main.tf").read_text("utf-8")


def assigned(text):
    """The variables that a piece of Terraform sets, and what to."""
    return dict(
        re.findall(r"^ +((?:SPANISHGAS|DAGSTER|AWS)_[A-Z_]+)\s+= (.+)$", text, re.MULTILINE)
    )


def shared_environment():
    """What every task gets: settings, database, and what the services module adds."""
    block = SERVICES[SERVICES.index("shared_environment") : SERVICES.index("  tasks = {")]
    return assigned(ROOT_MODULE) | assigned(DATABASE) | assigned(block)


def test_every_variable_of_the_instance_is_set_in_every_task():
    read = set(re.findall(r"\{env: (\w+)\}", INSTANCE))
    handed_on = set(re.findall(r"^      - ([A-Z_]+)$", INSTANCE, re.MULTILINE))
    assert {"SPANISHGAS_STORE", "AWS_DEFAULT_REGION"} <= handed_on
    secrets = set(re.findall(r'secrets\s+= \[\{ name = "(\w+)"', SERVICES))
    assert read | handed_on <= set(shared_environment()) | secrets


def test_webserver_and_daemon_know_where_the_code_server_is():
    workspace = (ROOT / "deploy/ecs/workspace.yaml").read_text("utf-8")
    (name,) = re.findall(r"\{env: (\w+)\}", workspace)
    for task in ("webserver", "daemon"):
        block = SERVICES[SERVICES.index(f"    {task} = {{") :]
        assert (
            f"environment = {{ {name} = var.code_server_host }}" in block[: block.index("\n    }")]
        )


def test_the_dashboard_gets_its_users_and_the_load_balancers_word_as_settings():
    block = SERVICES[SERVICES.index("dashboard_environment") : SERVICES.index("shared_environment")]
    (secret,) = re.findall(r'name = "(SPANISHGAS_\w+)"', block)
    header = assigned(block)["SPANISHGAS_DASHBOARD_IDENTITY_HEADER"].strip('"')
    given = {secret: "users: []", "SPANISHGAS_DASHBOARD_IDENTITY_HEADER": header}
    settings = Settings.from_environment(given)
    assert settings.dashboard_has_users
    assert settings.dashboard_identity_header == "x-amzn-oidc-data"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_setting_that_terraform_gives_is_one_of_the_platform_and_can_be_read(environment):
    sizes = (CONFIGURATION / f"environments/{environment}.tfvars").read_text("utf-8")
    given = assigned(ROOT_MODULE) | assigned(sizes)
    known = {*Settings.variables(), *StoreSettings.variables()}
    assert set(given) <= known

    literal = {name: value.strip('"') for name, value in given.items() if value.startswith('"')}
    examples = {"SPANISHGAS_PR_AUC_FLOOR": "0.7", "SPANISHGAS_SNS_TOPIC": "arn:aws:sns:x:1:alerts"}
    settings = Settings.from_environment({**literal, **examples})
    assert settings.alerts == "sns"
    assert settings.automation is (environment != "dev")
