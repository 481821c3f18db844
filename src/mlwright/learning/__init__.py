"""From rows to a model and to what it can do: train, evaluate, finish."""
