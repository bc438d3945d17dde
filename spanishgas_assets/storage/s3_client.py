"""The one client of S3, for the raw drops and for the store, and what each write asks for.

Credentials, region and endpoint are boto3's own (environment, profile or task role); how often a
request is tried, how long it may take and how an object is stored are
:class:`spanishgas_assets.settings.StoreSettings`.
"""

import functools
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import boto3
from botocore.config import Config

from spanishgas_assets.settings import Encryption, StoreSettings
from spanishgas_assets.settings.environment import aws_environment_digest

CONNECT_SECONDS = 5
#: Requests at a time: a listing of the raw drops asks for this many folders at once.
CONNECTIONS = 16


def s3_client(settings: StoreSettings) -> Any:
    """Return the client of this process for the settings and the AWS variables as they are now.

    A client is made once for each of them, because making one takes longer than most requests. A
    forked process makes its own: connections must not be shared.

    Raises:
        botocore.exceptions.BotoCoreError, ValueError: AWS_ENDPOINT_URL or AWS_PROFILE cannot be
            used.
    """
    return _client(os.getpid(), aws_environment_digest(), settings.attempts, settings.timeout_s)


def write_options(settings: StoreSettings, tags: Mapping[str, str]) -> dict[str, str]:
    """Return what every write asks of S3 for its object: encryption and tags.

    Args:
        settings: names the encryption, its key and the tags of every object.
        tags: the object's own.
    """
    options = {"Tagging": urlencode({"project": "spanishgas", **tags, **settings.tags})}
    if settings.encryption is not Encryption.NONE:
        options["ServerSideEncryption"] = str(settings.encryption)
    if settings.kms_key:
        options["SSEKMSKeyId"] = settings.kms_key
    return options


@functools.lru_cache(maxsize=8)
def _client(process: int, environment: str, attempts: int, timeout_s: float) -> Any:  # noqa: ARG001
    # A session of its own: the default one would keep the credentials of an earlier environment.
    return boto3.session.Session().client(
        "s3",
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=timeout_s,
            max_pool_connections=CONNECTIONS,
            retries={"mode": "standard", "total_max_attempts": attempts},
        ),
    )
