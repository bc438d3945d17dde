"""The settings that are one of a few words, each word with what it means."""

from enum import StrEnum


class GasMargin(StrEnum):
    """Who earns the fixed gas fee: customers with a supply, or also the others, as once."""

    SUPPLIED = "supplied"
    OLD_CREDIT = "old_credit"


class FloorBy(StrEnum):
    """What must reach the gate's floor: the PR-AUC itself, or its interval's lower end."""

    VALUE = "value"
    LOW = "low"


class ThresholdRule(StrEnum):
    """How the probability is chosen from which a customer counts as leaving."""

    BEST_PRECISION = "best_precision"
    GUARANTEED_RECALL = "guaranteed_recall"


class Clock(StrEnum):
    """What a reading's naive time label means (explained in ``tariffs/clock.py``)."""

    GRID = "grid"
    LOCAL = "local"
    UTC = "utc"


class Sentiment(StrEnum):
    """What scores a note's sentiment; ``off`` leaves it unknown, and the model does without."""

    LEXICON = "lexicon"
    TRANSFORMERS = "transformers"
    OFF = "off"


class Alerts(StrEnum):
    """Where alerts go: only to the log of the sensor (a dry run), by SMTP, or to an SNS topic."""

    LOG = "log"
    EMAIL = "email"
    SNS = "sns"


class Weekly(StrEnum):
    """What the Monday schedule runs: scores by the standing champion, or a new model."""

    SCORE = "score"
    TRAIN = "train"


class Encryption(StrEnum):
    """Server-side encryption that a write to S3 asks for; ``none`` asks for nothing."""

    NONE = "none"
    S3 = "AES256"
    KMS = "aws:kms"


class Precision(StrEnum):
    """Numbers that a transformer computes with: exact, or faster and checked where it is close."""

    FP32 = "fp32"
    BF16 = "bf16"
    INT8 = "int8"


class Unready(StrEnum):
    """What becomes of a raw batch that lacks something when it has been waited for long enough."""

    HOLD = "hold"
    RUN = "run"
