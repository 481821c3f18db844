"""Will it hold, why these answers, where does it err, is it worth it: probe, explain, diagnose, challenge, decide."""
