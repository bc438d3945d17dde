"""Raw data arrives, and the right runs happen once.

``listing`` says what lies below the raw root and which content it has, ``meaning`` what a key
stands for, ``drops`` sums both up drop by drop, ``batches`` says what is new in a drop and what it
lacks, ``steps`` what is to be run next, ``ledger`` keeps what was taken up, ``noting`` is the job
that records the arrival and finds what it makes stale, and ``sensor`` lets the daemon do it all.
"""
