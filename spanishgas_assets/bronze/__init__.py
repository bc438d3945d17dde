"""Typed, validated facts as the source gave them: months, customers, notes."""
