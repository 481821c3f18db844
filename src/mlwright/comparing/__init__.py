"""Two finished models on one page: what differs, which is better, and how sure that is."""
