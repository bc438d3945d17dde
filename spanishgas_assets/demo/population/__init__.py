"""The retailer's first year at the customer level, step by step in causal order."""
