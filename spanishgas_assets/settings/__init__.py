"""Typed settings, read from the environment when they are asked for, never at import.

:class:`Settings` and :class:`StoreSettings` declare each variable once: type, bounds, unit, default
and meaning. No other package reads the environment for a setting. ``docs/settings.md`` is made from
the same declarations.
"""

from spanishgas_assets.settings.choices import (
    Alerts,
    Clock,
    DateOrder,
    Encryption,
    FloorBy,
    GasMargin,
    HourLabels,
    Intent,
    Precision,
    Sentiment,
    ThresholdRule,
    Unready,
    Weekly,
)
from spanishgas_assets.settings.platform import Settings
from spanishgas_assets.settings.store_settings import StoreSettings

__all__ = [
    "Alerts",
    "Clock",
    "DateOrder",
    "Encryption",
    "FloorBy",
    "GasMargin",
    "HourLabels",
    "Intent",
    "Precision",
    "Sentiment",
    "Settings",
    "StoreSettings",
    "ThresholdRule",
    "Unready",
    "Weekly",
]
