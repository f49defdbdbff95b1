"""Mutation operators: a file for each, or for a family; `wann.mutations` is their table.

Each is compiled, changes one genome in place and says whether it could:

    @helper
    def add_node(first_output, n_outputs, genome, size, choices, request, state):

A genome under work is its five arrays with room for one node and two genes more, and `size = [activations,
genes]`. `choices` are the activations to draw from, `state` is a random stream (`randomness.py`). New genes
carry the innovation id -1; `request` tells what they are, so that the same structural mutation gets the same
ids in one generation (see `innovation.py`, after Stanley & Miikkulainen 2002).
"""
