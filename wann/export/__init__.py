"""Export: drawings, graphs, models and source code of a network, for people and for other programs."""
