"""Commands that search, go on with a search, and look at what there is."""
