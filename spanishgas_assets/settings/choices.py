"""The settings that are one of a few words, each word with what it means."""

from enum import StrEnum


class GasMargin(StrEnum):
    """Whose margin includes the fixed gas fee: with a gas supply, or all, as in the old system."""

    SUPPLIED = "supplied"
    OLD_CREDIT = "old_credit"


class FloorBy(StrEnum):
    """What must reach the gate's floor: the PR-AUC itself, or an end of its interval."""

    HIGH = "high"
    VALUE = "value"
    LOW = "low"


class ThresholdRule(StrEnum):
    """How the threshold is chosen: the churn probability from which a customer is flagged."""

    BEST_PRECISION = "best_precision"
    GUARANTEED_RECALL = "guaranteed_recall"


class Clock(StrEnum):
    """What a reading's naive time label means (explained in ``tariffs/clock.py``)."""

    GRID = "grid"
    LOCAL = "local"
    UTC = "utc"


class HourLabels(StrEnum):
    """Which end of its hour a reading's label is (explained in ``raw/time_labels.py``)."""

    BEGINNING = "hour_beginning"
    ENDING = "hour_ending"


class DateOrder(StrEnum):
    """Order of day, month and year in a source's dates (explained in ``raw/written_dates.py``)."""

    DAY_MONTH_YEAR = "day_month_year"
    MONTH_DAY_YEAR = "month_day_year"
    YEAR_MONTH_DAY = "year_month_day"


class Intent(StrEnum):
    """What reads a note's intent: the head on sentence embeddings, or the word lists."""

    EMBEDDED = "embedded"
    LEXICON = "lexicon"


class Sentiment(StrEnum):
    """What scores a note's sentiment; ``off`` leaves it unknown and trains without it."""

    EMBEDDED = "embedded"
    LEXICON = "lexicon"
    TRANSFORMERS = "transformers"
    OFF = "off"


class Alerts(StrEnum):
    """Where alerts go: only to the log of the sensor (a dry run), by SMTP, or to an SNS topic."""

    LOG = "log"
    EMAIL = "email"
    SNS = "sns"


class Weekly(StrEnum):
    """What the Monday schedule does: score with the champion, or train a new model."""

    SCORE = "score"
    TRAIN = "train"


class Encryption(StrEnum):
    """Server-side encryption of a write to S3; ``none`` leaves it to the bucket."""

    NONE = "none"
    S3 = "AES256"
    KMS = "aws:kms"


class Precision(StrEnum):
    """Numeric precision of a transformer; close calls of the fast two are scored again exactly."""

    FP32 = "fp32"
    BF16 = "bf16"
    INT8 = "int8"


class Unready(StrEnum):
    """What happens to a raw batch that is still incomplete when its waiting time is over."""

    HOLD = "hold"
    RUN = "run"
