"""The years after the first: customers leave and join, prices move, planted changes begin."""
