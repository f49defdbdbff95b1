"""A network as a graph for other programs: networkx, its formats, and DOT."""
