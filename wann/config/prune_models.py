"""The keys of a config of `wann prune`: what is trained, what is pruned, how, and how often."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from wann.config.checks import fault, keyword_arguments
from wann.config.models import CODE, ActivationName, TaskConfig, _Empty, _Loose, _Section, _Unique

# A method, a schedule, ...: which there are is the pruning library's to say (`load_prune_config`, `check`).
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^\S+$")]
# One of a file of the user's own has a path.
CodeName = Annotated[str, Field(min_length=1, max_length=4000, pattern=CODE)]
Label = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9+_-]*$")]
Share = Annotated[float, Field(ge=1e-6, le=1)]
_MOST_EPOCHS = 100_000
_Epochs = Annotated[int, Field(ge=1, le=_MOST_EPOCHS)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]


def _as_preset(value: Any) -> Any:
    """A recipe that is written as a name alone is the preset of that name."""
    return {"preset": value} if isinstance(value, str) else value


def _epoch(value: Any) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value not in (None, "best") and not (whole and 0 <= value <= _MOST_EPOCHS):
        raise fault(f"got {value!r}, expected an epoch, 0 to {_MOST_EPOCHS:_}, or best")
    return value


# What may be a number or a word: the page and the messages show the number.
_EPOCH_SCHEMA = WithJsonSchema(
    {"anyOf": [{"type": "integer", "minimum": 0, "maximum": _MOST_EPOCHS}, {"type": "null"}]}
)


class ModelConfig(_Section):
    """Section `model`."""

    hidden: Annotated[tuple[Annotated[int, Field(ge=1, le=10_000)], ...], _Loose] = Field(
        default=(300, 100),
        min_length=1,
        max_length=20,
        description="Neurons of each hidden layer of the dense network, from the inputs on; [16] for a "
        "control task.",
    )
    activation: ActivationName = Field(
        default="relu", description="Activation of the hidden neurons; tanh for a control task."
    )


class TrainingConfig(_Section):
    """Section `training`."""

    epochs: int = Field(
        default=20, ge=1, le=100_000, description="Passes over the training images, each time one is trained."
    )
    batch_size: int = Field(default=100, ge=1, le=1_000_000, description="Images of a training step.")
    learning_rate: float = Field(default=2e-3, ge=1e-9, le=100, description="At the start of the schedule.")
    optimizer: Name = Field(default="adam", description="Which optimiser: `adam` or `sgd`.")
    momentum: float = Field(default=0.9, ge=0, lt=1, description="Of `sgd`.")
    weight_decay: float = Field(default=0.0, ge=0, le=10, description="L2 penalty on weights and biases.")
    schedule: Name = Field(
        default="cosine",
        description="How the learning rate goes on: `constant`; `cosine`, down to `lowest`; `steps`, a tenth "
        "of it after half of the training and a hundredth after three quarters.",
    )
    lowest: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description="The lowest learning rate of `cosine`, as a share of the first.",
    )
    finetune_rate: Annotated[float, Field(ge=0, le=100)] | None = Field(
        default=None,
        description="Learning rate at the start of `finetune`, which goes on with the weights that are left; "
        "null: twice `learning_rate`.",
    )
    finetune_schedule: Name = Field(
        default="cosine", description="How it goes on: `cosine`, down to 0, or `constant`."
    )
    patience: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="Stop after so many epochs without a better validation score; null: never."
    )
    retrain_epochs: _Epochs | None = Field(
        default=None, description="Epochs after the last round of pruning; null: `epochs`."
    )
    round_epochs: _Epochs | None = Field(
        default=None, description="Epochs after every other round; null: as after the last."
    )


_Iterations = Annotated[int, Field(ge=1, le=1_000_000)]


class PolicyConfig(_Section):
    """Section `policy`, in place of `training` where the task is an environment."""

    iterations: _Iterations = Field(
        default=200, description="Iterations of CMA-ES, each time a policy is trained."
    )
    retrain_iterations: _Iterations | None = Field(
        default=None, description="Iterations after the last round of pruning; null: `iterations`."
    )
    round_iterations: _Iterations | None = Field(
        default=None, description="Iterations after every other round; null: as after the last."
    )
    population: int = Field(default=64, ge=4, le=100_000, description="Candidates of an iteration.")
    episodes: int = Field(
        default=16, ge=1, le=1_000_000, description="Fresh episodes that each of them plays."
    )
    sigma: float = Field(
        default=0.1, ge=1e-6, le=1000, description="First standard deviation of every weight."
    )


class StageConfig(_Section):
    """One of `then`: what goes on with what the stage before it has left."""

    preset: Name | None = Field(
        default=None, description="Where all other keys come from that are left out; `wann prune --list`."
    )
    criterion: CodeName | None = Field(
        default=None,
        description="What is kept: `wann prune --list` has them; `mine.py:thin` is one in a file of your "
        "own, beside the config or in the working folder.",
    )
    scope: Name | None = Field(
        default=None, description="`global`, `layer` or `erk`; null: as suits the criterion."
    )
    schedule: CodeName | None = Field(
        default=None, description="`oneshot`, `iterative`, `levels` or `gradual`."
    )
    retraining: CodeName | None = Field(
        default=None,
        description="`finetune`, `lr-rewind`, `weight-rewind`, `reset`, `reinit` or `none`.",
    )
    when: Name | None = Field(
        default=None, description="Whether pruning comes `before` training or `after` it."
    )
    rounds: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="Rounds of an iterative schedule."
    )
    level: Annotated[float, Field(ge=0.001, le=0.999)] | None = Field(
        default=None, description="Share of the rest that each of the `levels` removes."
    )
    rewind: Annotated[int | str | None, BeforeValidator(_epoch), _EPOCH_SCHEMA] = Field(
        default=None,
        description="Where `weight-rewind` goes back to: an epoch, or `best`, that of the best validation "
        "score; null: the preset's.",
    )
    spacing: Name | None = Field(
        default=None, description="Of the densities of an iterative schedule: `exponential` or `linear`."
    )
    last_layer: Annotated[float, Field(ge=0.001, le=0.999)] | None = Field(
        default=None, description="Share that a level removes from the last layer, where that differs."
    )
    keep_at_least: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="Connections, or neurons where those are pruned, that every layer keeps."
    )
    control: CodeName | None = Field(
        default=None, description="`shuffle-layerwise`, `shuffle-global`, `reinit` or `invert`."
    )
    unit: Name | None = Field(
        default=None,
        description="What goes together: `weight` or `neuron` (weights' scores summed); null: as it scores.",
    )
    until: Annotated[float, Field(ge=1e-6, lt=1)] | None = Field(
        default=None,
        description="The density at which this stage ends and the next begins; null: evenly on the way.",
    )
    options: Annotated[dict[str, Any], _Empty, AfterValidator(keyword_arguments)] = Field(
        default_factory=dict, description="Numbers and names of the criterion's own, such as `tries`."
    )


class RecipeConfig(StageConfig):
    """One of `prune.recipes`."""

    name: Label | None = Field(default=None, description="What it is called; null: as the preset.")
    network: Name | None = Field(
        default=None,
        description="A rival that is small by itself, `small-dense` or `linear`; null: as the preset.",
    )
    then: Annotated[tuple[Annotated[StageConfig, BeforeValidator(_as_preset)], ...], _Loose] = Field(
        default=(),
        max_length=20,
        description="Stages that follow, names of presets or mappings with these keys but the last three.",
    )


class PruneSection(_Section):
    """Section `prune`."""

    recipes: Annotated[tuple[Annotated[RecipeConfig, BeforeValidator(_as_preset)], ...], _Loose] = Field(
        min_length=1,
        max_length=1000,
        description="The methods: names of presets, or mappings with the keys below.",
    )
    densities: Annotated[tuple[Share, ...], _Loose, _Unique] = Field(
        default=(),
        max_length=1000,
        description="Shares of the weights that are kept.",
        json_schema_extra={"uniqueItems": True},
    )
    connections: Annotated[tuple[Annotated[int, Field(ge=1, le=100_000_000)], ...], _Loose, _Unique] = Field(
        default=(),
        max_length=1000,
        description="Effective connections that are left, weights and biases together; for each the density "
        "is found by bisection.",
        json_schema_extra={"uniqueItems": True},
    )
    seeds: Annotated[tuple[Seed, ...], _Loose, _Unique] = Field(
        default=(0,),
        min_length=1,
        max_length=10_000,
        description="Each recipe is run with each of them; the dense network of a seed is trained once.",
        json_schema_extra={"uniqueItems": True},
    )
    controls: Annotated[tuple[CodeName, ...], _Loose, _Unique] = Field(
        default=(),
        max_length=20,
        description="Each recipe for `model` without a control of its own is run once more with each.",
        json_schema_extra={"uniqueItems": True},
    )

    @model_validator(mode="after")
    def _has_a_size(self) -> PruneSection:
        if not self.densities and not self.connections:
            raise fault(
                "missing: the shares of weights to keep, such as [0.1, 0.05]; or connections", "densities"
            )
        return self


class PruneEvaluation(_Section):
    """Section `evaluation`."""

    backend: Literal["ray", "local"] = Field(
        default="ray", description="Who trains: Ray, on one machine or many, or processes of this machine."
    )
    workers: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="Cells at the same time, each on one core; null: one for every core."
    )


# Sizes that CMA-ES can train.
_OF_POLICIES = {"hidden": (16,), "activation": "tanh"}


class PruneConfig(_Section):
    """One config file of `wann prune`, every key resolved."""

    task: Annotated[TaskConfig, _Empty] = Field(
        description="The data set or the environment, as for a search."
    )
    model: Annotated[ModelConfig, _Empty] = Field(
        default_factory=ModelConfig, description="The dense network that is pruned."
    )
    training: Annotated[TrainingConfig, _Empty] = Field(
        default_factory=TrainingConfig, description="How networks are trained, and trained again."
    )
    policy: Annotated[PolicyConfig, _Empty] = Field(
        default_factory=PolicyConfig,
        description="How policies are trained by CMA-ES, and trained again: for environments, in place of "
        "`training`.",
    )
    prune: Annotated[PruneSection, _Empty] = Field(description="What is pruned, how far, and how often.")
    evaluation: Annotated[PruneEvaluation, _Empty] = Field(
        default_factory=PruneEvaluation, description="Who does the work."
    )

    @model_validator(mode="before")
    @classmethod
    def _policies_are_small(cls, values: Any) -> Any:
        """Control tasks have defaults of their own."""
        task = values.get("task") if isinstance(values, dict) else None
        env = task.get("env") if isinstance(task, dict) else getattr(task, "env", None)
        model = values.get("model") or {} if env is not None else None
        return {**values, "model": _OF_POLICIES | model} if isinstance(model, dict) else values

    @model_validator(mode="after")
    def _is_trained_one_way(self) -> PruneConfig:
        if self.task.env is not None and self.training != TrainingConfig():
            raise fault(
                "is for data sets; policies are trained by CMA-ES: use the section policy", "training"
            )
        if self.task.env is None and self.policy != PolicyConfig():
            raise fault("is for environments; a data set has the section training", "policy")
        return self
