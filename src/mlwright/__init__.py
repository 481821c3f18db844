"""mlwright: a machine learning engineer that you can run."""
