"""What flows between stages: frozen facts, one file a kind; no arrays, tables or paths."""
