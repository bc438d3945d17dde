"""Typed settings, read from the environment when they are asked for, never at import.

Every variable of the platform is listed in :class:`Settings`; no other module reads the
environment.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any, Self

from spanishgas_assets.errors import SettingsError


class GasMargin(StrEnum):
    """Who earns the fixed gas fee: customers with a supply, or also the others, as once."""

    SUPPLIED = "supplied"
    OLD_CREDIT = "old_credit"


class FloorBy(StrEnum):
    """What must reach the gate's floor: the PR-AUC itself, or its interval's lower end."""

    VALUE = "value"
    LOW = "low"


class ThresholdRule(StrEnum):
    """How the probability is chosen from which a customer counts as leaving."""

    BEST_PRECISION = "best_precision"
    GUARANTEED_RECALL = "guaranteed_recall"


class Clock(StrEnum):
    """What a reading's naive time label means (explained in ``tariffs/clock.py``)."""

    GRID = "grid"
    LOCAL = "local"
    UTC = "utc"


class Sentiment(StrEnum):
    """What scores a note's sentiment; ``off`` leaves it unknown, and the model does without."""

    LEXICON = "lexicon"
    TRANSFORMERS = "transformers"
    OFF = "off"


class Alerts(StrEnum):
    """Where alerts go: only to the log of the sensor (a dry run), by SMTP, or to an SNS topic."""

    LOG = "log"
    EMAIL = "email"
    SNS = "sns"


class Weekly(StrEnum):
    """What the Monday schedule runs: scores by the standing champion, or a new model."""

    SCORE = "score"
    TRAIN = "train"


class Encryption(StrEnum):
    """Server-side encryption that a write to S3 asks for; ``none`` asks for nothing."""

    NONE = "none"
    S3 = "AES256"
    KMS = "aws:kms"


class Precision(StrEnum):
    """Numbers that a transformer computes with: exact, or faster and checked where it is close."""

    FP32 = "fp32"
    BF16 = "bf16"
    INT8 = "int8"


class Unready(StrEnum):
    """What becomes of a raw batch that lacks something when it has been waited for long enough."""

    HOLD = "hold"
    RUN = "run"


