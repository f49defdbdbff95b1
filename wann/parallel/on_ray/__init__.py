"""Ray: its clusters, and long jobs on them. ray is imported here alone."""
