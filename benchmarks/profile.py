"""How quickly a large table is looked at, and in how much memory.

Usage: python benchmarks/profile.py [FOLDER] [--quick] [--check] [--postgres]

FOLDER keeps the made-up table (default: a folder that is removed at the end). Each contender works in a process of its
own; the memory is the peak of that process and of those that it starts.
"""
