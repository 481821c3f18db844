"""Will it hold, and is it worth it: probe, decide."""
