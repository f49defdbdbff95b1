"""Export: a network's graph in the file formats of other programs. networkx is imported here."""
