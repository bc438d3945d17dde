"""Errors of S3 as errors of ours: which URL, what is wrong, what to do.

One table for the raw drops and the store, which differ in the setting that names them and in the
class of an error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from boto3.exceptions import Boto3Error
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  # botocore's own, not the builtin
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    ResponseStreamingError,
    TokenRetrievalError,
)

from spanishgas_assets.errors import (
    RawFileError,
    SpanishGasError,
    StoreError,
    StoreUnavailableError,
)

_NO_CREDENTIALS = (
    CredentialRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
)
#: A body that broke off while it was read; the client does not fetch it again by itself.
BROKEN_OFF = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
_NO_ANSWER = (ConnectionError, HTTPClientError, IncompleteReadError)

_PASSING = {
    "ConditionalRequestConflict", "InternalError", "OperationAborted", "RequestTimeout",
    "ServiceUnavailable", "SlowDown", "Throttling", "ThrottlingException",
}  # fmt: skip
_UNKNOWN_KEY = {
    "AuthorizationHeaderMalformed", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken",
    "RequestTimeTooSkewed", "SignatureDoesNotMatch",
}  # fmt: skip
_DENIED = {"AccessDenied", "AllAccessDisabled", "403", "Forbidden"}
_NO_OBJECT = {"404", "NoSuchKey", "NotFound"}

#: What a role needs for an operation; the others are named like their permission.
_PERMISSIONS = {
    "ListObjectsV2": "s3:ListBucket on the bucket",
    "HeadObject": "s3:GetObject",
    "GetObject": "s3:GetObject",
}
_TO_WRITE = "s3:PutObject and s3:PutObjectTagging"
_IS_KEY = "with aws:kms also kms:GenerateDataKey and kms:Decrypt on the key"


@dataclass(frozen=True)
class Place:
    """What a URL in S3 belongs to.

    Attributes:
        variable: the setting that names it.
        error: the class of a refusal.
    """

    variable: str
    error: type[SpanishGasError]


STORE = Place("SPANISHGAS_STORE", StoreError)
RAW = Place("SPANISHGAS_RAW", RawFileError)


@contextmanager
def translating_s3_errors(url: str, place: Place = STORE) -> Iterator[None]:
    """Turn what boto3 raises into an error of ours about a URL.

    Raises:
        StoreUnavailableError: no answer, or none in time, after all attempts: it may pass.
        SpanishGasError: of the place's class: no credentials, access denied, no such bucket or
            object, or another refusal.
    """
    try:
        yield
    except ClientError as error:
        raise _refused(url, place, error) from error
    except _NO_CREDENTIALS as error:
        raise place.error(
            f"{url}: no AWS credentials ({error}). Give the task a role, or set AWS_ACCESS_KEY_ID "
            "and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
        ) from error
    except _NO_ANSWER as error:
        raise StoreUnavailableError(
            f"{url}: S3 does not answer ({error}). Is the network up, and AWS_ENDPOINT_URL right "
            "(unset means AWS's own)? Then run it again"
        ) from error
    except (BotoCoreError, Boto3Error, ValueError) as error:
        raise place.error(f"{url}: {error}") from error


def code_of(error: ClientError) -> str:
    """Return S3's name of an error."""
    return str(error.response["Error"]["Code"])


def _refused(url: str, place: Place, error: ClientError) -> SpanishGasError:
    code, operation = code_of(error), error.operation_name
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    bucket = url.removeprefix("s3://").partition("/")[0]
    if code in _PASSING or status >= 500:
        return StoreUnavailableError(
            f"{url}: S3 keeps answering {code} to {operation}, after all attempts. It is "
            "overloaded or has an outage; run it again later"
        )
    if code in _NO_OBJECT:
        return place.error(f"{url} is not in the {'store' if place is STORE else 'bucket'}")
    if code == "NoSuchBucket":
        return place.error(
            f"{url}: there is no bucket {bucket!r} at this endpoint and region. Correct the URL "
            f"({place.variable}), or make the bucket: terraform apply, or aws s3 mb"
        )
    if code in _UNKNOWN_KEY:
        return place.error(
            f"{url}: S3 does not accept the AWS credentials ({code}). Renew them, and check "
            "AWS_REGION and the clock"
        )
    if code in _DENIED or status in {401, 403} or code.startswith("KMS."):
        needed = _PERMISSIONS.get(operation, _TO_WRITE)
        return place.error(
            f"{url}: access denied to {operation} ({code}). The role or user needs {needed}; "
            f"{_IS_KEY}"
        )
    message = error.response["Error"].get("Message", "")
    return place.error(f"{url}: S3 refuses {operation}: {code} {message}")
