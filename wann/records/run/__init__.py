"""The run folder of a search: rows, checkpoints, champion, and how it is read."""
