"""Contract suites that members of the families are held to, ours and those of third parties."""
