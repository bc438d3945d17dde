"""What a deployment decides: every setting of the platform, once."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from spanishgas_assets.settings.choices import (
    Alerts,
    Clock,
    FloorBy,
    GasMargin,
    HourLabels,
    Intent,
    Precision,
    Sentiment,
    ThresholdRule,
    Unready,
    Weekly,
)
from spanishgas_assets.settings.contradictions import (
    Contradictions,
    missing_addresses,
    nameless_sign_in,
    useless_mirror,
)
from spanishgas_assets.settings.environment import EnvironmentSettings, unknown_variables
from spanishgas_assets.settings.kinds import (
    Count,
    DateOrders,
    Day,
    Days,
    Experiment,
    Floors,
    Hours,
    KwhPerCubicMetre,
    Limits,
    Minutes,
    Names,
    NamesOrNone,
    Seconds,
    WholeSeconds,
)
from spanishgas_assets.settings.store_settings import StoreSettings
from spanishgas_assets.settings.variables import PREFIX


class Settings(EnvironmentSettings):
    """What a deployment decides. Each field is the variable ``SPANISHGAS_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)

    #: The first field of each topic, for whoever lists the settings.
    TOPICS: ClassVar[Mapping[str, str]] = {
        "raw": "Folders",
        "date_orders": "Dates and rows that cannot be used",
        "clock": "Readings and margins",
        "intent": "Notes",
        "experiment": "Model and gate",
        "retention": "Retention",
        "dashboard_users": "Dashboard",
        "alerts": "Alerts and metrics",
        "arrivals_interval_s": "Arrivals and schedules",
        "keep_runs_days": "History of runs and publications",
    }

    raw: str = Field(
        "data/raw", description="Folder (or `s3://` prefix) that receives the raw drops."
    )
    raw_cache: str = Field(
        "",
        description=(
            "Folder for local copies of raw drops in S3; empty is a folder of the user's own "
            "in the system's temporary folder."
        ),
    )
    store: str = Field(
        "data/store",
        description="Folder (or `s3://` prefix) that holds every table, model and report.",
    )

    date_orders: DateOrders = Field(
        {},
        description=(
            "Order of day, month and year in the dates of a raw file, or of one of its columns. "
            "Years of two digits, 1950 to 2049, are read only where it is declared."
        ),
    )
    set_aside_limits: Limits = Field(
        {},
        description=(
            "Highest share of a source's rows of a month or snapshot that a table may set aside, "
            "where it is not the table's own; 1 is no limit."
        ),
    )

    clock: Clock = Field(
        Clock.GRID,
        description="Meaning of the readings' time labels; verified against the data.",
    )
    hour_labels: HourLabels = Field(
        HourLabels.BEGINNING,
        description=(
            "Whether such a label is the beginning or the end of its hour (`01:00` to `24:00`, or "
            "1 to 25); verified against the data."
        ),
    )
    gas_kwh_per_m3: KwhPerCubicMetre = Field(
        11.0, ge=5, le=15, description="Energy in a cubic metre of gas."
    )
    gas_margin: GasMargin = Field(
        GasMargin.SUPPLIED,
        description=(
            "Customers whose margin includes the fixed gas fee: those with a gas supply, or with "
            "`old_credit`, for comparison only, also those without, as in the old system."
        ),
    )

    intent: Intent = Field(Intent.EMBEDDED, description="Backend that reads the intent of a note.")
    sentiment: Sentiment = Field(
        Sentiment.EMBEDDED,
        description="Backend that scores the sentiment of a note; `off` trains without it (E8).",
    )
    notes_head: str = Field(
        "",
        description="File of your own head for the `embedded` backends, made by `spanishgas notes "
        "train`; empty is the packaged one.",
    )
    sentiment_model: str = Field(
        "cardiffnlp/twitter-roberta-base-sentiment-latest@3216a57f2a0d9c45a2e6c20157c20c49fb4bf9c7",
        description="Transformer for English notes: `name@revision` on the hub, or a folder.",
    )
    sentiment_model_multilingual: str = Field(
        "cardiffnlp/twitter-xlm-roberta-base-sentiment@f2f1202b1bdeb07342385c3f807f9c07cd8f5cf8",
        description="Transformer for notes in the other known languages, given likewise.",
    )
    sentiment_precision: Precision = Field(
        Precision.FP32, description="Numeric precision of the transformers."
    )

    experiment: Experiment = Field("E5", description="Feature set that the model is trained on.")
    pr_auc_floor: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Lowest PR-AUC that the gate accepts. Without it the floor is five times the "
        "churn rate, at most half-way from it to 1.",
    )
    pr_auc_floor_by: FloorBy = Field(
        FloorBy.HIGH,
        description="What must reach the floor: the upper end of the PR-AUC's interval (not "
        "clearly below it), the PR-AUC, or the lower end.",
    )
    pr_auc_over_prevalence: float | None = Field(
        None,
        gt=0,
        description="Floor as this multiple of the churn rate, in place of a fixed one.",
    )
    group_floors: Floors = Field({}, description="Lowest PR-AUC of single groups.")
    group_over_prevalence: float = Field(
        1.5,
        gt=0,
        description="What the PR-AUC of every group must reach, as a multiple of the group's churn "
        "rate, at most half-way from it to 1.",
    )
    groups_by: FloorBy = Field(
        FloorBy.HIGH,
        description="What of every group must reach that: the upper end of an interval that holds "
        "for all groups together (no group is clearly below it), the PR-AUC, or the lower end.",
    )
    human_approval: bool = Field(
        default=False,
        description="Whether a model that the gate accepted waits for a person's approval.",
    )
    owner_columns: Names = Field(
        (),
        description=(
            "Columns of silver/customer that identify an owner: customers that agree in all of "
            "them are one owner, for the split of the model's data and for offers. Empty is "
            "dates, channel and province."
        ),
    )
    threshold_rule: ThresholdRule = Field(
        ThresholdRule.BEST_PRECISION,
        description="How the model's threshold is chosen; `guaranteed_recall` needs MAPIE.",
    )
    label_date: Day = Field(
        None,
        description=(
            "Day from which on the labels count leaving, for a label file that names none; empty "
            "is the date of the drop that the file lies in, or the snapshot that trains."
        ),
    )
    label_horizon_days: Count = Field(
        91,
        description=(
            "Days after the label date within which a label counts leaving. Once they are over, "
            "whoever left is no customer, unless energy is used in a later month."
        ),
    )
    threads: Count = Field(2, description="Maximum number of threads of a model fit.")
    sagemaker_group: str = Field(
        "",
        description="Model package group that mirrors the registry; empty mirrors nothing.",
    )
    sagemaker_image: str = Field(
        "", description="Inference image of the mirrored models: an ECR URI with tag or digest."
    )

    retention: str = Field(
        "",
        description=(
            "Folder whose policy.yaml, offers.yaml and contact_rules.yaml replace the packaged "
            "ones, file by file; empty keeps the packaged ones."
        ),
    )

    dashboard_users: str = Field(
        "",
        description=(
            "File of the dashboard's users, their roles and hashed passwords (`spanishgas users`); "
            "empty is no sign-in, and the dashboard answers on its own machine only."
        ),
    )
    dashboard_users_text: SecretStr = Field(
        SecretStr(""),
        description=(
            "The text of such a file in place of the file, for a deployment that hands secrets "
            "over as variables."
        ),
    )
    dashboard_identity_header: str = Field(
        "",
        description=(
            "Header in which a load balancer that has signed a person in names them: a JSON Web "
            "Token with the claim `email`, such as `x-amzn-oidc-data`. It is believed as it is, so "
            "set it only where nobody but the load balancer reaches the dashboard."
        ),
    )
    dashboard_oidc: str = Field(
        "",
        description=(
            "TOML file with the section `[auth]` of Streamlit's OpenID Connect; whoever it lets in "
            "needs an entry in the users' file, named by mail address. Empty asks for passwords."
        ),
    )
    dashboard_session_minutes: Minutes = Field(
        60, ge=1, le=1440, description="Time without a click after which a session ends."
    )
    dashboard_held: str = Field(
        "",
        description=(
            "Folder that keeps recorded outcomes while the store is away, and what callers have "
            "filled in and not recorded; empty is a folder of "
            "the user's own in the system's temporary folder."
        ),
    )

    alerts: Alerts = Field(
        Alerts.LOG,
        description=(
            "Where alerts go: by mail, to an SNS topic, or only to the log of the sensor, as a dry "
            "run. `email` needs mail host, sender and recipients, `sns` needs a topic."
        ),
    )
    mail_host: str = Field("", description="Mail server.")
    mail_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    mail_starttls: bool = Field(
        default=True,
        description="Whether the connection is encrypted; a server that cannot encrypt is refused.",
    )
    mail_user: str = Field("", description="User at the mail server; empty sends without a login.")
    mail_password: SecretStr = Field(SecretStr(""), description="Password of that user.")
    mail_sender: str = Field("", description="Address that mails come from.")
    mail_recipients: Names = Field((), description="Addresses that mails go to.")
    sns_topic: str = Field("", description="ARN of the topic that alerts are published to.")
    ui_url: str = Field(
        "http://localhost:3000",
        description="Address of the Dagster UI, for the links in an alert.",
    )
    management_page: bool = Field(
        default=False,
        description=(
            "Whether the page for management of each new snapshot is sent through the channel of "
            "the alerts: attached to a mail, elsewhere as the place where it is."
        ),
    )
    management_recipients: Names = Field(
        (), description="Addresses that this mail goes to; empty are those of the alerts."
    )
    dashboard_url: str = Field(
        "",
        description="Address of the dashboard, for the link in that message; empty leaves it out.",
    )
    code_url: str = Field(
        "",
        description=(
            "Repository that the UI's links to the source lead to, `https://github.com/us/repo`; "
            "empty links to the files on this machine."
        ),
    )
    code_branch: str = Field("main", description="Branch, tag or commit of those links.")
    reminder_hours: Hours = Field(
        24.0, gt=0, description="Time between two reminders of an incident that stays open."
    )
    metrics_namespace: str = Field(
        "",
        description="CloudWatch namespace of the platform's metrics; empty publishes none.",
    )

    arrivals_interval_s: WholeSeconds = Field(
        60, ge=1, description="Time between two evaluations of the raw root."
    )
    arrivals_settle_s: Seconds = Field(
        300.0, ge=0, description="How long a drop must stay unchanged before it is processed."
    )
    arrivals_expected: NamesOrNone = Field(
        ("customer_attributes", "customer_contracts", "customer_interactions"),
        description="Raw files that every dated drop must contain.",
    )
    arrivals_wait_hours: Hours = Field(
        24.0, ge=0, description="How long an incomplete batch waits before an alert is sent."
    )
    arrivals_unready: Unready = Field(
        Unready.HOLD,
        description="What happens then: `hold` the batch, or `run` it without the missing files.",
    )
    arrivals_snapshot: Day = Field(
        None, description="Snapshot that a flat drop belongs to; empty is the newest Monday."
    )
    automation: bool = Field(
        default=False,
        description=(
            "Whether the sensor of raw drops and the schedules start switched on; the alert "
            "sensor always does."
        ),
    )
    weekly: Weekly = Field(
        Weekly.SCORE,
        description="Whether the Monday schedule scores with the champion or trains a new model.",
    )

    # The weekly schedule asks for the last week's runs, and a new alert outbox for the last day's.
    keep_runs_days: Days = Field(
        90, ge=8, description="Age at which a run is pruned once newer runs have replaced it."
    )
    keep_runs_per_partition: Count = Field(
        3, description="Runs kept of each partition of each table, however old they are."
    )

    keep_publications_days: Days = Field(
        90, ge=8, description="Age at which a superseded publication may be pruned."
    )
    keep_publications_per_snapshot: Count = Field(
        3,
        description=(
            "Publications kept of each snapshot, however old they are; the current one always is."
        ),
    )

    @classmethod
    def faults(cls, environment: Mapping[str, str]) -> list[str]:
        """Say what is wrong with an environment: these settings, the store's, unknown names."""
        return [
            *super().faults(environment),
            *StoreSettings.faults(environment),
            *unknown_variables(environment, [*cls.variables(), *StoreSettings.variables()]),
        ]

    def contradictions(self) -> Contradictions:
        """Refuse alerts without an address, a mirror SageMaker cannot read, roles without users."""
        return missing_addresses(self) | useless_mirror(self) | nameless_sign_in(self)

    @property
    def dashboard_has_users(self) -> bool:
        """Whether the dashboard asks who is there."""
        return bool(self.dashboard_users or self.dashboard_users_text)
