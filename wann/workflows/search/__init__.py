"""A search from its config to its stop rule: evolve, resume, several seeds, verify."""
