"""A raw root in S3: what is there, and each refusal in words."""

from pathlib import Path

import boto3
import pytest
from botocore.retries.standard import ExponentialBackoff

from spanishgas_assets.errors import RawFileError, StoreUnavailableError
from spanishgas_assets.raw import bucket as raw_bucket
from spanishgas_assets.raw.bucket import RawBucket, ReplacedError
from spanishgas_assets.settings import StoreSettings
from spanishgas_assets_tests.storage.faulty_s3 import PASSING, Fault, faulty_s3

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def bucket(s3_store_url: str) -> RawBucket:
    return RawBucket(s3_store_url)


@pytest.fixture
def sick(s3_store_url: str, moto_s3: str, monkeypatch: pytest.MonkeyPatch):
    """A bucket behind a proxy that fails on demand; nobody pauses between attempts."""
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.0)
    RawBucket(s3_store_url).put("churn_label.csv", CONTENT)
    with faulty_s3(moto_s3) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        yield RawBucket(s3_store_url), proxy


def test_a_folder_s_objects_and_folders_are_listed_by_their_keys(bucket: RawBucket) -> None:
    for key in ("churn_label.csv", "2025-01-06/churn_label.csv", "2025-01-06/deep/x.csv"):
        bucket.put(key, b"x")
    boto3.client("s3").put_object(Bucket=bucket.bucket, Key="prefix/empty/")
    boto3.client("s3").put_object(Bucket=bucket.bucket, Key="prefix-of-others/x.csv", Body=b"x")
    objects, folders = bucket.folder("")
    assert ([one.key for one in objects], folders) == (
        ["churn_label.csv"],
        ["2025-01-06/", "empty/"],
    )
    assert [one.key for one in bucket.every()] == [
        "2025-01-06/churn_label.csv",
        "2025-01-06/deep/x.csv",
        "churn_label.csv",
    ]


def test_a_version_tells_content_and_not_time(bucket: RawBucket) -> None:
    bucket.put("a.csv", b"x")
    (first,) = bucket.every()
    bucket.put("a.csv", b"x")
    assert bucket.every()[0].version == first.version
    bucket.put("a.csv", b"y")
    assert bucket.every()[0].version != first.version


def test_a_download_is_made_of_ranges(
    bucket: RawBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_bucket, "RANGE_BYTES", 1000)
    bucket.put("a.csv", CONTENT)
    bucket.put("empty.csv", b"")
    found = {one.key: one for one in bucket.every()}
    bucket.download(found["a.csv"], tmp_path / "a.csv")
    bucket.download(found["empty.csv"], tmp_path / "empty.csv")
    assert (tmp_path / "a.csv").read_bytes() == CONTENT
    assert (tmp_path / "empty.csv").read_bytes() == b""


@pytest.mark.parametrize("replaced", [True, False])
def test_an_object_that_changes_between_two_ranges_is_no_mixture(
    bucket: RawBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replaced: bool
) -> None:
    monkeypatch.setattr(raw_bucket, "RANGE_BYTES", 1000)
    bucket.put("a.csv", CONTENT)
    (listed,) = bucket.every()
    read = RawBucket._range

    def meddled(self, wanted, first, last):
        data = read(self, wanted, first, last)
        if first == 3000 and replaced:
            bucket.put("a.csv", CONTENT[::-1])
        elif first == 3000:
            boto3.client("s3").delete_object(Bucket=bucket.bucket, Key="prefix/a.csv")
        return data

    monkeypatch.setattr(RawBucket, "_range", meddled)
    with pytest.raises(ReplacedError, match=r"prefix/a\.csv"):
        bucket.download(listed, tmp_path / "a.csv")


def test_a_bucket_that_is_not_there_is_named(s3_store_url: str) -> None:
    with pytest.raises(RawFileError, match=r"no bucket 'nowhere' .*SPANISHGAS_RAW"):
        RawBucket("s3://nowhere/raw").every()


def test_without_credentials_it_says_which_are_wanted(
    bucket: RawBucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with pytest.raises(RawFileError, match=r"no AWS credentials .* set AWS_ACCESS_KEY_ID"):
        RawBucket(bucket.root).every()


def test_denied_access_says_which_rights_are_missing(sick) -> None:
    bucket, proxy = sick
    proxy.strike("403")
    with pytest.raises(RawFileError, match=r"access denied .* needs s3:ListBucket on the bucket"):
        bucket.every()


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_by_itself_is_tried_again(sick, fault: Fault, tmp_path: Path) -> None:
    bucket, proxy = sick
    proxy.strike(fault)
    (listed,) = bucket.every()
    proxy.strike(fault)
    bucket.download(listed, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == CONTENT


def test_the_settings_decide_how_often_a_request_is_tried(sick, s3_store_url: str) -> None:
    _, proxy = sick
    proxy.strike(*["503"] * 100)
    with pytest.raises(StoreUnavailableError):
        RawBucket(s3_store_url, StoreSettings(attempts=2)).below("")
    assert proxy.struck == ["503", "503"]


def test_an_s3_that_stays_away_is_told_as_one_that_may_come_back(sick) -> None:
    bucket, proxy = sick
    proxy.strike(*["503"] * 100)
    with pytest.raises(StoreUnavailableError, match=r"S3 keeps answering \w+ to ListObjectsV2"):
        bucket.every()
