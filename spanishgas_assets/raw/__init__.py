"""The seven raw files: what they must look like, how they are found and read, what is set aside."""
