"""The one schema of a network on disk."""
