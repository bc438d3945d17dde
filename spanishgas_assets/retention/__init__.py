"""Who may leave, why, and what to offer."""
