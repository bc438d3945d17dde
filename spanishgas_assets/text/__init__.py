"""What a service note says: its intent and its sentiment."""
