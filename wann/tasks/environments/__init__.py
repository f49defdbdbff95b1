"""Environments of Gymnasium: made, wrapped, and read off as tasks."""
