"""SpanishGas: from a retailer's raw drops to scored customers and retention recommendations.

``open_publication`` is the door for readers: the tables of a snapshot as they were published.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spanishgas_assets.publication.reader import open_publication

__all__ = ["open_publication"]


def __getattr__(name: str) -> Any:
    """Import the door when it is first asked for: importing the package alone imports nothing."""
    if name == "open_publication":
        from spanishgas_assets.publication.reader import open_publication

        return open_publication
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
