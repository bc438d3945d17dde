"""What every table has: a contract, an asset, checks, quarantine, and its place in the catalog."""
