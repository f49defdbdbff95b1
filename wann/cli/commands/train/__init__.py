"""Commands that train weights: of a topology that stays, and of networks that are pruned."""
