"""Hourly kWh summed exactly: the same bits in whatever order and pieces the readings come."""
