"""What readers outside the graph follow: one manifest per snapshot, swapped atomically."""
