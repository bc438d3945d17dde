"""Metadata keys of the time that a step took for its work, as against orchestration."""

#: Time spent in reading and transform; a range's months share theirs.
WORK_SECONDS = "work_seconds"
#: Time spent in writing; a range's months share theirs.
WRITE_SECONDS = "write_seconds"
