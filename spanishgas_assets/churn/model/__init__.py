"""The churn model: boosters, calibration, threshold, explanation; how it is trained and served."""
