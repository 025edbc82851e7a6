"""The vendor test kit: the box's own import interface on a laptop, and reports about what was seen there.

`bench` is a real box in a temporary directory, `running` serves it on the loopback address. `program`
judges a capture program by what it sent, `interface` judges the interface by what it answers.
"""
