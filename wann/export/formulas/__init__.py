"""The formulas as data, and how they are written down in other languages."""
