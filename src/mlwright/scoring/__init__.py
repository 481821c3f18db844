"""All that a deployed model needs, and no more."""
