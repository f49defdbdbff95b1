"""Criteria that score weights, a file or a family each."""
