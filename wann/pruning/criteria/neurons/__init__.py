"""Criteria that score hidden neurons, a file or a family each."""
