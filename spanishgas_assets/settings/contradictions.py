"""Settings that contradict each other, each with what to do about it."""

import re
from typing import Protocol

from spanishgas_assets.settings.choices import Alerts
from spanishgas_assets.yaml_values import shown


class Given(Protocol):
    """The settings that may contradict each other (``Settings``)."""

    @property
    def alerts(self) -> Alerts:
        """How alerts are told."""

    @property
    def sagemaker_group(self) -> str:
        """Where models are mirrored."""

    @property
    def sagemaker_image(self) -> str:
        """What serves them there."""

    @property
    def store(self) -> str:
        """Root of the tables."""

    def variable(self, name: str) -> str:
        """Return the environment variable of a setting."""


#: What is wrong, by the names of the settings that it lies between.
Contradictions = dict[tuple[str, ...], str]

#: An image in ECR: account, region, repository, and a tag or digest.
_ECR_IMAGE = re.compile(
    r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[a-z0-9._/-]+(:[\w.-]+|@sha256:[0-9a-f]{64})"
)


def missing_addresses(settings: Given) -> Contradictions:
    """Refuse alerts by mail or SNS that have nowhere to go."""
    needed = {
        Alerts.LOG: (),
        Alerts.EMAIL: ("mail_host", "mail_sender", "mail_recipients"),
        Alerts.SNS: ("sns_topic",),
    }[settings.alerts]
    missing = tuple(name for name in needed if not getattr(settings, name))
    if not missing:
        return {}
    words = (
        f"{settings.variable('alerts')}={settings.alerts} needs "
        f"{', '.join(map(settings.variable, missing))}; set it, or use "
        f"{settings.variable('alerts')}={Alerts.LOG} for a dry run"
    )
    return {("alerts", *missing): words}


def nameless_sign_in(settings: Given) -> Contradictions:
    """Refuse a sign-in to the dashboard whose people have no roles, and two of one kind."""
    ways = _set_of(settings, "dashboard_oidc", "dashboard_identity_header")
    files = _set_of(settings, "dashboard_users", "dashboard_users_text")
    for both in (ways, files):
        if len(both) > 1:
            return {both: f"{' and '.join(map(settings.variable, both))}: set one of the two"}
    if not ways or files:
        return {}
    words = (
        f"{settings.variable(ways[0])} needs {settings.variable('dashboard_users')}: the file "
        "says who of those that sign in may see what"
    )
    return {(ways[0], "dashboard_users"): words}


def useless_mirror(settings: Given) -> Contradictions:
    """Refuse a mirror of the registry that SageMaker could not read."""
    if not settings.sagemaker_group:
        return {}
    found: Contradictions = {}
    if not _ECR_IMAGE.fullmatch(settings.sagemaker_image):
        found["sagemaker_group", "sagemaker_image"] = (
            f"{settings.variable('sagemaker_image')}={shown(settings.sagemaker_image)} is not an "
            "ECR image with a tag or digest, e.g. "
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4"
        )
    if not settings.store.startswith("s3://"):
        found["sagemaker_group", "store"] = (
            f"{settings.variable('sagemaker_group')} needs a store in S3, but "
            f"{settings.variable('store')} is {shown(settings.store)}"
        )
    return found


def _set_of(settings: Given, *names: str) -> tuple[str, ...]:
    return tuple(name for name in names if getattr(settings, name))
