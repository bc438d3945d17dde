"""What every table has: a contract, an asset, checks and quarantine, the same for all."""
