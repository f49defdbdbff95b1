"""Masks: which weights or neurons stay, in exact counts, and what of the rest takes part."""
