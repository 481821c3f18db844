"""After the model is in use: look at new rows, compare them with what it learned from, and say what to do."""
