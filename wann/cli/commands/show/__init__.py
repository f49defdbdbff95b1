"""Commands that show networks, write them for other programs, and take in what others made."""
