"""Every delivery check keeps the contract of its family."""

from mlwright.testing.deliveries import *  # noqa: F403
