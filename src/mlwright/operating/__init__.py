"""Looks after projects by itself: watches, trains again, compares, promotes and takes back; see `operator`."""
