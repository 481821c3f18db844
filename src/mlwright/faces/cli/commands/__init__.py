"""The commands: one file each, holding one function of the file's name, whose docstring is its help."""
