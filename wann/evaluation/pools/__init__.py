"""Pools: the same evaluations by threads, processes or Ray, cut into chunks."""
