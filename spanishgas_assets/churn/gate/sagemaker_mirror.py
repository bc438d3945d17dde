"""The registry's mirror in SageMaker: each judged model as a model package with its approval.

The store stays the truth; the mirror lets SageMaker's own tools see and deploy the models. It is
off until SPANISHGAS_SAGEMAKER_GROUP names a model package group.
"""

import gzip
import io
import tarfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Self

from spanishgas_assets.churn.gate.gate import GateDecision
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.errors import StoreError
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import Store

_CONTENT_TYPES = ["application/json"]
_ARCHIVE = "model.tar.gz"


@dataclass(frozen=True)
class SageMakerMirror:
    """A model package group, and the image that serves its models."""

    group: str
    image: str
    client: Any

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Open the configured mirror, or None where none is configured."""
        if not settings.sagemaker_group:
            return None
        import boto3

        return cls(settings.sagemaker_group, settings.sagemaker_image, boto3.client("sagemaker"))

    def register(self, store: Store, model: ChurnModel) -> str:
        """Upload the model as ``model.tar.gz`` and return the ARN of its package.

        A model that is registered already keeps its package. It waits for approval.
        """
        for package in self._packages():
            if _version(package) == model.version:
                return str(package["ModelPackageArn"])
        self._require_group()
        key = f"churn/sagemaker/{model.version}/{_ARCHIVE}"
        store.write(key, _archive(model))
        pr_auc = model.card.metrics["pooled"]["pr_auc"]
        answer = self.client.create_model_package(
            ModelPackageGroupName=self.group,
            ModelPackageDescription=f"Churn model {model.version}, PR-AUC {pr_auc}",
            InferenceSpecification={
                "Containers": [{"Image": self.image, "ModelDataUrl": store.url(key)}],
                "SupportedContentTypes": _CONTENT_TYPES,
                "SupportedResponseMIMETypes": _CONTENT_TYPES,
            },
            ModelApprovalStatus="PendingManualApproval",
            CustomerMetadataProperties={
                "version": model.version,
                "pr_auc": f"{pr_auc.value:.4f}",
                "data_hash": model.card.data_hash,
            },
        )
        return str(answer["ModelPackageArn"])

    def approve(self, version: str, why: str) -> None:
        """Mark a version's package as approved.

        Raises:
            StoreError: the version was never registered.
        """
        self._mark(version, "Approved", why)

    def reject(self, version: str, why: str) -> None:
        """Mark a version's package as rejected.

        Raises:
            StoreError: the version was never registered.
        """
        self._mark(version, "Rejected", why)

    def record(self, store: Store, model: ChurnModel, decision: GateDecision) -> None:
        """Register a judged model, and reject it if the gate refused it."""
        self.register(store, model)
        if not decision.accepted:
            failed = ", ".join(rule.name for rule in decision.rules if not rule.passed)
            self.reject(model.version, f"refused by the gate: {failed}")

    def latest_approved(self) -> str | None:
        """Return the version of the newest approved package, or None."""
        for package in self._packages(ModelApprovalStatus="Approved"):
            return _version(package)
        return None

    def _mark(self, version: str, status: str, why: str) -> None:
        for package in self._packages():
            if _version(package) == version:
                self.client.update_model_package(
                    ModelPackageArn=package["ModelPackageArn"],
                    ModelApprovalStatus=status,
                    ApprovalDescription=why,
                )
                return
        raise StoreError(f"model {version} is not in the SageMaker group {self.group}")

    def _packages(self, **wanted: str) -> list[dict[str, Any]]:
        """Describe the group's packages, newest first; none where there is no group yet."""
        if not self._group_exists():
            return []
        pages = self.client.get_paginator("list_model_packages").paginate(
            ModelPackageGroupName=self.group,
            SortBy="CreationTime",
            SortOrder="Descending",
            **wanted,
        )
        summaries = [one for page in pages for one in page["ModelPackageSummaryList"]]
        return [
            self.client.describe_model_package(ModelPackageName=one["ModelPackageArn"])
            for one in sorted(summaries, key=lambda one: -one["ModelPackageVersion"])
        ]

    def _group_exists(self) -> bool:
        pages = self.client.get_paginator("list_model_package_groups").paginate(
            NameContains=self.group
        )
        return any(
            one["ModelPackageGroupName"] == self.group
            for page in pages
            for one in page["ModelPackageGroupSummaryList"]
        )

    def _require_group(self) -> None:
        if not self._group_exists():
            self.client.create_model_package_group(
                ModelPackageGroupName=self.group,
                ModelPackageGroupDescription="SpanishGas churn models",
            )


def _version(package: dict[str, Any]) -> str:
    """Read a package's version off the place of its model, which no later update changes."""
    container = package["InferenceSpecification"]["Containers"][0]
    return PurePosixPath(container["ModelDataUrl"].removesuffix(_ARCHIVE)).name


def _archive(model: ChurnModel) -> bytes:
    """Pack a model's parts; equal models give equal bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in sorted(model.parts.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(packed.getvalue(), mtime=0)
