"""How good a model is: metrics with intervals, by group, beside baselines, and in euros."""
