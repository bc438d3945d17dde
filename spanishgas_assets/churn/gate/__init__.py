"""The gate between a trained model and its customers, and the registry of who serves."""
