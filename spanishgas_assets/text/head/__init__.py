"""What a note says, by a linear head on its vector: features, training, the file, its measures."""
