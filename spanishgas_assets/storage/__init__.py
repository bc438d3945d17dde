"""Where tables, models and reports are kept: one base URL, atomic publication."""