@dataclass(frozen=True)
class Settings:
    """What a deployment decides. Each field is the variable ``SPANISHGAS_<NAME>``.

    Attributes:
        raw: folder (or ``s3://`` prefix) that receives the raw drops.
        raw_cache: folder for this machine's copies of raw drops in S3; empty is a folder of the
            user's in the system's temporary folder.
        store: folder (or ``s3://`` prefix) that holds every table, model and report.
        clock: what the time labels of the readings mean; verified against the data.
        gas_kwh_per_m3: energy in a cubic metre of gas, kWh.
        gas_margin: who earns the fixed gas fee; ``old_credit`` repeats, for comparison only, the
            old system's fee of customers without a gas supply.
        sentiment: backend that scores the sentiment of a note; ``off`` trains without it (E8).
        sentiment_model: transformer for English notes: ``name@revision`` on the hub, or a folder.
        sentiment_model_multilingual: transformer for the other known languages; likewise.
        sentiment_precision: numbers that the transformers compute with.
        experiment: feature set that the model is trained on.
        pr_auc_floor: lowest PR-AUC that the gate accepts.
        pr_auc_floor_by: whether the PR-AUC or the lower end of its interval must reach the floor.
        pr_auc_over_prevalence: floor as a multiple of the churn rate, in place of the fixed one.
        group_floors: lowest PR-AUC of single groups, ``segment:SME=0.6,segment:Residential=0.65``.
        human_approval: a model that the gate accepted waits for a person before it serves.
        owner_columns: columns of silver/customer that tell an owner, with commas; customers that
            agree in all are never split. Empty takes dates, channel and province.
        threshold_rule: how the model's threshold is chosen; ``guaranteed_recall`` needs MAPIE.
        sagemaker_group: model package group that mirrors the registry; empty mirrors nothing.
        sagemaker_image: inference image (ECR URI) of the mirrored models.
        retention: folder whose policy.yaml, offers.yaml and contact_rules.yaml replace the packaged
            ones, each where it is there; empty keeps the packaged ones.
        label_date: snapshot whose features the labels belong to; None means the snapshot that
            trains.
        threads: most threads that a model fit may use.
        alerts: where alerts go; ``log`` is a dry run: the sensor's log says what would be sent.
        mail_host, mail_port: the mail server.
        mail_starttls: encrypt the connection, and refuse a server that cannot.
        mail_user, mail_password: login at the mail server; none without a user.
        mail_sender, mail_recipients: addresses; recipients separated by commas.
        sns_topic: ARN of the topic that alerts are published to.
        ui_url: address of the Dagster UI, for the links in an alert.
        reminder_hours: how often an incident that stays open is told again.
        metrics_namespace: CloudWatch namespace of the platform's metrics; empty publishes none.
        arrivals_interval_s: seconds between two looks at the raw root.
        arrivals_settle_s: seconds that a drop must lie unchanged before it is taken up.
        arrivals_expected: raw files that every dated drop is to bring, with commas, or ``none``.
        arrivals_wait_hours: how long a batch waits for what it lacks before someone is told.
        arrivals_unready: what happens then: ``hold`` it, or ``run`` without.
        arrivals_snapshot: snapshot that a flat drop belongs to; None means the newest Monday.
        automation: whether the sensor of raw drops and the schedules start switched on; the
            alert sensor always does.
        weekly: whether the Monday schedule scores with the standing champion or trains.
        keep_runs_days: days until a run that newer ones have replaced is pruned; at least 8.
        keep_runs_per_partition: runs kept of each partition of each table however old they are.
    """

    raw: str = "data/raw"
    raw_cache: str = ""
    store: str = "data/store"
    clock: Clock = Clock.GRID
    gas_kwh_per_m3: float = 11.0
    gas_margin: GasMargin = GasMargin.SUPPLIED
    sentiment: Sentiment = Sentiment.LEXICON
    sentiment_model: str = (
        "cardiffnlp/twitter-roberta-base-sentiment-latest@3216a57f2a0d9c45a2e6c20157c20c49fb4bf9c7"
    )
    sentiment_model_multilingual: str = (
        "cardiffnlp/twitter-xlm-roberta-base-sentiment@f2f1202b1bdeb07342385c3f807f9c07cd8f5cf8"
    )
    sentiment_precision: Precision = Precision.FP32
    experiment: str = "E5"
    pr_auc_floor: float = 0.70
    pr_auc_floor_by: FloorBy = FloorBy.VALUE
    pr_auc_over_prevalence: float | None = None
    group_floors: Mapping[str, float] = field(default_factory=dict)
    human_approval: bool = False
    owner_columns: tuple[str, ...] = ()
    threshold_rule: ThresholdRule = ThresholdRule.BEST_PRECISION
    sagemaker_group: str = ""
    sagemaker_image: str = ""
    retention: str = ""
    label_date: date | None = None
    threads: int = 2
    alerts: Alerts = Alerts.LOG
    mail_host: str = ""
    mail_port: int = 587
    mail_starttls: bool = True
    mail_user: str = ""
    mail_password: str = field(default="", repr=False)
    mail_sender: str = ""
    mail_recipients: str = ""
    sns_topic: str = ""
    ui_url: str = "http://localhost:3000"
    reminder_hours: float = 24.0
    metrics_namespace: str = ""
    arrivals_interval_s: int = 60
    arrivals_settle_s: float = 300.0
    arrivals_expected: tuple[str, ...] = (
        "customer_attributes",
        "customer_contracts",
        "customer_interactions",
    )
    arrivals_wait_hours: float = 24.0
    arrivals_unready: Unready = Unready.HOLD
    arrivals_snapshot: date | None = None
    automation: bool = False
    weekly: Weekly = Weekly.SCORE
    keep_runs_days: int = 90
    keep_runs_per_partition: int = 3

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings; a variable that is absent or empty keeps its default.

        Raises:
            SettingsError: a variable has a value of the wrong kind; names it and what it wants.
        """
        return cls(**_given(cls, "SPANISHGAS_", environment))


@dataclass(frozen=True)
class StoreSettings:
    """How S3 is asked, and keeps objects. Each field is the variable ``SPANISHGAS_STORE_<NAME>``.

    They are read where a store is opened, as boto3 reads credentials, region and endpoint.

    Attributes:
        encryption: what each write asks of S3; ``none`` leaves it to the bucket's default.
        kms_key: key id or ARN for ``aws:kms``; empty means the account's key for S3.
        tags: further tags of every object, ``environment=prod,cost_centre=churn``.
        attempts: requests that an operation makes before it gives up.
        timeout_s: seconds that a request may take to be answered.
    """

    encryption: Encryption = Encryption.NONE
    kms_key: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 5
    timeout_s: float = 30.0

    def __post_init__(self) -> None:
        """Refuse settings that contradict each other."""
        if self.kms_key and self.encryption is not Encryption.KMS:
            raise SettingsError(
                f"SPANISHGAS_STORE_KMS_KEY is set, but SPANISHGAS_STORE_ENCRYPTION is "
                f"{self.encryption}: set it to aws:kms"
            )
        if self.attempts < 1 or self.timeout_s <= 0:
            raise SettingsError(
                f"SPANISHGAS_STORE_ATTEMPTS={self.attempts} must be 1 or more, and "
                f"SPANISHGAS_STORE_TIMEOUT_S={self.timeout_s:g} above 0"
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings, as :meth:`Settings.from_environment` does."""
        return cls(**_given(cls, "SPANISHGAS_STORE_", environment))


