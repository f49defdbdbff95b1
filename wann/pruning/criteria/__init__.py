"""The criteria: one small file each, a score per weight or per neuron; higher = keep.

`registry.py` has the decorator that adds one, `catalogue.py` finds them; both of their tables need torch.
"""
