"""What to try next, and when to stop: the course of a search, from who takes part to the last word.

`judge` says how good held-out answers are, `standing` how all that was tried stands, `course` what is done next. What
follows when nothing more is tried has rooms of its own: `choosing` makes a model of the trials, and `correcting` tells
what that model is worth on new rows.
"""
