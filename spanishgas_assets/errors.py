"""Errors that a user can act on.

The command line and the assets show the message alone, without a traceback, so a message names
the file or table, what was expected, what was found, and what to do.
"""


class SpanishGasError(Exception):
    """Base of every error that is a matter of input or configuration, not of our code."""


class SettingsError(SpanishGasError):
    """A setting is missing or has a value that cannot be used."""


class RawFileError(SpanishGasError):
    """A raw file is missing, empty, of another kind, or has other columns than expected."""


class InspectionError(SpanishGasError):
    """A folder of raw drops holds something that would stop a run."""


class MissingRawFileError(RawFileError):
    """No drop holds a raw file."""


class StoreError(SpanishGasError):
    """A table, model or report that should be in the store is not there or cannot be used."""


class StoreUnavailableError(StoreError):
    """The store does not answer, or not in time; what was asked of it may succeed later."""


class QueryError(SpanishGasError):
    """A query over a publication, or the file that its tables are exported to, cannot be used."""


class TrainingError(SpanishGasError):
    """The labels or features cannot train a model."""


class RegistryError(SpanishGasError):
    """A move of the champion is not allowed, or another move came first."""


class RunFailedError(SpanishGasError):
    """A step of a run failed; the message is the step's own."""


class GateRefusalError(SpanishGasError):
    """The gate refused the new model and there is no champion: no customer can be scored."""


class EvidenceError(SpanishGasError):
    """The data are too few, or of another kind, for what is asked of them."""


class AlertError(SpanishGasError):
    """An alert or a metric could not be delivered; it is kept and tried again."""


class HeartbeatError(SpanishGasError):
    """The platform does not do its rounds: a sensor, a daemon or the weekly snapshot is missing."""
