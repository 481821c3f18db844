"""Our own metrics keep the contract of their family."""

from mlwright.testing.metrics import *  # noqa: F403
