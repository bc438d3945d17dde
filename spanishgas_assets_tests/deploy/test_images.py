"""The image, the compose file and its instance say the same as the code they carry."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from dagster._core.instance import InstanceRef
from dagster._core.launcher import DefaultRunLauncher
from dagster_aws.s3.compute_log_manager import S3ComputeLogManager

from spanishgas_assets.settings import Settings, StoreSettings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
PLATFORM = COMPOSE["x-platform"]["environment"]
ONE_SHOT = {"migration", "demo-data"}
COMMANDS = {"dagster", "dagster-webserver", "dagster-daemon", "python", "spanishgas"}


def script(path: str):
    """A script of deploy/, which is no package."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestComposeFile:
    def test_every_setting_it_gives_is_one_of_the_platform_and_can_be_read(self):
        known = {*Settings.variables(), *StoreSettings.variables()}
        given = {name for name in PLATFORM if name.startswith("SPANISHGAS_")}
        assert given - known == {"SPANISHGAS_CODE_SERVER"}  # deploy/ecs/workspace.yaml reads it

        settings = Settings.from_environment(PLATFORM)
        assert settings.automation
        assert (settings.raw, settings.store) == ("s3://spanishgas-raw", "s3://spanishgas-store")
        assert (settings.mail_host, settings.mail_port) == ("mail", 1025)
        assert not settings.mail_starttls

    def test_hosts_it_names_are_its_services(self):
        named = {PLATFORM[name] for name in ("DAGSTER_POSTGRES_HOST", "SPANISHGAS_MAIL_HOST")}
        named |= {PLATFORM["SPANISHGAS_CODE_SERVER"]}
        named |= {re.match(r"http://([\w-]+):", PLATFORM["AWS_ENDPOINT_URL"])[1]}
        assert named <= set(SERVICES)

    def test_database_and_store_take_the_passwords_that_the_platform_gives(self):
        database = SERVICES["postgres"]["environment"]
        assert database["POSTGRES_PASSWORD"] == PLATFORM["DAGSTER_POSTGRES_PASSWORD"]
        assert database["POSTGRES_DB"] == PLATFORM["DAGSTER_POSTGRES_DB"]
        assert database["POSTGRES_USER"] == PLATFORM["DAGSTER_POSTGRES_USER"]
        store = SERVICES["s3"]["environment"]
        assert store["ROOT_ACCESS_KEY"] == PLATFORM["AWS_ACCESS_KEY_ID"]
        assert store["ROOT_SECRET_KEY"] == PLATFORM["AWS_SECRET_ACCESS_KEY"]
        assert PLATFORM["AWS_DEFAULT_REGION"] in SERVICES["s3"]["command"]

    def test_services_that_stay_tell_their_health_and_others_wait_for_it(self):
        checked = {name for name, one in SERVICES.items() if "test" in one.get("healthcheck", {})}
        assert checked | ONE_SHOT | {"mail"} == set(SERVICES)  # mail: the image's own check
        for name, service in SERVICES.items():
            for needed, how in service.get("depends_on", {}).items():
                wanted = (
                    "service_completed_successfully" if needed in ONE_SHOT else "service_healthy"
                )
                assert how == {"condition": wanted}, f"{name} on {needed}"

    def test_ports_answer_on_this_machine_only(self):
        ports = [port for one in SERVICES.values() for port in one.get("ports", [])]
        assert ports
        assert all(port.startswith("127.0.0.1:") for port in ports)

    def test_images_of_others_are_pinned(self):
        for name in ("postgres", "s3"):
            image = re.fullmatch(r"\$\{\w+:-(.+):(.+)\}", SERVICES[name]["image"])
            assert image, name
            assert re.search(r"\d", image[2]), name

    def test_files_it_mounts_are_there(self):
        mounted = [
            volume.split(":")[0]
            for one in SERVICES.values()
            for volume in one.get("volumes", [])
            if volume.startswith("./")
        ]
        files = {"dagster.yaml", "dashboard_users.yaml", "seed.py"}
        assert set(mounted) == {f"./deploy/compose/{name}" for name in files}
        assert all((ROOT / path).is_file() for path in mounted)

    def test_commands_of_the_platform_exist_and_name_its_module(self):
        own = [one for one in SERVICES.values() if one["image"] == "spanishgas:laptop"]
        assert {one["command"][0] for one in own} <= COMMANDS
        assert all(shutil.which(command, path=Path(sys.executable).parent) for command in COMMANDS)
        module = SERVICES["code-server"]["command"][-1]
        assert importlib.util.find_spec(module)

    def test_every_bucket_that_the_platform_uses_is_made(self):
        seed = script("deploy/compose/seed.py")
        instance = yaml.safe_load((ROOT / "deploy/compose/dagster.yaml").read_text("utf-8"))
        used = {
            PLATFORM[name].removeprefix("s3://") for name in ("SPANISHGAS_RAW", "SPANISHGAS_STORE")
        }
        used.add(instance["compute_logs"]["config"]["bucket"])
        assert set(seed.BUCKETS) == used


