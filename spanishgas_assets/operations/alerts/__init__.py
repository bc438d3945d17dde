"""One message per incident: what went wrong, reminders while it lasts, and word when it is over.

``runs`` and ``heartbeat`` look at the platform, ``ledger`` makes incidents of what they see,
``messages`` words them, ``channels`` delivers, ``sensors`` lets the daemon do it.
"""
