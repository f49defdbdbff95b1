"""What a torch module computes, read as the layers of an MLP; `wann.pruning.torch_prune` is its face."""
