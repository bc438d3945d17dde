"""The churn model: boosters, calibration, threshold, explanation, and how it is trained and served."""
