"""Settings come from the environment, and complain of every variable in words."""

import subprocess
import sys
from datetime import date

import pytest
from pydantic import ValidationError

from spanishgas_assets.churn.experiments.catalogue import experiments
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Alerts, Encryption, Settings, StoreSettings
from spanishgas_assets.settings.environment import EnvironmentSettings
from spanishgas_assets.settings.kinds import known_experiments

MAIL = {
    "SPANISHGAS_ALERTS": "email",
    "SPANISHGAS_MAIL_HOST": "mail",
    "SPANISHGAS_MAIL_SENDER": "us@x.example",
    "SPANISHGAS_MAIL_RECIPIENTS": "a@x.example",
}
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4"
MIRROR = {
    "SPANISHGAS_STORE": "s3://models/prefix",
    "SPANISHGAS_SAGEMAKER_GROUP": "churn",
    "SPANISHGAS_SAGEMAKER_IMAGE": IMAGE,
}


def complaint(environment: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment(environment)
    return str(raised.value)


def test_defaults_are_the_documented_folders():
    settings = Settings.from_environment({})
    assert (settings.raw, settings.store) == ("data/raw", "data/store")


@pytest.mark.parametrize("kind", [Settings, StoreSettings])
def test_every_default_can_be_used(kind: type[EnvironmentSettings]):
    kind(**{name: field.default for name, field in kind.model_fields.items()})


def test_variables_are_read_and_typed():
    settings = Settings.from_environment(
        {
            "SPANISHGAS_RAW": "/drops",
            "SPANISHGAS_STORE": "s3://bucket/prefix",
            "SPANISHGAS_GAS_KWH_PER_M3": "11.7",
            "SPANISHGAS_THREADS": "3",
            "SPANISHGAS_ARRIVALS_SNAPSHOT": "2025-01-06",
            "SPANISHGAS_AUTOMATION": "Yes",
            "SPANISHGAS_ARRIVALS_EXPECTED": "none",
            "SPANISHGAS_MAIL_RECIPIENTS": "a@x.example, b@x.example",
        }
    )
    assert (settings.raw, settings.store) == ("/drops", "s3://bucket/prefix")
    assert (settings.gas_kwh_per_m3, settings.threads) == (11.7, 3)
    assert settings.arrivals_snapshot == date(2025, 1, 6)
    assert settings.automation is True
    assert settings.arrivals_expected == ()
    assert settings.mail_recipients == ("a@x.example", "b@x.example")


def test_an_empty_variable_keeps_the_default():
    assert Settings.from_environment({"SPANISHGAS_THREADS": " "}) == Settings()


def test_the_variable_of_the_store_and_those_below_it_do_not_meet():
    environment = {"SPANISHGAS_STORE": "s3://b", "SPANISHGAS_STORE_ATTEMPTS": "7"}
    assert Settings.from_environment(environment).store == "s3://b"
    assert StoreSettings.from_environment(environment) == StoreSettings(attempts=7)


def test_settings_made_in_code_take_nothing_from_the_environment(monkeypatch):
    monkeypatch.setenv("SPANISHGAS_THREADS", "7")
    assert Settings().threads == 2
    assert Settings.from_environment().threads == 7


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("THREADS", "two", "a whole number of 1 or more"),
        ("THREADS", "0", "a whole number of 1 or more"),
        ("GAS_KWH_PER_M3", "4.9", "a number from 5 to 15"),
        ("GAS_KWH_PER_M3", "110", "a number from 5 to 15"),
        ("EXPERIMENT", "E99", r"an experiment of experiments.yaml (E0, E1, E2"),
        ("PR_AUC_FLOOR", "7", "a number from 0 to 1"),
        ("PR_AUC_FLOOR", "-0.1", "a number from 0 to 1"),
        ("PR_AUC_OVER_PREVALENCE", "0", "a number above 0"),
        ("PR_AUC_OVER_PREVALENCE", "inf", "a number above 0"),
        ("GROUP_FLOORS", "segment:SME=60", "a list of floors by group, from 0 to 1"),
        ("LABEL_DATE", "6/1/2025", "a date (YYYY-MM-DD)"),
        ("ARRIVALS_SNAPSHOT", "2025-02-30", "a date (YYYY-MM-DD)"),
        ("MAIL_PORT", "0", "a whole number from 1 to 65535"),
        ("MAIL_PORT", "65536", "a whole number from 1 to 65535"),
        ("MAIL_STARTTLS", "perhaps", "yes or no"),
        ("REMINDER_HOURS", "nan", "a number above 0"),
        ("REMINDER_HOURS", "0", "a number above 0"),
        ("ARRIVALS_INTERVAL_S", "0", "a whole number of 1 or more"),
        ("ARRIVALS_INTERVAL_S", "1.5", "a whole number of 1 or more"),
        ("ARRIVALS_SETTLE_S", "-5", "a number of 0 or more"),
        ("ARRIVALS_WAIT_HOURS", "-1", "a number of 0 or more"),
        ("KEEP_RUNS_DAYS", "7", "a whole number of 8 or more"),
        ("KEEP_RUNS_PER_PARTITION", "0", "a whole number of 1 or more"),
        ("CLOCK", "summer", "grid or local or utc"),
        ("STORE_ATTEMPTS", "0", "a whole number of 1 or more"),
        ("STORE_TIMEOUT_S", "0", "a number above 0"),
        ("STORE_TAGS", "prod", "a list of tags"),
        ("STORE_ENCRYPTION", "yes", "none or AES256 or aws:kms"),
    ],
)
def test_a_value_out_of_bounds_or_of_another_kind_is_refused(name, text, wanted):
    found = complaint({f"SPANISHGAS_{name}": text})
    assert found.startswith(f"SPANISHGAS_{name}={text!r} is not {wanted}")
    assert "\n" not in found