def _given(kind: type, prefix: str, environment: Mapping[str, str] | None) -> dict[str, Any]:
    environment = os.environ if environment is None else environment
    given: dict[str, Any] = {}
    for setting in fields(kind):
        variable = prefix + setting.name.upper()
        text = environment.get(variable, "").strip()
        if text:
            given[setting.name] = _parse(variable, text, _KINDS.get(setting.name, str))
    return given


def _yes_or_no(text: str) -> bool:
    return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}[
        text.lower()
    ]


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


def _names_or_none(text: str) -> tuple[str, ...]:
    return () if text.lower() == "none" else _names(text)


def _floors(text: str) -> dict[str, float]:
    pairs = [pair.split("=") for pair in text.split(",")]
    return {name.strip(): float(floor) for name, floor in pairs}


def _tags(text: str) -> dict[str, str]:
    pairs = [pair.split("=") for pair in text.split(",")]
    return {name.strip(): value.strip() for name, value in pairs}


_KINDS: dict[str, Any] = {
    "clock": Clock,
    "gas_kwh_per_m3": float,
    "gas_margin": GasMargin,
    "sentiment": Sentiment,
    "sentiment_precision": Precision,
    "pr_auc_floor": float,
    "pr_auc_floor_by": FloorBy,
    "pr_auc_over_prevalence": float,
    "group_floors": _floors,
    "human_approval": _yes_or_no,
    "owner_columns": _names,
    "threshold_rule": ThresholdRule,
    "label_date": date.fromisoformat,
    "threads": int,
    "alerts": Alerts,
    "mail_port": int,
    "mail_starttls": _yes_or_no,
    "reminder_hours": float,
    "encryption": Encryption,
    "tags": _tags,
    "attempts": int,
    "timeout_s": float,
    "arrivals_interval_s": int,
    "arrivals_settle_s": float,
    "arrivals_expected": _names_or_none,
    "arrivals_wait_hours": float,
    "arrivals_unready": Unready,
    "arrivals_snapshot": date.fromisoformat,
    "automation": _yes_or_no,
    "weekly": Weekly,
    "keep_runs_days": int,
    "keep_runs_per_partition": int,
}
_WANTED: dict[Any, str] = {
    float: "a number",
    int: "a whole number",
    date.fromisoformat: "a date (YYYY-MM-DD)",
    Clock: " or ".join(Clock),
    GasMargin: " or ".join(GasMargin),
    Sentiment: " or ".join(Sentiment),
    Precision: " or ".join(Precision),
    Alerts: " or ".join(Alerts),
    Encryption: " or ".join(Encryption),
    Weekly: " or ".join(Weekly),
    Unready: " or ".join(Unready),
    FloorBy: " or ".join(FloorBy),
    ThresholdRule: " or ".join(ThresholdRule),
    _yes_or_no: "yes or no",
    _tags: "a list of tags (environment=prod,cost_centre=churn)",
    _floors: "a list of floors by group (segment:SME=0.6,segment:Residential=0.65)",
}


def _parse(variable: str, text: str, kind: Any) -> Any:
    try:
        return kind(text)
    except (ValueError, KeyError) as error:
        raise SettingsError(f"{variable}={text!r} is not {_WANTED[kind]}") from error
