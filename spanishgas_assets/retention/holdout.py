"""The holdout of the offers: customers who get none, so that the effect of offers can be measured.

The holdout of the *model*, rows that it is judged on, is another one: ``churn/dataset/splits.py``.
"""

import hashlib

import polars as pl

_HASH_BYTES = 8


def in_holdout(customer_ids: pl.Series, share: float, salt: str) -> pl.Series:
    """Draw the holdout: a customer's hash, and nothing else, decides.

    So a customer stays in or out for as long as the salt stays, whoever comes or goes, and a larger
    share adds customers without losing any.
    """
    limit = round(share * 2 ** (8 * _HASH_BYTES))
    drawn = [int.from_bytes(hash_of(f"{salt}|{one}")) < limit for one in customer_ids]
    return pl.Series("in_holdout", drawn, dtype=pl.Boolean)


def hash_of(text: str) -> bytes:
    """Return eight bytes that only the text decides, on every machine."""
    return hashlib.blake2b(text.encode(), digest_size=_HASH_BYTES).digest()
