"""Figures as Spanish and English write them: marks, signs, currency and dates."""

from dataclasses import dataclass
from datetime import date

#: What stands where there is no figure.
NOTHING = "–"
_SWAPPED = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class WrittenFigures:
    """Writes figures in one language, ``es`` or ``en``.

    Example:
        >>> WrittenFigures("es").euros(1234.5), WrittenFigures("en").euros(1234.5)
        ('1.234,50 €', '€1,234.50')
    """

    language: str

    def count(self, number: float) -> str:
        """Write a whole number."""
        return self._localised(f"{number:,.0f}")

    def number(self, number: float | None, decimals: int = 2) -> str:
        """Write a number; a dash where there is none."""
        return NOTHING if number is None else self._localised(f"{number:,.{decimals}f}")

    def signed(self, number: float) -> str:
        """Write a change with its sign."""
        return self._localised(f"{number:+,.0f}")

    def euros(self, amount: float | None, decimals: int = 2) -> str:
        """Write an amount of money; a dash where there is none."""
        if amount is None:
            return NOTHING
        written = self._localised(f"{abs(amount):,.{decimals}f}")
        sign = "−" if amount < 0 and float(f"{amount:.{decimals}f}") != 0 else ""
        return f"{sign}{written} €" if self.language == "es" else f"{sign}€{written}"

    def share(self, share: float | None, decimals: int = 0) -> str:
        """Write a share as a percentage; a dash where there is none."""
        if share is None:
            return NOTHING
        written = self._localised(f"{share * 100:,.{decimals}f}")
        return f"{written} %" if self.language == "es" else f"{written}%"

    def day(self, day: date | None) -> str:
        """Write a date; a dash where there is none."""
        if day is None:
            return NOTHING
        return f"{day:%d/%m/%Y}" if self.language == "es" else f"{day.day} {day:%b %Y}"

    def _localised(self, written: str) -> str:
        return written.translate(_SWAPPED) if self.language == "es" else written
