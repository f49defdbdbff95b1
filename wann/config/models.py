"""The keys of a config file: their types, bounds, defaults and meaning."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    WithJsonSchema,
    create_model,
    model_validator,
)

from wann.activations import DEFAULT_SET, NAMES
from wann.config.checks import (
    any_activation,
    chosen,
    distinct,
    fault,
    in_json,
    keyword_arguments,
    known_activation,
    null_as_empty,
    null_as_nothing,
    number_as_name,
    own_name,
    wrappings,
)
from wann.mutations import OPERATORS

_Empty = BeforeValidator(null_as_empty)
# Frozen models hold tuples, YAML gives lists: only the container's type is taken loosely.
_Loose = Strict(False)
_Unique = AfterValidator(distinct)

# A name, or a name in a file, whose path may hold spaces.
CODE = r"^(\S+|\S.*\.py:\S+)$"

Probability = Annotated[float, Field(ge=0, le=1)]
Return = Annotated[float, Field(ge=-1e12, le=1e12)]
Steps = Annotated[int, Field(ge=1, le=10_000_000)]
ActivationName = Annotated[
    str, AfterValidator(known_activation), WithJsonSchema({"type": "string", "enum": list(NAMES)})
]
AnyActivation = Annotated[
    str, AfterValidator(any_activation), WithJsonSchema({"type": "string", "enum": list(NAMES)})
]
Weight = Annotated[float, Field(ge=-1e6, le=1e6)]


# Checked by `wrappings`, which says more than a type.
_Wrapper = Annotated[Any, WithJsonSchema({"type": "object"})]


# A name, `module:name`, `file.py:name`, or a mapping of one of these to options: checked by `chosen`.
Choice = Annotated[Any, BeforeValidator(chosen), WithJsonSchema({"type": "choice"})]

# What a scale of null comes to, but in a new run on a file of the user's own; once the default.
UNSCALED = "none"

_LATER = ("label", "scale", "wrappers", "instances")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class TaskConfig(_Section):
    """Section `task`."""

    env: str | None = Field(
        default=None,
        min_length=1,
        max_length=4000,
        pattern=CODE,
        description="Gymnasium id such as `CartPole-v1`, `module:id` for an environment that another "
        "package registers, such as `wann_envs:wann/CartPoleSwingUp-v0`, or `tracker.py:TrackerEnv` for a "
        "class, a function or an id in a file of your own, beside the config or in the working folder.",
    )
    dataset: str | None = Field(
        default=None,
        min_length=1,
        max_length=4000,
        description="Labelled images, in place of `env`: `digits`, `mnist16`, `mnist28`, `fashion`, or the "
        "path of an .npz file or of a table (CSV and its kin), from the config's folder or else the "
        "working folder.",
    )
    label: Annotated[str, BeforeValidator(number_as_name), Field(min_length=1, max_length=1000)] | None = (
        Field(
            default=None,
            description="The column of a table that names the classes; null: the one called label, "
            "target, class or "
            "y, in any case. In a table without a header columns are called 1, 2, ...",
        )
    )
    batch_size: Annotated[int, Field(ge=1, le=10_000_000)] | None = Field(
        default=None,
        description="Training images of a batch, which is an episode of a data set; null: 1000.",
    )
    scale: Literal["none", "standard", "minmax"] | None = Field(
        default=None,
        description="What is done to the inputs of a data set: nothing; `standard`, mean 0 and standard "
        "deviation 1; `minmax`, 0 to 1. Measured on the training images alone, over all pixels of images and "
        "by column of tables. null: `standard` for a file of your own whose inputs are large or of very "
        "different size, which is said, else nothing.",
    )
    kwargs: Annotated[dict[str, Any], _Empty, AfterValidator(keyword_arguments)] = Field(
        default_factory=dict,
        description="Keyword arguments for `gymnasium.make`; infinite numbers are `.inf` and `-.inf`.",
    )
    wrappers: Annotated[
        tuple[_Wrapper, ...], _Loose, BeforeValidator(null_as_nothing), AfterValidator(wrappings)
    ] = Field(
        default=(),
        max_length=100,
        description="What is put around the environment, the first one innermost: `module:name`, "
        "`file.py:name`, or `module:name: {argument: value}`, such as "
        "`gymnasium.wrappers:RescaleObservation`.",
    )
    instances: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None,
        description="Environments that a process may hold at once, such as 1 for one that drives a "
        "simulator; null: any number. Episodes are played one after the other, so that only films of several "
        "weights need more than one. Where it is set, only as many workers play as this machine has room "
        "for.",
    )
    max_episode_steps: Steps | None = Field(
        default=None,
        description="Steps after which an episode is cut off; null: the environment's own limit, "
        "1000 where it has none.",
    )
    output_activation: ActivationName = Field(
        default="linear", description="Activation of the output nodes; it never mutates."
    )
    failure_return: Return | None = Field(
        default=None,
        description="Return by which an episode that failed is ranked; null: the worst finite return of "
        "the generation minus the range of its returns.",
    )
    compiled: bool = Field(
        default=True,
        description="Use compiled dynamics where they exist; false always steps the real environment.",
    )

    def to_json(self, exclude_none: bool = False) -> dict[str, Any]:
        """Return the section as strict JSON can hold it, infinite numbers too; `model_validate` reads it.

        Not a serializer of pydantic's, as that would count a default among what differs from the defaults.
        """
        return in_json(self.model_dump(exclude=self._unsaid(), exclude_none=exclude_none))

    def _unsaid(self) -> set[str]:
        """Keys that came later and are at their defaults: files and tunings from before are without them."""
        unsaid = {key for key in _LATER if getattr(self, key) == type(self).model_fields[key].get_default()}
        return unsaid | ({"scale"} if self.scale == UNSCALED else set())

    @model_validator(mode="after")
    def _is_one_kind(self) -> TaskConfig:
        if self.env is None and self.dataset is None:
            raise fault("missing: Gymnasium id such as CartPole-v1; or task.dataset, such as digits", "env")
        if self.env is not None and self.dataset is not None:
            raise fault("has both env and dataset; expected one of them", "dataset")
        others = (
            {"batch_size", "label", "scale"}
            if self.dataset is None
            else {"kwargs", "wrappers", "instances", "max_episode_steps", "compiled"}
        )
        said = self.model_fields_set - ({"scale"} if self.scale == UNSCALED else set())
        for name in sorted(others & said):
            if getattr(self, name) != type(self).model_fields[name].get_default(call_default_factory=True):
                raise fault(f"only for {'a dataset' if self.dataset is None else 'an env'}", name)
        return self


class _Mutation(_Section):
    """Section `search.mutation`: a key for each operator of `wann.mutations`, and those of one's own."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[Annotated[str, AfterValidator(own_name)], Probability]  # pyright: ignore

    @model_validator(mode="after")
    def _add_up_to_one(self) -> _Mutation:
        parts = self.model_dump()
        total = math.fsum(parts.values())
        if abs(total - 1) > 1e-9:
            text = " + ".join(f"{name} {value:g}" for name, value in parts.items())
            raise fault(
                f"the probabilities add up to {total:.10g}, expected 1: {text} (keys left out have defaults)"
            )
        return self


