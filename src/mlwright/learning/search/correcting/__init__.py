"""What a chosen model is worth on new rows, by the rows that its folds held out.

`corrected` states the figure, `correction` adds up what stands between the two; each file besides is one cause of it.
"""
