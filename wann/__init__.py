"""wann."""
