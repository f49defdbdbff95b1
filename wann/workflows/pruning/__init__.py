"""A pruning run from its config to its table: plan, cells, rows, and rivals of the same size."""
