"""The segments of customers; a module of its own, because Pandera takes a second to import."""

SEGMENTS = ["Residential", "SME", "Corporate"]
