"""Feature ablation, search and backtest: jobs of their own, none of them weekly."""
