"""``python -m mlwright`` is the command ``mlwright``."""

from mlwright.faces.cli.main import main

main()