def test_all_faults_are_in_one_message():
    found = complaint(
        {
            "SPANISHGAS_PR_AUC_FLOOR": "7",
            "SPANISHGAS_THREADS": "0",
            "SPANISHGAS_STORE_TIMEOUT_S": "-1",
            "SPANISHGAS_STORE_KMS_KEY": "key",
            "SPANISHGAS_ALERTS": "sns",
            "SPANISHGAS_THREDS": "2",
        }
    )
    assert found.splitlines() == [
        "6 settings cannot be used:",
        "  SPANISHGAS_PR_AUC_FLOOR='7' is not a number from 0 to 1",
        "  SPANISHGAS_THREADS='0' is not a whole number of 1 or more",
        (
            "  SPANISHGAS_ALERTS=sns needs SPANISHGAS_SNS_TOPIC; set it, or use "
            "SPANISHGAS_ALERTS=log for a dry run"
        ),
        "  SPANISHGAS_STORE_TIMEOUT_S='-1' is not a number above 0",
        (
            "  SPANISHGAS_STORE_KMS_KEY is set, but SPANISHGAS_STORE_ENCRYPTION is none: set it "
            "to aws:kms"
        ),
        "  SPANISHGAS_THREDS is not a setting; did you mean SPANISHGAS_THREADS?",
    ]


