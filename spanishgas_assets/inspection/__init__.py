"""What a folder of raw drops holds, said before anything is stored."""
