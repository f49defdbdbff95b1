"""Commands about this machine: what it has, which tasks it knows, data sets."""