if TYPE_CHECKING:
    MutationConfig = _Mutation
else:
    _keys = {
        name: (Probability, Field(default=each.default, description=each.text))
        for name, each in OPERATORS.items()
    }
    MutationConfig = create_model("MutationConfig", __base__=_Mutation, __module__=__name__, **_keys)


class SearchConfig(_Section):
    """Section `search`."""

    population: int = Field(default=64, ge=2, le=1_000_000, description="Genomes in a generation.")
    generations: int = Field(default=128, ge=1, le=10_000_000, description="Generations of a whole run.")
    tournament_size: int = Field(
        default=8, ge=1, le=1_000_000, description="Contestants, of which the best becomes a parent."
    )
    elite_ratio: Probability = Field(
        default=0.2, description="Share of the survivors that is copied unchanged."
    )
    cull_ratio: float = Field(
        default=0.2, ge=0, lt=1, description="Share of the population, the worst, that has no children."
    )
    complexity_probability: Probability = Field(
        default=0.8,
        description="Chance that a generation is ranked by mean return and few connections; otherwise it "
        "is ranked by mean return and the return at the best single weight.",
    )
    initial_connection_probability: Probability = Field(
        default=0.5, description="Chance that a connection of a first genome is enabled."
    )
    mutation: Annotated[MutationConfig, _Empty] = Field(
        default_factory=lambda: MutationConfig.model_validate({}),
        description="How probable each operator is; they add up to 1. Exactly one is applied to a child; "
        "where it cannot apply, another one is drawn by the same probabilities. To let networks shrink, give "
        "`remove_connection` and `remove_node` a share, and the others less. One of your own is named as "
        "`module:name` or `file.py:name`.",
    )
    crossover_probability: Probability = Field(
        default=0.0,
        description="Chance that a child has two parents. It is their crossover before it is mutated: it has "
        "the connections and nodes of the better one, and what both have is enabled, and activated, as in "
        "either.",
    )
    activations: Annotated[tuple[AnyActivation, ...], _Loose, _Unique] = Field(
        default=DEFAULT_SET,
        min_length=1,
        max_length=100,
        description="Activations that new and changed hidden nodes draw from; one of your own is "
        "`module:name` or `file.py:name`.",
        json_schema_extra={"uniqueItems": True},
    )
    crowding: Literal["nsga2", "release"] = Field(
        default="nsga2",
        description="Crowding distance inside a front: as in NSGA-II, or as the original release computes "
        "it, where the first objective dominates.",
    )
    method: Choice = Field(
        default="evolution",
        description="The method of search: `evolution`, or one of your own (docs/search.md).",
    )
    start: Choice = Field(
        default="minimal",
        description="The first generation: `minimal`, no hidden nodes; `collectors`, each output behind a "
        "`linear` and a `negate` node; or one of your own.",
    )
    selection: Choice = Field(
        default="nsga2",
        description="Who has children: `nsga2`, by rank, as in the paper; `epsilon-lexicase`, those that are "
        "best at some of the weights; or one of your own.",
    )
    weights: Choice = Field(
        default="fixed",
        description="Shared weights of a generation: `fixed`, those of `evaluation.shared_weights`; "
        "`uniform`, as many new ones each generation, or `{uniform: {low: -2, high: 2, count: 6}}`; or one "
        "of your own. Champions are chosen and judged by `evaluation.shared_weights` in any case.",
    )


