"""The retailer written down: hours, formats and drops as the source system delivers them."""
