"""The client that raw drops and store share."""

import multiprocessing

import boto3
import pytest

from spanishgas_assets.raw.bucket import RawBucket
from spanishgas_assets.settings import Encryption, StoreSettings
from spanishgas_assets.storage.s3 import S3Store
from spanishgas_assets.storage.s3_client import s3_client


def test_store_and_raw_drops_use_one_client(s3_store_url: str) -> None:
    assert S3Store(s3_store_url).client is RawBucket(s3_store_url)._client


def test_other_retries_and_timeouts_have_a_client_of_their_own(s3_store_url: str) -> None:
    client = s3_client(StoreSettings(attempts=2, timeout_s=7.0))
    assert client is not s3_client(StoreSettings())
    assert client.meta.config.retries["total_max_attempts"] == 2
    assert client.meta.config.read_timeout == 7.0


@pytest.mark.parametrize("variable", ["AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"])
def test_another_environment_has_a_client_of_its_own(
    s3_store_url: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    before = s3_client(StoreSettings())
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    after = s3_client(StoreSettings())
    assert after is not before
    used = after._request_signer._credentials.access_key, after.meta.endpoint_url
    assert "http://127.0.0.1:9" in used


def _address_of_client(answers: "multiprocessing.Queue[int]") -> None:
    answers.put(id(s3_client(StoreSettings())))


def test_a_forked_process_makes_its_own_client(s3_store_url: str) -> None:
    client = s3_client(StoreSettings())  # stays alive in the child, so its address is taken
    fork = multiprocessing.get_context("fork")
    answers = fork.Queue()
    child = fork.Process(target=_address_of_client, args=(answers,))
    child.start()
    assert answers.get(timeout=60) != id(client)
    child.join()


def test_a_raw_file_is_encrypted_and_tagged_as_the_settings_say(s3_store_url: str) -> None:
    settings = StoreSettings(encryption=Encryption.S3, tags={"environment": "prod"})
    bucket = RawBucket(s3_store_url, settings)
    bucket.put("a.csv", b"x")
    asked = {"Bucket": bucket.bucket, "Key": "prefix/a.csv"}
    s3 = boto3.client("s3")
    assert s3.head_object(**asked)["ServerSideEncryption"] == "AES256"
    assert {tag["Key"]: tag["Value"] for tag in s3.get_object_tagging(**asked)["TagSet"]} == {
        "project": "spanishgas",
        "layer": "raw",
        "environment": "prod",
    }
