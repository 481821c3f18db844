"""The engine room: knows nothing of machine learning."""
