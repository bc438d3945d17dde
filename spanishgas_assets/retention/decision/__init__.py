"""Which customer gets which offer: options, the best set under the limits, guardrails."""
