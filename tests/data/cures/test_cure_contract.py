"""Our own cures keep the contract of their family."""

from mlwright.testing.cures import *  # noqa: F403