def test_a_contradiction_that_a_fault_explains_is_not_reported_beside_it():
    found = complaint({"SPANISHGAS_STORE_KMS_KEY": "k", "SPANISHGAS_STORE_ENCRYPTION": "kms"})
    assert found == "SPANISHGAS_STORE_ENCRYPTION='kms' is not none or AES256 or aws:kms"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("SPANISHGAS_THREDS", "did you mean SPANISHGAS_THREADS?"),
        ("SPANISHGAS_STORE_KEY", "did you mean SPANISHGAS_STORE_KMS_KEY?"),
        ("SPANISHGAS_CODE_SERVERS", "did you mean SPANISHGAS_CODE_SERVER?"),
        ("SPANISHGAS_ZZZZZZZZZZZZZZZZZZZZZZZZZZ", "`spanishgas settings` lists them"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_nearest_name(name, advice):
    assert complaint({name: "2"}) == f"{name} is not a setting; {advice}"


def test_variables_of_the_deployment_and_of_others_are_left_alone():
    environment = {"SPANISHGAS_LOG_GROUP": "/runs", "HOME": "/root", "SPANISHGASX": "1"}
    assert Settings.from_environment(environment) == Settings()


@pytest.mark.parametrize("missing", list(MAIL)[1:])
def test_mail_without_an_address_is_refused(missing):
    assert Settings.from_environment(MAIL).alerts is Alerts.EMAIL
    assert f"SPANISHGAS_ALERTS=email needs {missing};" in complaint(MAIL | {missing: ""})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SPANISHGAS_SAGEMAKER_IMAGE": ""}, "is not an ECR image"),
        ({"SPANISHGAS_SAGEMAKER_IMAGE": "placeholder"}, "'placeholder' is not an ECR image"),
        ({"SPANISHGAS_SAGEMAKER_IMAGE": IMAGE.removesuffix(":1.4")}, "with a tag or digest"),
        ({"SPANISHGAS_STORE": "data/store"}, "needs a store in S3"),
        ({"SPANISHGAS_STORE": "9" * 9000}, f"SPANISHGAS_STORE is '{'9' * 59}..."),
    ],
)
def test_a_mirror_with_a_placeholder_image_or_a_local_store_is_refused(changed, said):
    assert Settings.from_environment(MIRROR).sagemaker_group == "churn"
    assert said in complaint(MIRROR | changed)


def test_a_key_needs_the_encryption_that_uses_it():
    environment = {
        "SPANISHGAS_STORE_KMS_KEY": "key",
        "SPANISHGAS_STORE_ENCRYPTION": "aws:kms",
    }
    assert StoreSettings.from_environment(environment).encryption is Encryption.KMS
    with pytest.raises(SettingsError, match="set it to aws:kms"):
        StoreSettings.from_environment(environment | {"SPANISHGAS_STORE_ENCRYPTION": "AES256"})


class TestFormerNames:
    @pytest.fixture(autouse=True)
    def _renamed(self, monkeypatch):
        names = {"SPANISHGAS_CORES": "SPANISHGAS_THREADS"}
        monkeypatch.setattr("spanishgas_assets.settings.environment.FORMER_NAMES", names)

    def test_is_read_with_a_deprecation_line(self):
        with pytest.warns(FutureWarning, match="SPANISHGAS_CORES is now SPANISHGAS_THREADS"):
            assert Settings.from_environment({"SPANISHGAS_CORES": "3"}).threads == 3

    def test_beside_the_name_of_today_is_refused(self):
        found = complaint({"SPANISHGAS_CORES": "3", "SPANISHGAS_THREADS": "4"})
        assert found == (
            "SPANISHGAS_CORES is the former name of SPANISHGAS_THREADS, which is set too: unset "
            "SPANISHGAS_CORES"
        )

    def test_a_fault_names_the_variable_of_today(self):
        with pytest.warns(FutureWarning):
            assert complaint({"SPANISHGAS_CORES": "0"}).startswith("SPANISHGAS_THREADS='0' is not")


def test_the_password_is_shown_nowhere():
    settings = Settings.from_environment({"SPANISHGAS_MAIL_PASSWORD": "hunter2"})
    assert settings.mail_password.get_secret_value() == "hunter2"
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()}"
    with pytest.raises(ValidationError) as raised:
        Settings(mail_password="hunter2", alerts="sns")
    assert "hunter2" not in str(raised.value)


def test_settings_cannot_be_changed_in_place():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().threads = 3


def test_changed_settings_are_checked_and_keep_the_rest():
    settings = Settings(store="s3://b", threads=3).with_changes(threads=4)
    assert settings == Settings(store="s3://b", threads=4)
    with pytest.raises(ValidationError):
        settings.with_changes(threads=0)


def test_the_experiments_are_those_of_the_ablation():
    assert known_experiments() == tuple(experiments())


def test_importing_the_settings_imports_nothing_heavy():
    heavy = "dagster", "polars", "pandera", "boto3", "yaml", "numpy"
    code = (
        "import sys; from spanishgas_assets.settings import Settings;"
        "Settings.from_environment({});"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
