"""Judging: a network under the regimes of Gaier & Ha 2019, and how its figures spread."""
