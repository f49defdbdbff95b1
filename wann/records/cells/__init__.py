"""The run folder of a pruning run: a file for each finished cell, and what is under way."""
