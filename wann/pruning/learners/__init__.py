"""Learners: the ways to train a network that is pruned, by gradient and by evolution."""
