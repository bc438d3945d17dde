"""The churn model: training set, fit, calibration, evaluation, gate, champion."""
