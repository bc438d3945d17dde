"""A store in an S3 that can be told to fail."""

from collections.abc import Iterator

import pytest
from botocore.retries.standard import ExponentialBackoff

from spanishgas_assets.storage.s3 import S3Store
from spanishgas_assets_tests.storage.faulty_s3 import TIMEOUT_S, FaultyS3, faulty_s3

ATTEMPTS = 3


@pytest.fixture
def proxy(moto_s3: str, s3_store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyS3]:
    """The proxy that stores opened from now on talk to; they try again without a pause."""
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.0)
    monkeypatch.setenv("SPANISHGAS_STORE_ATTEMPTS", str(ATTEMPTS))
    monkeypatch.setenv("SPANISHGAS_STORE_TIMEOUT_S", str(TIMEOUT_S))
    with faulty_s3(moto_s3) as control:
        monkeypatch.setenv("AWS_ENDPOINT_URL", control.url)
        yield control


@pytest.fixture
def s3_store(proxy: FaultyS3, s3_store_url: str) -> S3Store:
    return S3Store(s3_store_url)
