"""The files of a tuning, beside its result."""
