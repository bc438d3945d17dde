"""How S3 is asked, and how it keeps objects."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from spanishgas_assets.settings.choices import Encryption
from spanishgas_assets.settings.environment import EnvironmentSettings
from spanishgas_assets.settings.kinds import Count, Seconds, Tags
from spanishgas_assets.settings.variables import PREFIX


class StoreSettings(EnvironmentSettings):
    """How S3 is asked, and keeps objects. Each field is the variable ``SPANISHGAS_STORE_<NAME>``.

    Credentials, region and endpoint are read by boto3, from its own variables.
    """

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}STORE_")

    encryption: Encryption = Field(
        Encryption.NONE,
        description="Encryption that each write asks of S3; `none` leaves it to the bucket.",
    )
    kms_key: str = Field(
        "", description="Key id or ARN for `aws:kms`; empty is the account's key for S3."
    )
    tags: Tags = Field({}, description="Further tags of every object.")
    attempts: Count = Field(5, description="Requests that an operation makes before it gives up.")
    timeout_s: Seconds = Field(30.0, gt=0, description="Longest time until a request is answered.")

    def contradictions(self) -> dict[tuple[str, ...], str]:
        """Refuse a key without the encryption that uses it."""
        if not self.kms_key or self.encryption is Encryption.KMS:
            return {}
        words = (
            f"{self.variable('kms_key')} is set, but {self.variable('encryption')} is "
            f"{self.encryption}: set it to aws:kms"
        )
        return {("kms_key", "encryption"): words}
