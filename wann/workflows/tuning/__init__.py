"""A tuning from its job to its file: weights for the connections of a topology that stays."""
