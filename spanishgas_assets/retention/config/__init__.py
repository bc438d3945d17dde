"""What the retention team decides in YAML: policy, offers, contact rules and tiers, validated."""
