"""What the cells of a table say about each other: which columns determine which, and which values are near others."""
