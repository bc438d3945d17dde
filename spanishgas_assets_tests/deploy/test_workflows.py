"""GitHub's workflows: pinned, without standing keys, in order, and in step with Terraform."""

import re

import pytest
import yaml

from .terraform_cli import CONFIGURATION, ROOT

FOLDER = ROOT / ".github/workflows"
TEXTS = {file.stem: file.read_text("utf-8") for file in sorted(FOLDER.glob("*.yml"))}
WORKFLOWS = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
#: Variables of the repository that may be empty, and have nothing to do with an account.
OPTIONAL = {"TORCH_CPU_INDEX", "SENTIMENT_MODELS"}


def steps(job):
    return WORKFLOWS["deploy"]["jobs"][job]["steps"]


def test_there_are_two_and_none_of_them_is_the_platforms_schedule():
    assert set(WORKFLOWS) == {"ci", "deploy"}
    for workflow in WORKFLOWS.values():
        assert "schedule" not in workflow[True]  # YAML reads `on` as a truth value


@pytest.mark.parametrize("name", WORKFLOWS)
class TestEachWorkflow:
    def test_pins_every_action_by_its_commit(self, name):
        used = re.findall(r"uses: (\S+)(.*)", TEXTS[name])
        assert used
        for action, comment in used:
            if not action.startswith("$/"):  # this repository's own, at the commit that runs
                assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action), action
                assert re.search(r"# v\d+\.\d+\.\d+", comment), f"{action}: which version is it?"

    def test_knows_no_standing_key(self, name):
        assert "secrets." not in TEXTS[name]
        assert not re.search(r"aws-(access-key|secret)", TEXTS[name])

    def test_grants_each_job_what_it_needs(self, name):
        assert WORKFLOWS[name]["permissions"] == {}
        for job, content in WORKFLOWS[name]["jobs"].items():
            wanted = {"contents": "read"}
            if (name, job) == ("deploy", "deploy"):
                wanted["id-token"] = "write"
            assert content["permissions"] == wanted, job

    def test_calls_targets_that_the_makefile_has(self, name):
        for target in re.findall(r"run: make (\S+)", TEXTS[name]):
            assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def test_ci_checks_code_tests_terraform_files_and_image():
    asked = set(re.findall(r"run: make (\S+)", TEXTS["ci"]))
    assert asked == {"check", "test", "check-deploy", "check-terraform", "check-stack"}


class TestDeployment:
    def test_waits_for_the_checks_unless_it_goes_back_to_an_image_that_passed_them(self):
        jobs = WORKFLOWS["deploy"]["jobs"]
        assert jobs["checks"]["uses"].endswith("/.github/workflows/ci.yml")
        assert jobs["deploy"]["needs"] == "checks"
        assert "inputs.digest != ''" in jobs["deploy"]["if"]

    def test_takes_nothing_but_main(self):
        deploy = WORKFLOWS["deploy"]
        assert deploy[True]["push"] == {"branches": ["main"]}
        assert "github.ref == 'refs/heads/main'" in deploy["jobs"]["deploy"]["if"]

    def test_builds_scans_pushes_and_only_then_rolls_out_by_digest(self):
        named = [one["name"] for one in steps("deploy") if "name" in one]
        assert named == [
            "Look for this commit's image",
            "Build",
            "Scan the Python packages",
            "Push",
            "Wait for the registry's scan",
            "Migrate and roll out; roll back if a service does not become healthy",
        ]
        assert '--image "${REPOSITORY}@${DIGEST}"' in steps("deploy")[-1]["run"]

    def test_takes_a_fresh_session_for_the_roll_out(self):
        signs_in = ["configure-aws-credentials" in one.get("uses", "") for one in steps("deploy")]
        assert signs_in.count(True) == 2
        assert signs_in[-2]

    def test_one_roll_out_at_a_time_and_none_is_cut_off(self):
        concurrency = WORKFLOWS["deploy"]["concurrency"]
        assert concurrency["cancel-in-progress"] is False
        assert "inputs.environment" in concurrency["group"]

    def test_reads_the_variables_that_terraform_tells(self):
        outputs = (CONFIGURATION / "outputs.tf").read_text("utf-8")
        told = outputs[outputs.index('output "github_variables"') :]
        names = set(re.findall(r"^    ([A-Z_]+)\s+=", told, re.MULTILINE))
        assert set(re.findall(r"vars\.(\w+)", TEXTS["deploy"])) - OPTIONAL == names

    def test_offers_the_environments_that_terraform_has(self):
        inputs = WORKFLOWS["deploy"][True]["workflow_dispatch"]["inputs"]
        have = {file.stem for file in (CONFIGURATION / "environments").glob("*.tfvars")}
        assert set(inputs["environment"]["options"]) == have
