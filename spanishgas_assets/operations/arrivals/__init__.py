"""Raw data arrives, and the right runs happen once.

``listing`` lists the objects below the raw root, ``key_parsing`` says what a key is, ``inventory``
summarises both by drop, ``batches`` finds what is new in a drop and what it lacks, ``next_action``
decides what runs next, ``arrival_state`` keeps what was processed, ``register_arrivals`` is the job
that records an arrival and finds what it makes stale, and ``sensor`` lets the daemon do all of it.
"""
