"""From a source to checked, divided rows: collect, profile, contract, split, check, explore."""
