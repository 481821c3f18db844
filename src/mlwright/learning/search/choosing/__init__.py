"""From trials to a model: which candidates answer together, with which weights, and how answers follow from them.

`choice` is where it is decided, among the `options` that there are.
"""
