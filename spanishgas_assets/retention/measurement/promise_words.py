"""What was promised of offers and what came of it, in a line."""

import polars as pl


def promises_in_words(promises: pl.DataFrame) -> str:
    """Say in a line what was promised and what came of it, of months with a measurement."""
    judged = promises.drop_nulls("realised_eur")
    if judged.is_empty():
        waiting = int(promises["waiting"].sum())
        return f"nothing measured yet; {waiting:,} assignments wait for their outcome"
    sums = judged.select(
        pl.col("promised_eur", "promised_eur_low", "promised_eur_high", "realised_eur").sum(),
        low=pl.col("realised_eur_low").sum(),
        high=pl.col("realised_eur_high").sum(),
    ).row(0, named=True)
    return (
        f"promised {sums['promised_eur']:,.0f} EUR ({sums['promised_eur_low']:,.0f} to "
        f"{sums['promised_eur_high']:,.0f}), realised {sums['realised_eur']:,.0f} EUR "
        f"({sums['low']:,.0f} to {sums['high']:,.0f}) in {judged.height} months of offers"
    )
