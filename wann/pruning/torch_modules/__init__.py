"""What a torch module computes, read as the layers of an MLP, and the way back; `torch_prune` is its face."""
