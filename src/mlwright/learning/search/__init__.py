"""What to try next, how to combine it, and when to stop."""
