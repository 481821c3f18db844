"""How sure a figure is: intervals that hold the truth as often as they say.

A figure on test rows is one draw: other rows would have given another one. `sampling` says how rows were drawn
(one by one, in whole groups, in stretches of time) and draws them again; `shares`, `means`, `ranking` and
`replicates` make intervals for the sorts of figures that there are; `learning/yardstick.py` picks among
them for a metric.
"""
