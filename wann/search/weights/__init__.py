"""The shared weights of a generation: a scheme a file, `(shared, generation, rng) -> (W,)`."""
