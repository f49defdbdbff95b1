"""What is pruned: a network with masks, and its way into a genome like any other."""
