"""What an inspection finds: files as they were read, and remarks on them, worst first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from spanishgas_assets.tables.table_checks import Finding

#: What is set aside is judged as the tables judge it, under a name that sends nobody to quarantine.
LIMIT = "inspection"


class Weight(StrEnum):
    """What a remark means for a run."""

    STOPS = "stops"
    WARNS = "warns"
    TELLS = "tells"


@dataclass(frozen=True)
class Remark:
    """A sentence on a file, or on the files together."""

    weight: Weight
    text: str


@dataclass
class FileReport:
    """One raw file as it was found.

    Attributes:
        name: of the raw file, ``customer_contracts``.
        path: where it is; None where it is not there.
        day: of the dated drop that it lies in; None for one that lies flat.
        facts: what it was taken for, in the order in which it is shown.
        remarks: what is to be said of it.
    """

    name: str
    path: Path | None = None
    day: date | None = None
    facts: dict[str, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def say(self, weight: Weight, text: str) -> None:
        """Add a remark, once."""
        if Remark(weight, text) not in self.remarks:
            self.remarks.append(Remark(weight, text))


@dataclass(frozen=True)
class Inspection:
    """All that is found in a folder.

    Attributes:
        folder: where was looked.
        files: every raw file, those that a drop may lack only where they are there.
        together: what is to be said of the files together.
        first_model: what a first model would be made of, and what it lacks.
    """

    folder: str
    files: Sequence[FileReport]
    together: FileReport
    first_model: FileReport

    @property
    def parts(self) -> Iterator[FileReport]:
        """The files, what they are together, and the first model."""
        yield from self.files
        yield self.together
        yield self.first_model

    @property
    def stops(self) -> int:
        """How many remarks would stop a run."""
        return sum(one.weight is Weight.STOPS for part in self.parts for one in part.remarks)

    @property
    def warnings(self) -> int:
        """How many remarks would be warnings."""
        return sum(one.weight is Weight.WARNS for part in self.parts for one in part.remarks)


def say_findings(
    report: FileReport, weight: Weight, findings: Sequence[tuple[str, Finding]]
) -> None:
    """Add what failed, each sentence once with the months that it holds for.

    Args:
        report: where to.
        weight: what a failure means.
        findings: the month (``2024-03``; empty for none) and what was found in it.
    """
    months: dict[str, list[str]] = {}
    for month, finding in findings:
        if not finding.passed:
            months.setdefault(finding.description, []).append(month)
    for text, of in months.items():
        when = _in_words([month for month in of if month])
        report.say(weight, f"{when}: {text}" if when else text)


def _in_words(months: Sequence[str]) -> str:
    if len(months) <= 2:
        return " and ".join(months)
    return f"{months[0]} to {months[-1]} ({len(months)} months)"
