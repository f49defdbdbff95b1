"""`from_torch_prune` and `to_torch_prune`: the same network, or an error that names what is in the way."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrizations, parametrize, prune

from wann.errors import PruningError
from wann.pruning.model.mlp import MLP
from wann.pruning.torch_modules.torch_prune import from_torch_prune, to_torch_prune


class Net(nn.Module):
    """Two layers, or three, and a `forward` from outside."""

    def __init__(self, forward, *, bias=True, **modules) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.fc2 = nn.Linear(4, 3, bias=bias)  # registered before it is called
        self.fc1 = nn.Linear(6, 4, bias=bias)
        self.mid = nn.Linear(4, 4, bias=bias)
        self.relu = nn.ReLU()
        for name, module in modules.items():
            setattr(self, name, module)
        self._forward = forward

    def forward(self, x):
        return self._forward(self, x)


def norm(width: int, affine: bool = True) -> nn.BatchNorm1d:
    made = nn.BatchNorm1d(width, affine=affine)
    torch.manual_seed(1)
    with torch.no_grad():
        for _ in range(3):
            made(3.0 * torch.randn(50, width) + 1.0)
        if affine:
            made.weight.copy_(torch.randn(width))
            made.bias.copy_(torch.randn(width))
    return made.eval()


def same(module: nn.Module, width: int = 6) -> MLP:
    """Bring a module in, see that it computes what the module does, and that the module is as it was."""
    before = {name: value.clone() for name, value in module.state_dict().items()}
    modes = [part.training for part in module.modules()]
    torch.manual_seed(5)
    random = torch.random.get_rng_state()
    mlp = from_torch_prune(module)
    assert torch.equal(torch.random.get_rng_state(), random)
    assert modes == [part.training for part in module.modules()]
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    for scale in (0.0, 0.3, 5.0):
        inputs = scale * torch.randn(40, width, dtype=next(module.parameters()).dtype)
        torch.testing.assert_close(mlp(inputs), module(inputs), rtol=1e-4, atol=1e-4 * (1 + scale))
    return mlp


TAKEN = {
    "functional": lambda s, x: s.fc2(functional.relu(s.fc1(x))),
    "method": lambda s, x: s.fc2(s.fc1(x).relu()),
    "in place": lambda s, x: s.fc2(s.fc1(x).relu_()),
    "torch": lambda s, x: s.fc2(torch.relu(s.fc1(x))),
    "reused": lambda s, x: s.fc2(s.relu(s.mid(s.relu(s.fc1(x))))),
    "tanh": lambda s, x: s.fc2(torch.tanh(s.fc1(x))),
    "sigmoid": lambda s, x: s.fc2(s.fc1(x).sigmoid()),
    "negate": lambda s, x: s.fc2(-s.fc1(x)),
    "square": lambda s, x: s.fc2(torch.square(s.fc1(x))),
    "linear": lambda s, x: s.fc2(s.mid(s.fc1(x))),
    "view": lambda s, x: s.fc2(functional.relu(s.fc1(x.view(x.size(0), -1)))),
    "reshape": lambda s, x: s.fc2(functional.relu(s.fc1(torch.reshape(x, (-1, 6))))),
    "flatten": lambda s, x: s.fc2(functional.relu(s.fc1(x.flatten(1))).view(x.shape[0], -1)),
    "dropout": lambda s, x: s.fc2(functional.dropout(functional.relu(s.fc1(x)), 0.5, s.training)),
    "F.linear": lambda s, x: functional.linear(functional.relu(s.fc1(x)), s.fc2.weight, s.fc2.bias),
    "computed": lambda s, x: functional.linear(torch.relu(s.fc1(x)), 2.0 * s.fc2.weight),
    "matmul": lambda s, x: functional.relu(x @ s.fc1.weight.T + s.fc1.bias) @ s.fc2.weight.T,
    "standardised": lambda s, x: s.fc2(functional.relu(s.fc1((x - 0.13) / 0.31))),
    "scaled": lambda s, x: 2.0 - s.fc2(3.0 * functional.relu(s.fc1(x))),
    "negative": lambda s, x: s.fc2(torch.negative(s.fc1(x))),
    "absolute": lambda s, x: s.fc2(abs(s.fc1(x).absolute())),
    "power": lambda s, x: s.fc2(s.fc1(x) ** 2),
    "twice": lambda s, x: s.fc2(torch.abs(functional.relu(s.relu(s.fc1(x))))),
    "clamp": lambda s, x: s.fc2(s.fc1(x).clamp(min=0)),
    "multiply": lambda s, x: s.fc2(torch.relu(torch.multiply(torch.subtract(s.fc1(x), 1.0), 2.0).divide(3))),
    "plus": lambda s, x: s.fc2(+functional.relu(s.fc1(x))),
    "alpha dropout": lambda s, x: s.fc2(functional.alpha_dropout(functional.relu(s.fc1(x)))),
    "aside": lambda s, x: (s.mid(s.fc1(x)), s.fc2(functional.relu(s.fc1(x))))[1],
}


def dropped(change):
    """A `forward` in which the result of a call is not used, only what it does to its argument."""

    def forward(s, x):
        hidden = s.fc1(x)
        change(s, hidden)
        return s.fc2(hidden)

    return forward


def renamed(s, x):
    hidden = other = s.fc1(x)
    other *= 2.0
    other -= 1.0
    return s.fc2(functional.relu(hidden))


def afterwards(s, x):
    hidden = s.fc1(x)
    kept = functional.relu(hidden)
    hidden.mul_(3.0)
    return s.fc2(kept)


TAKEN |= {
    "dropped function": dropped(lambda s, hidden: functional.relu_(hidden)),
    "dropped method": dropped(lambda s, hidden: hidden.tanh_()),
    "dropped inplace": dropped(lambda s, hidden: functional.relu(hidden, inplace=True)),
    "dropped by position": dropped(lambda s, hidden: functional.relu(hidden, True)),
    "dropped module": dropped(lambda s, hidden: s.inplace(hidden)),
    "dropped scale": dropped(lambda s, hidden: hidden.mul_(2.0).add_(1.0)),
    "dropped clamp": dropped(lambda s, hidden: hidden.clamp_(min=0)),
    "dropped dropout": dropped(lambda s, hidden: functional.dropout(hidden, 0.5, s.training, inplace=True)),
    "dropped and unused": dropped(lambda s, hidden: functional.gelu(hidden)),
    "another name": renamed,
    "changed afterwards": afterwards,
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_forward_computes_is_taken(name):
    same(Net(TAKEN[name], inplace=nn.ReLU(inplace=True)).eval())


def test_an_activation_in_forward_is_not_lost():
    assert same(Net(TAKEN["functional"]).eval()).activation == "relu"


def as_function(norm, x):
    statistics = norm.running_mean, norm.running_var
    return functional.batch_norm(x, *statistics, norm.weight, norm.bias, training=norm.training)


NORMS = {
    "before": lambda s, x: s.fc2(functional.relu(s.fc1(s.norm6(x)))),
    "between": lambda s, x: s.fc2(functional.relu(s.norm4(s.fc1(x)))),
    "after the activation": lambda s, x: s.fc2(s.norm4(functional.relu(s.fc1(x)))),
    "at the end": lambda s, x: s.norm3(s.fc2(functional.relu(s.fc1(x)))),
    "as a function": lambda s, x: s.fc2(functional.relu(as_function(s.norm4, s.fc1(x)))),
    "twice": lambda s, x: s.fc2(functional.relu(s.norm4(2.0 * s.norm4(s.fc1(x))))),
}


@pytest.mark.parametrize("place", NORMS)
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_batch_norm_goes_into_its_neighbour(place, affine, bias):
    norms = {f"norm{width}": norm(width, affine) for width in (3, 4, 6)}
    same(Net(NORMS[place], bias=bias, **norms).double().eval())


@pytest.mark.parametrize("normed", [False, True])
def test_masks_come_along(normed):
    torch.manual_seed(0)
    parts = [norm(4)] if normed else []
    module = nn.Sequential(nn.Linear(6, 4), *parts, nn.ReLU(), nn.Sequential(nn.Linear(4, 3))).eval()
    prune.l1_unstructured(module[0], "weight", 0.5)
    prune.random_unstructured(module[0], "bias", 0.5)
    mlp = same(module)
    assert torch.equal(mlp.weight_masks()[0], module[0].weight_mask.bool())
    assert mlp.bias_masks()[0].all() == normed or not normed


def test_masks_come_along_where_forward_takes_the_weights_itself():
    module = Net(TAKEN["F.linear"]).eval()
    prune.l1_unstructured(module.fc2, "weight", 0.5)
    assert torch.equal(same(module).weight_masks()[1], module.fc2.weight_mask.bool())


def test_weights_that_are_computed_are_fresh():
    module = Net(TAKEN["functional"]).eval()
    parametrizations.weight_norm(module.fc1)
    prune.l1_unstructured(module.fc2, "weight", 0.5)
    with torch.no_grad():
        module.fc2.weight_orig.mul_(2.0)  # `weight` itself is what it was
        module.fc1.parametrizations.weight.original1.mul_(3.0)
    same(module)


def test_a_layer_without_biases_has_them_pruned():
    assert not any(mask.any() for mask in same(Net(TAKEN["functional"], bias=False).eval()).bias_masks())


def test_an_mlp_of_our_own_comes_back():
    model = MLP([6, 4, 3], "tanh", torch.float64)
    model.load([(np.random.default_rng(0).normal(size=s), np.ones(s[0])) for s in ((4, 6), (3, 4))])
    masks = [torch.rand(mask.shape) < 0.5 for mask in model.weight_masks()]
    model.set_masks(masks)
    again = same(model)
    assert again.activation == "tanh"
    assert all(torch.equal(one, other) for one, other in zip(again.weight_masks(), masks, strict=True))


REFUSED = {
    "gelu": (lambda s, x: s.fc2(functional.gelu(s.fc1(x))), "function gelu"),
    "silu": (lambda s, x: s.fc2(functional.silu(s.fc1(x))), "function silu"),
    "leaky": (lambda s, x: s.fc2(functional.leaky_relu(s.fc1(x))), "function leaky_relu"),
    "clamp": (lambda s, x: s.fc2(s.fc1(x).clamp(min=-1)), r"method \.clamp.*other bounds than min=0"),
    "cube": (lambda s, x: s.fc2(s.fc1(x) ** 3), "function pow.*another power than 2"),
    "batch norm": (
        lambda s, x: s.fc2(functional.batch_norm(s.fc1(x), None, None, training=True)),
        "batch_norm in training mode",
    ),
    "dropped": (dropped(lambda s, hidden: functional.elu_(hidden)), "function elu_"),
    "dropped to 0": (dropped(lambda s, hidden: hidden.zero_()), r"method \.zero_"),
    "dropped out": (dropped(lambda s, hidden: torch.tanh(hidden, out=hidden)), "function tanh"),
    "a view": (dropped(lambda s, hidden: hidden.view(-1, 4).relu_()), r"differ.*in place: method \.relu_"),
    "a part": (dropped(lambda s, hidden: hidden[:, :2].relu_()), r"differ.*in place: method \.relu_"),
    "weights": (dropped(lambda s, hidden: s.fc2.weight.mul_(2.0)), r"differ.*in place: method \.mul_"),
    "len": (
        lambda s, x: s.fc2(s.fc1(x.view(len(x), -1))),
        r'at test_torch_prune.py:\d+ ".*len\(x\).*x.size\(0\)',
    ),
    "loop": (lambda s, x: torch.stack([s.fc2(row) for row in x]), r"at test_torch_prune.py:\d+ \".*for row"),
    "residual": (lambda s, x: s.fc2(s.fc1(x) + s.mid(s.fc1(x))), "function add"),
    "concatenation": (lambda s, x: torch.cat([s.fc2(s.fc1(x)), s.fc2(s.fc1(-x))], 1), "function cat"),
    "branch": (lambda s, x: s.fc2(s.fc1(x)) if x.sum() > 0 else s.fc2(s.mid(s.fc1(x))), "cannot be traced"),
    "shared": (lambda s, x: s.fc2(s.relu(s.mid(s.relu(s.mid(s.relu(s.fc1(x))))))), "module 'mid'"),
    "mixed": (
        lambda s, x: s.fc2(torch.tanh(s.mid(s.relu(s.fc1(x))))),
        "after layer 1: relu; after layer 2: tanh",
    ),
    "softmax": (lambda s, x: functional.softmax(s.fc2(s.relu(s.fc1(x))), 1), "take it off"),
    "log softmax": (lambda s, x: s.fc2(s.relu(s.fc1(x))).log_softmax(1), "take it off"),
    "output": (lambda s, x: torch.sigmoid(s.fc2(s.relu(s.fc1(x)))), "after layer 2: sigmoid"),
    "batch": (lambda s, x: s.fc2(s.relu(s.fc1(x - x.mean(0)))), "function sub"),
    "noise": (lambda s, x: s.fc2(s.relu(s.fc1(x)) + torch.randn_like(x[:, :4])), "function add"),
    "always dropped": (lambda s, x: s.fc2(functional.dropout(s.relu(s.fc1(x)))), "training mode"),
    "transposed": (lambda s, x: s.fc2(s.relu(s.fc1(x.T.T))), r"attribute \.T "),
    "row by row": (lambda s, x: s.fc2(s.relu(s.fc1(x.view(6, -1)))), "view"),
    "tuple": (lambda s, x: (s.fc2(s.fc1(x)), x), "one tensor as the output, got a tuple"),
    "nothing": (lambda s, x: x, "nn.Linear"),
    "attention": (lambda s, x: s.fc2(s.fc1(x) * torch.sigmoid(s.fc1(x))), "function mul"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_an_mlp_cannot_hold_is_refused_by_name(name):
    forward, told = REFUSED[name]
    with pytest.raises(PruningError, match=told) as caught:
        from_torch_prune(Net(forward).eval())
    assert str(caught.value).startswith("from_torch_prune: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "module", [nn.ELU(), nn.Softplus(), nn.LayerNorm(4), nn.PReLU(), nn.Softmax(1), nn.Unflatten(1, (2, 2))]
)
def test_modules_of_torch_are_refused_by_name(module):
    net = nn.Sequential(nn.Linear(6, 4), module, nn.Linear(4, 3)).eval()
    with pytest.raises(PruningError, match=rf"module '1' \({type(module).__name__}\)"):
        from_torch_prune(net)


def wrappers():
    yield "torch.jit", torch.jit.script
    yield "torch.jit", lambda net: nn.Sequential(torch.jit.trace(net, torch.zeros(2, 6)))
    yield "torch.compile", torch.compile
    yield "nn.DataParallel", nn.DataParallel


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
@pytest.mark.parametrize(("kind", "wrap"), list(wrappers()))
def test_what_stands_for_another_module_is_refused_with_the_cure(kind, wrap):
    with pytest.raises(PruningError, match=f"got one of {kind}; give the module that it was made of"):
        from_torch_prune(wrap(plain()))


@pytest.mark.parametrize("other", ["net.pt", None, {"0.weight": torch.zeros(4, 6)}])
def test_what_is_no_module_is_refused(other):
    with pytest.raises(PruningError, match=r"expected a torch module \(nn.Module\), got a "):
        from_torch_prune(other)


def test_a_convolution_is_refused_by_name():
    net = nn.Sequential(nn.Conv1d(1, 2, 3), nn.Flatten(), nn.Linear(8, 3)).eval()
    with pytest.raises(PruningError, match=r"module '0' \(Conv1d\)"):
        from_torch_prune(net)


@pytest.mark.parametrize("part", [nn.Dropout(0.5), nn.BatchNorm1d(4)])
def test_training_mode_is_refused_where_it_matters(part):
    net = nn.Sequential(nn.Linear(6, 4), part, nn.ReLU(), nn.Linear(4, 3))
    with pytest.raises(PruningError, match=r"in training mode; call model.eval\(\) first"):
        from_torch_prune(net)
    same(net.eval())
    same(nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Dropout(0.0), nn.Linear(4, 3)))


def test_another_branch_in_evaluation_is_noticed():
    net = Net(lambda s, x: s.fc2(s.relu(s.fc1(x))) if s.training else s.fc2(s.fc1(x)))
    with pytest.raises(PruningError, match="outputs in evaluation mode differ"):
        from_torch_prune(net)
    same(net.eval())


def test_statistics_of_the_batch_are_refused():
    net = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4, track_running_stats=False), nn.Linear(4, 3)).eval()
    with pytest.raises(PruningError, match="without running statistics"):
        from_torch_prune(net)


def plain() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3)).eval()


HIDDEN = {
    "hook": lambda net: net[0].register_forward_hook(lambda module, args, out: out.clamp(max=100.0)),
    "hook before": lambda net: net[2].register_forward_pre_hook(lambda module, args: (2.0 * args[0],)),
    "hook of all": lambda net: net.register_forward_hook(lambda module, args, out: out + 1.0),
    "replaced": lambda net: setattr(net[1], "forward", torch.tanh),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_no_trace_shows_is_caught_by_the_outputs(name):
    net = plain()
    HIDDEN[name](net)
    with pytest.raises(PruningError, match=r"differ by up to .*; hooks or a replaced forward: "):
        from_torch_prune(net)


def test_a_hook_that_only_looks_is_no_fault():
    net, seen = plain(), []
    net[0].register_forward_hook(lambda module, args, out: seen.append(out))
    same(net)


def test_tied_weights_are_refused():
    net = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 6)).eval()
    net[2].weight = net[0].weight
    with pytest.raises(PruningError, match=r"module '2'.*expected weights of its own"):
        from_torch_prune(net)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(value):
    net = plain()
    with torch.no_grad():
        net[0].weight[0, 0] = value
    with pytest.raises(PruningError, match="from_torch_prune"):
        from_torch_prune(net)


def test_low_precision_comes_in_as_float32():
    assert from_torch_prune(plain().to(torch.bfloat16)).weights()[0].dtype == torch.float32
    assert from_torch_prune(plain().double()).weights()[0].dtype == torch.float64


@pytest.mark.parametrize("change", ["hook", "parametrization"])
def test_to_torch_prune_compares_too(change):
    model = MLP([6, 4, 3])
    model.load(
        [
            (np.ones((4, 6), np.float32), np.ones(4, np.float32)),
            (np.ones((3, 4), np.float32), np.ones(3, np.float32)),
        ]
    )
    to_torch_prune(copy.deepcopy(model))
    if change == "hook":
        model.register_forward_hook(lambda module, args, out: torch.tanh(out))
    else:
        parametrize.register_parametrization(model.layers[1], "weight", nn.Tanh(), unsafe=True)
    with pytest.raises(PruningError, match=r"to_torch_prune: outputs .* differ"):
        to_torch_prune(model)
