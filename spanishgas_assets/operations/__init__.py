"""What runs the graph: jobs, schedules, sensors, alerts."""
