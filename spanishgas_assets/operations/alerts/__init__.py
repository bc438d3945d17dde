"""One message per incident: when it opens, as a reminder while it lasts, and when it is resolved.

``finished_runs``, ``heartbeat`` and ``raw_drops`` observe the platform, ``incidents`` groups
their observations, ``messages`` formats the incidents, ``outbox`` and ``channels``
deliver, and ``sensors`` runs it.
"""
