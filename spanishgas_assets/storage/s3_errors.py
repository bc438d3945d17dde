"""What S3 refuses, in words: which URL, what is the matter, what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

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
    TokenRetrievalError,
)

from spanishgas_assets.errors import StoreError, StoreUnavailableError

_NO_CREDENTIALS = (
    CredentialRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
)
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


@contextmanager
def in_words(url: str) -> Iterator[None]:
    """Turn what boto3 raises into a StoreError about a URL.

    Raises:
        StoreUnavailableError: no answer, or none in time, after all attempts: it may pass.
        StoreError: no credentials, access denied, no such bucket or object, or another refusal.
    """
    try:
        yield
    except ClientError as error:
        raise _refused(url, error) from error
    except _NO_CREDENTIALS as error:
        raise StoreError(
            f"{url}: no AWS credentials ({error}). Give the task a role, or set AWS_ACCESS_KEY_ID "
            "and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
        ) from error
    except _NO_ANSWER as error:
        raise StoreUnavailableError(
            f"{url}: S3 does not answer ({error}). Is the network up, and AWS_ENDPOINT_URL right "
            "(unset means AWS's own)? Then run it again"
        ) from error
    except (BotoCoreError, Boto3Error, ValueError) as error:
        raise StoreError(f"{url}: {error}") from error


def code_of(error: ClientError) -> str:
    """Return S3's name of an error."""
    return str(error.response["Error"]["Code"])


def _refused(url: str, error: ClientError) -> StoreError:
    code, operation = code_of(error), error.operation_name
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    bucket = url.removeprefix("s3://").partition("/")[0]
    if code in _PASSING or status >= 500:
        return StoreUnavailableError(
            f"{url}: S3 keeps answering {code} to {operation}, also after new attempts. It is "
            "busy or ill; run it again later"
        )
    if code in _NO_OBJECT:
        return StoreError(f"{url} is not in the store")
    if code == "NoSuchBucket":
        return StoreError(
            f"{url}: there is no bucket {bucket!r} at this endpoint and region. Correct the URL "
            "(SPANISHGAS_STORE), or make the bucket: terraform apply, or aws s3 mb"
        )
    if code in _UNKNOWN_KEY:
        return StoreError(
            f"{url}: S3 does not accept the AWS credentials ({code}). Renew them, and check "
            "AWS_REGION and the clock"
        )
    if code in _DENIED or code.startswith("KMS."):
        needed = _PERMISSIONS.get(operation, _TO_WRITE)
        return StoreError(
            f"{url}: access denied to {operation} ({code}). The role or user needs {needed}; "
            f"{_IS_KEY}"
        )
    message = error.response["Error"].get("Message", "")
    return StoreError(f"{url}: S3 refuses {operation}: {code} {message}")
