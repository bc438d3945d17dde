"""Crashes, failing calls, damage and races, all tried on the store: ``make torture``."""