class EvaluationConfig(_Section):
    """Section `evaluation`."""

    shared_weights: Annotated[tuple[Weight, ...], _Loose, _Unique] = Field(
        default=(-2.0, -1.0, -0.5, 0.5, 1.0, 2.0),
        min_length=1,
        max_length=10_000,
        description="Values of the shared weight that every genome is tried with.",
        json_schema_extra={"uniqueItems": True},
    )
    episodes: int = Field(
        default=4,
        ge=1,
        le=1_000_000,
        description="Episodes per weight; all genomes of a generation meet the same.",
    )
    backend: Literal["ray", "local"] = Field(
        default="ray", description="Who evaluates: Ray, on one machine or many, or this machine without Ray."
    )
    workers: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="Workers at the same time; null: one for every core."
    )


class RunConfig(_Section):
    """Section `run`."""

    seed: int = Field(
        default=0, ge=0, le=2**63 - 1, description="Every random stream of the run comes from it."
    )
    solved_score: Return | None = Field(
        default=None, description="Stop once the champion's mean return on its select episodes reaches this."
    )
    max_seconds: Annotated[float, Field(ge=0.001, le=1e9)] | None = Field(
        default=None, description="Stop after the generation in which the search has taken this many seconds."
    )
    max_env_steps: Annotated[int, Field(ge=1, le=10**15)] | None = Field(
        default=None, description="Stop after the generation in which the search has taken this many steps."
    )


class TopologyConfig(_Section):
    """Section `topology`."""

    hidden: Annotated[tuple[Annotated[int, Field(ge=1, le=100_000)], ...], _Loose] = Field(
        max_length=100,
        description="Nodes of each hidden layer, from the inputs on; `[]` joins inputs and outputs directly. "
        "Each layer is fully joined to the next, and the bias to all.",
    )
    activation: ActivationName = Field(
        default="tanh", description="Activation of the hidden nodes; outputs have `task.output_activation`."
    )


class Config(_Section):
    """One config file, every key resolved."""

    task: Annotated[TaskConfig, _Empty] = Field(description="The environment that networks are judged on.")
    search: Annotated[SearchConfig, _Empty] = Field(
        default_factory=SearchConfig, description="How the search selects and breeds."
    )
    evaluation: Annotated[EvaluationConfig, _Empty] = Field(
        default_factory=EvaluationConfig, description="What a genome is evaluated with, and by whom."
    )
    run: Annotated[RunConfig, _Empty] = Field(
        default_factory=RunConfig,
        description="The seed, and the rules that end a run before its last generation.",
    )
    topology: TopologyConfig | None = Field(
        default=None,
        description="A fixed, dense topology instead of a search: left out, networks are evolved (`wann "
        "evolve`); with it, its weights are trained (`wann tune`), and the keys of `search` play no part.",
    )