def test_instance_of_the_compose_file_loads_with_its_variables(monkeypatch):
    for name, value in PLATFORM.items():
        monkeypatch.setenv(name, value)
    ref = InstanceRef.from_dir(str(ROOT / "deploy/compose"))
    assert ref.event_storage_data.config_dict["postgres_db"]["scheme"] == "postgresql+psycopg2"
    assert isinstance(ref.run_launcher, DefaultRunLauncher)
    assert isinstance(ref.compute_log_manager, S3ComputeLogManager)
    assert ref.compute_logs_data.config_dict["bucket"] == "spanishgas-logs"


class TestDockerfile:
    def test_default_command_is_the_code_server_s_and_nothing_comes_before_it(self):
        assert "ENTRYPOINT" not in re.sub(r"#.*", "", DOCKERFILE)
        command = [line for line in DOCKERFILE.splitlines() if line.startswith("CMD")][-1]
        assert yaml.safe_load(command.removeprefix("CMD ")) == SERVICES["code-server"]["command"]

    def test_its_last_stage_is_the_platform_and_does_not_run_as_root(self):
        stages = re.findall(
            r"^FROM \$\{PYTHON_IMAGE\} AS (\w+)|^FROM \w+ AS (\w+)", DOCKERFILE, re.M
        )
        assert [one or other for one, other in stages] == ["build", "sentiment", "mail", "platform"]
        users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
        assert users == ["65534", "10001"]

    def test_it_needs_nothing_but_the_base_image(self):
        assert "# syntax=" not in DOCKERFILE
        assert not re.search(r"https?://", DOCKERFILE)

    def test_files_it_copies_are_there_and_pass_the_ignore_file(self):
        copies = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        sources = [source for line in copies for source in line.split()]
        allowed = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        assert len(sources) == 10
        for source in sources:
            assert (ROOT / source).exists(), source
            assert any(f"!{part}" in allowed for part in [source, *map(str, Path(source).parents)])

    def test_nothing_enters_the_build_that_is_not_named(self):
        lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        rules = [line for line in lines if line and not line.startswith("#")]
        assert rules[0] == "*"
        named = {rule[1:] for rule in rules if rule.startswith("!")}
        assert not {
            name for name in named if re.search(r"\.env|\.aws|\.git|secret|tests|data$", name)
        }


class TestRequirementsOfTheImage:
    PYPROJECT = """
    [project]
    dependencies = ["polars>=2"]
    [project.optional-dependencies]
    postgres = ["dagster-postgres"]
    sentiment = ["torch>=2", "transformers>=4"]
    """
    requirements = staticmethod(script("deploy/image/requirements.py").requirements)

    def test_are_those_of_the_platform_and_of_the_extras_asked_for(self):
        assert self.requirements(self.PYPROJECT, "", []) == ["polars>=2"]
        assert self.requirements(self.PYPROJECT, "", ["postgres"]) == [
            "polars>=2",
            "dagster-postgres",
        ]

    def test_with_sentiment_demand_the_torch_without_cuda_at_the_locked_version(self):
        found = self.requirements(self.PYPROJECT, "tqdm==4.1\ntorch==2.13.0\n", ["sentiment"])
        assert found == ["polars>=2", "torch>=2", "transformers>=4", "torch==2.13.0+cpu"]

    def test_an_unknown_extra_is_refused_by_name(self):
        with pytest.raises(SystemExit, match=r"no such extra: \['sentimnet'\]"):
            self.requirements(self.PYPROJECT, "", ["sentimnet"])


class TestSentimentModelsOfTheImage:
    main = staticmethod(script("deploy/image/sentiment_models.py").main)

    def test_off_leaves_an_empty_folder(self, tmp_path):
        self.main("off", tmp_path / "models")
        assert list((tmp_path / "models").iterdir()) == []

    def test_a_folder_that_is_not_there_is_refused(self, tmp_path):
        with pytest.raises(SystemExit, match="no such folder in the build context"):
            self.main(str(tmp_path / "absent"), tmp_path / "models")


class TestStackCheck:
    def test_without_an_engine_says_so_loudly_and_passes(self, monkeypatch, capsys):
        stack = script("deploy/check_stack.py")
        monkeypatch.setattr("sys.argv", ["check_stack.py"])
        monkeypatch.setattr(stack, "missing", lambda: "no container engine answers")
        assert stack.main() == 0
        assert capsys.readouterr().out.startswith("SKIPPED: no container engine answers")

    @pytest.mark.parametrize(
        ("failing", "says"),
        [("info", "no container engine answers"), ("compose", "no compose plugin"), (None, "")],
    )
    def test_tells_what_is_missing(self, monkeypatch, failing, says):
        stack = script("deploy/check_stack.py")
        monkeypatch.setattr(stack.shutil, "which", lambda _: "/usr/bin/docker")
        monkeypatch.setattr(
            stack.subprocess,
            "run",
            lambda command, **_: subprocess.CompletedProcess(command, int(command[1] == failing)),
        )
        assert says in stack.missing()
        assert bool(stack.missing()) is bool(says)
