"""From a source to checked, divided rows: collect, profile, split, check, explore."""
