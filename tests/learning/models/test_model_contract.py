"""Our own model families keep their contract."""

from mlwright.testing.models import *  # noqa: F403
