"""How requests to S3 are made, and how objects are stored there."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from spanishgas_assets.settings.choices import Encryption
from spanishgas_assets.settings.environment import EnvironmentSettings
from spanishgas_assets.settings.kinds import Count, Seconds, Tags
from spanishgas_assets.settings.variables import PREFIX


class StoreSettings(EnvironmentSettings):
    """Requests and objects in S3, of raw drops and store alike.

    Each field is the variable ``SPANISHGAS_STORE_<NAME>``.

    boto3 reads credentials, region and endpoint from its own variables.
    """

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}STORE_")

    encryption: Encryption = Field(
        Encryption.NONE,
        description="Server-side encryption of each write; `none` leaves it to the bucket.",
    )
    kms_key: str = Field(
        "", description="Key id or ARN for `aws:kms`; empty is the account's key for S3."
    )
    tags: Tags = Field({}, description="Further tags of every object.")
    attempts: Count = Field(5, description="Attempts of an operation before it fails.")
    timeout_s: Seconds = Field(30.0, gt=0, description="Longest wait for the answer to a request.")

    def contradictions(self) -> dict[tuple[str, ...], str]:
        """Refuse a key without the encryption that uses it."""
        if not self.kms_key or self.encryption is Encryption.KMS:
            return {}
        words = (
            f"{self.variable('kms_key')} is set, but {self.variable('encryption')} is "
            f"{self.encryption}: set it to aws:kms"
        )
        return {("kms_key", "encryption"): words}
