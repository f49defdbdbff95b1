"""Recipes: what is pruned, when and how far, and what follows it, as plain data, entry by entry."""
