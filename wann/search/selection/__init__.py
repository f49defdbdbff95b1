"""Who survives, who is copied and who has children: a rule a file, `(scores, search, rng) -> Plan`."""
