"""Signs that columns know the answer: by their values, as copies, by their gaps, by their dates, all together."""
