"""The feature tiers of a snapshot and the master table that joins them."""
