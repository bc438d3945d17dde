import gzip
import io
import tarfile

import boto3
import pytest
from moto import mock_aws

from spanishgas_assets.churn.gate.gate import judge
from spanishgas_assets.churn.gate.sagemaker_mirror import SageMakerMirror
from spanishgas_assets.errors import StoreError
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store

from .retailer import altered

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/churn-inference:1.4.2"
ON = Settings(store="s3://models/prefix", sagemaker_group="churn", sagemaker_image=IMAGE)


@pytest.fixture
def aws(monkeypatch):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("s3").create_bucket(
            Bucket="models", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        yield


def test_nothing_is_mirrored_until_a_group_is_named():
    assert SageMakerMirror.of(Settings()) is None


def test_a_registered_model_waits_with_its_bytes_and_image(aws, model):
    mirror, store = SageMakerMirror.of(ON), open_store(ON.store)
    arn = mirror.register(store, model)
    package = mirror.client.describe_model_package(ModelPackageName=arn)
    container = package["InferenceSpecification"]["Containers"][0]
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert container["Image"] == IMAGE
    key = container["ModelDataUrl"].removeprefix(f"{ON.store}/")
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(store.read(key)))) as packed:
        assert {name: packed.extractfile(name).read() for name in packed.getnames()} == model.parts
    assert mirror.latest_approved() is None


def test_registering_again_makes_no_second_package(aws, model):
    mirror, store = SageMakerMirror.of(ON), open_store(ON.store)
    assert mirror.register(store, model) == mirror.register(store, model)


def test_the_latest_approved_is_the_newest_that_was_not_rejected(aws, model):
    mirror, store = SageMakerMirror.of(ON), open_store(ON.store)
    second, third = altered(model, seed=7), altered(model, seed=8)
    for one in (model, second, third):
        mirror.register(store, one)
    mirror.approve(model.version, "accepted by the gate")
    mirror.approve(second.version, "accepted by the gate")
    mirror.reject(third.version, "odd")
    assert mirror.latest_approved() == second.version
    mirror.reject(second.version, "rolled back")
    assert mirror.latest_approved() == model.version


def test_a_refused_model_is_rejected_with_the_rules_that_failed(aws, model, training_rows):
    mirror, store = SageMakerMirror.of(ON), open_store(ON.store)
    wrong = altered(model, threshold=0.95)
    mirror.record(store, wrong, judge(wrong, None, training_rows, resamples=20))
    found = mirror.client.list_model_packages(ModelPackageGroupName="churn")
    described = mirror.client.describe_model_package(
        ModelPackageName=found["ModelPackageSummaryList"][0]["ModelPackageArn"]
    )
    assert described["ModelApprovalStatus"] == "Rejected"
    assert described["ApprovalDescription"] == "refused by the gate: recall"


def test_an_unknown_version_cannot_be_approved(aws):
    with pytest.raises(StoreError, match="is not in the SageMaker group churn"):
        SageMakerMirror.of(ON).approve("2025-01-06-000000000000", "-")
