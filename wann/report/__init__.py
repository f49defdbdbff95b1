"""Report: what a network does, shown to people. The packages that write films are imported here."""
