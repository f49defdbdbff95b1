"""To and from torch modules, among them those of `torch.nn.utils.prune`, for those whose tools expect them.

They are not used here: modules of `torch.nn.utils.prune` break `copy.deepcopy`, and it takes abs of scores,
which spoils signed ones.
"""

from wann.pruning.torch_prune.reading import from_torch_prune
from wann.pruning.torch_prune.writing import to_torch_prune

__all__ = ["from_torch_prune", "to_torch_prune"]
