"""What the retention team states of its offers, as far as the live retailer needs it."""

import polars as pl

from spanishgas_assets.retention.config.retention_config import load_rules


def stated_save_rates(folder: str = "") -> dict[tuple[str, str], float]:
    """Return the save rate of each offer and segment, over the tiers it may be made to.

    Args:
        folder: of the team's own files; empty means the packaged ones.

    Raises:
        SettingsError: the folder is not there, or a file is wrong; names the file, line and key.
    """
    rates = (
        load_rules(folder)
        .offers.frame()
        .group_by("offer", "segment", maintain_order=True)
        .agg(pl.col("save_rate").mean())
    )
    return {(offer, segment): rate for offer, segment, rate in rates.iter_rows()}
