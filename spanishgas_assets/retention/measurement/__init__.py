"""What offers really do: who was assigned to what, what became of them, and what that shows."""
