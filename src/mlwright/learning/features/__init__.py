"""Learns the encoding plan from training rows."""
