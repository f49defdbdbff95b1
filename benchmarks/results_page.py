"""Writes docs/results.md from the tables in benchmarks/results/.

    python benchmarks/results_page.py

Every figure comes from one of these tables, each of which names its command and its machine; those
of the paper are from Gaier & Ha 2019. `--check` only says whether the page is what would be written.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS, PAGE = ROOT / "benchmarks" / "results", ROOT / "docs" / "results.md"

INTRODUCTION = """\
# Results

<!-- Generated from benchmarks/results/: python benchmarks/results_page.py -->

Every run is listed, the bad ones too. Each table names the command that gives it; long ones go on where they
stopped. Seeds and settings fix the figures to the last bit; times are those of one machine with two cores,
which often had other work to do.
"""


def main() -> None:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true")
    text = page()
    if not parser.parse_args().check:
        PAGE.write_text(text)
    elif PAGE.read_text() != text:
        raise SystemExit("docs/results.md is not what its tables say; run: python benchmarks/results_page.py")


def page() -> str:
    """The whole page."""
    parts = (
        reference(),
        swingup(),
        laptop(),
        cartpole(),
        classics(),
        digits(),
        mnist(),
        dense(),
        *pruned(),
        *regimes(),
        speed(),
        same_bits(),
    )
    return INTRODUCTION + "".join(f"\n{part}" for part in parts if part)


def load(name: str) -> dict[str, Any] | None:
    """A table of results, None where it is not there yet."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def table(header: list[str], rows: list[list[Any]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(
        f"| {' | '.join('' if cell is None else str(cell) for cell in line)} |\n" for line in lines
    )


def source(found: dict[str, Any]) -> str:
    """Where a table comes from."""
    return f"\n`{found['command']}` on {found['machine']}.\n"


def reference() -> str:
    """The original authors' champion, in our environment."""
    found = load("reference_champion")
    if not found:
        return ""
    many = max(found["episodes"], key=int)
    rows = [
        [name, value["paper"], value["known"], f"{value['measured']:.1f} ± {value['error']:.1f}"]
        for name, value in found["episodes"][many]["figures"].items()
    ]
    return (
        "## The original authors' swing-up champion\n\n"
        f"Their topology, read with `wann import`, in this environment over {many} episodes. Known: as it "
        "was "
        "measured before by an independent implementation; ± is one standard error.\n\n"
        + table(["figure", "paper", "known", "here"], rows)
        + source(found)
    )


def searches(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(seed, figures) of a search's table."""
    found = load(name)
    yield from found["seeds"].items() if found else ()


def swingup() -> str:
    """The paper's settings for the swing-up."""
    found = load("swingup_local")
    if not found:
        return ""
    rows = [["paper", "", "57 ± 121", "515 ± 58", "723 ± 16", "932 ± 6", 52, ""]]
    trained = (load("swingup_tuned") or {}).get("seeds", {})
    for seed, run in found["seeds"].items():
        own = trained.get(seed)
        rows.append(
            [
                f"seed {seed}",
                run["held_out_mean"],
                spread(run.get("random_weights_mean"), run.get("random_weights_std")),
                random_shared(run),
                f"{run['tuned_shared_mean']} at {run['tuned_shared_weight']}",
                own and f"{own['median']:.0f} (mean {own['mean']:.0f} ± {own['std']:.0f})",
                run["connections"],
                f"{run['env_steps'] / 1e9:.2f} G, {run['search_seconds'] / 60:.1f} min",
            ]
        )
    more = load("swingup_tuned")
    return (
        "## Swing-up, the paper's settings\n\n"
        "192 networks, 1024 generations, 3 episodes with each of 6 weights; then 100 held-out episodes, "
        "random "
        "shared weight: 81 weights of [-2, 2], 0 among them as in the paper. "
        "Tuned weights are medians, as about one start in a hundred "
        "leaves the track.\n\n"
        + table(
            [
                "",
                "mean over 6 weights",
                "random weights",
                "random shared",
                "tuned shared",
                "tuned weights",
                "connections",
                "steps, search time",
            ],
            rows,
        )
        + source(found)
        + (f"Tuned weights: `{more['command']}`.\n" if more else "")
    )


def laptop() -> str:
    """The release's smaller settings."""
    found = load("swingup_laptop_local")
    if not found:
        return ""
    rows = [
        [
            seed,
            run["held_out_mean"],
            random_shared(run),
            f"{run['tuned_shared_mean']} at {run['tuned_shared_weight']}",
            run["connections"],
            run["process_seconds"],
        ]
        for seed, run in found["seeds"].items()
    ]
    means = [run["held_out_mean"] for run in found["seeds"].values()]
    return (
        "## Swing-up, the release's laptop settings\n\n"
        "64 networks, 1024 generations. The original search reaches about 600 on this schedule; "
        f"median here {statistics.median(means):.0f}, and seeds differ a lot.\n\n"
        + table(["seed", "mean over 6 weights", "random shared", "tuned shared", "connections", "s"], rows)
        + source(found)
    )


def cartpole() -> str:
    """CartPole-v1."""
    found = load("cartpole_local")
    if not found:
        return ""
    rows = [
        [seed, run["held_out_mean"], run["generations"], run["connections"], run["process_seconds"]]
        for seed, run in found["seeds"].items()
    ]
    head = ["seed", "mean over 6 weights", "generations", "connections", "s, whole process"]
    return "## CartPole-v1\n\nAt most 500.\n\n" + table(head, rows) + source(found)


def classics() -> str:
    """Gymnasium's other classic control tasks."""
    rows = []
    for name in ("acrobot", "pendulum", "mountain_car", "mountain_car_continuous"):
        rows += [
            [
                f"`{name}`, seed {seed}",
                run["held_out_mean"],
                f"{run['tuned_shared_mean']} at {run['tuned_shared_weight']}",
                run["connections"],
                run["process_seconds"],
            ]
            for seed, run in searches(f"{name}_local")
        ]
    if not rows:
        return ""
    return (
        "## Acrobot, Pendulum, the mountain cars\n\nThe shipped configs. Gymnasium calls Acrobot solved at "
        "-100, MountainCar at -110 and MountainCarContinuous at 90; it names none for Pendulum, of which a "
        "good policy earns about -150.\n\n"
        + table(["config", "mean over 6 weights", "tuned shared", "connections", "s, whole process"], rows)
        + "\n`python benchmarks/search_quality.py configs/NAME.yaml --seeds 0 --backend local`\n"
    )


def digits() -> str:
    """scikit-learn's digits."""
    found = load("digits_local")
    if not found:
        return ""
    rows, trained = [], (load("digits_tuned") or {}).get("seeds", {})
    for seed, run in found["seeds"].items():
        early = run.get("after_60_seconds", {})
        rows.append(
            [
                seed,
                percent(early.get("tuned_shared_mean")),
                percent(run["tuned_shared_mean"]),
                random_shared(run, percent),
                percent(run["ensemble"]),
                percent(trained[seed]["mean"]) if seed in trained else None,
                run["connections"],
                round(run["search_seconds"]),
            ]
        )
    runs = found["seeds"].values()
    final = statistics.median(run["tuned_shared_mean"] for run in runs)
    first = statistics.median(run["after_60_seconds"]["tuned_shared_mean"] for run in runs)
    return (
        "## Digits\n\nAccuracy on the 400 test images. After a minute: the champion that the same search had "
        f"then. Medians of the tuned shared weight: {percent(first)} after a minute, {percent(final)} at the "
        "end. Where a search took far longer than the others, the machine had other work, and its first "
        "minute was a short one.\n\n"
        + table(
            [
                "seed",
                "tuned shared, after 60 s",
                "tuned shared, end",
                "random shared",
                "vote",
                "tuned weights",
                "connections",
                "s",
            ],
            rows,
        )
        + source(found)
    )


def mnist() -> str:
    """MNIST at 16x16."""
    found = load("mnist16_local")
    if not found:
        return ""
    rows = [["paper", "82.0 ± 18.7 %", "91.6 %", "91.9 %", "94.2 %", 1849, ""]]
    trained = (load("mnist16_tuned") or {}).get("seeds", {})
    for seed, run in found["seeds"].items():
        own = trained.get(seed)
        rows.append(
            [
                f"seed {seed}",
                f"{random_shared(run, percent)} ± {percent(run['random_shared_std_over_weights'])}",
                percent(run["ensemble"]),
                f"{percent(run['tuned_shared_mean'])} at {run['tuned_shared_weight']}",
                own and percent(own["mean"]),
                run["connections"],
                f"{run['generations']} generations, {run['search_seconds'] / 60:.0f} min, {run['status']}",
            ]
        )
    more = load("mnist16_tuned")
    return (
        "## MNIST, 16x16\n\nTest accuracy. The paper's search has 960 networks and 4096 generations, this "
        "one a "
        "fifth of the networks; ± is over the 81 weights, 0 among them.\n\n"
        + table(["", "random shared", "vote", "tuned shared", "tuned weights", "connections", "search"], rows)
        + source(found)
        + (f"Tuned weights: `{more['command']}`.\n" if more else "")
    )


def dense() -> str:
    """Fixed topologies, trained by the same means."""
    names = {
        "cartpole_swingup": ("swing-up, 1x10 tanh", "7 ± 2", "8 ± 1", "918 ± 7"),
        "digits_mlp": ("digits, 1x8 tanh", None, None, None),
        "mnist16_linear": ("MNIST 16x16, linear", None, None, "91.6 %"),
        "mnist16_mlp": ("MNIST 16x16, 1x7 tanh", None, None, None),
    }
    rows, commands = [], []
    for name, (title, *paper) in names.items():
        found = load(f"dense_{name}")
        if not found:
            continue
        commands.append(f"`{found['command']}`")
        show = str if "swingup" in name else percent
        for seed, run in found["seeds"].items():
            ours = (run["random_shared"][0], run["tuned_shared"], run["median"])
            cells = [
                f"{show(value)}{f' (paper {theirs})' if theirs else ''}"
                for value, theirs in zip(ours, paper, strict=True)
            ]
            rows.append([f"{title}, seed {seed}", *cells, run["connections"], run["seconds"]])
    if not rows:
        return ""
    return (
        "## Dense rivals\n\nFixed topologies, their weights trained as those of the searched networks are. "
        "With one weight for all connections every hidden node of a layer does the same, so the first two "
        "columns say little. Tuned weights: the median over episodes, or the test accuracy.\n\n"
        + table(["", "random shared", "tuned shared", "tuned weights", "connections", "s"], rows)
        + f"\n{', '.join(commands)}.\n"
    )


PRUNED = {
    "mnist_lenet": (
        "LeNet-300-100, a whole schedule",
        "20 epochs for the dense network and after the last round of pruning, 3 after the others. snip and "
        "lottery have other and longer schedules in their papers: configs/prune/mnist_lenet_long.yaml and "
        "mnist_lottery.yaml. As Tanaka et al. 2020 say, synflow empties no layer; all its connections are "
        "effective.",
    ),
    "mnist_lenet_long": (
        "LeNet-300-100, snip by its authors' settings",
        "Standardised images, SGD at 0.1 with momentum 0.9 and weight decay 0.0005, rates in steps; 40 "
        "epochs, some 22,000 steps in place of 250,000.",
    ),
    "mnist_lottery": (
        "LeNet-300-100, lottery tickets by their authors' settings",
        "Each level removes 20 % of every layer and 10 % of the last, and is a whole training: Adam at a "
        "constant 0.0012, minibatches of 60, until validation accuracy has not risen for 3 epochs.",
    ),
    "mnist_methods": (
        "LeNet-300-100, every other method",
        "4 epochs for the dense network and after the last round of pruning: figures are below those of "
        "the whole schedule, and to be compared with each other. grasp falls short of snip, other than on "
        "the deep convolutional networks of its paper. snip's masks lose a point when they are shuffled "
        "inside their layers, where Frankle et al. 2021 find no loss; inverted, with 100 weights left to "
        "every layer so that none is emptied, they are worth next to nothing. Neuron criteria, which their "
        "papers use on larger layers and at milder sizes, fall apart where so few weights mean a handful of "
        "neurons.",
    ),
    "grid": (
        "LeNet-300-100, eight methods at five densities",
        "3 epochs, one between rounds: an overview in twelve minutes.",
    ),
    "mnist16": (
        "MNIST 16x16 at budgets of effective connections",
        "10 epochs; the density that leaves so many connections is found by bisection. small-dense is as "
        "near as a whole number of neurons comes, and the linear model has 2570 connections at most.",
    ),
    "mnist28": (
        "MNIST 28x28 at budgets of effective connections",
        "10 epochs, as at 16x16. The images are not deskewed. small-dense comes in steps of 795 "
        "connections, and the linear model has 7850 at most.",
    ),
    "cartpole_swingup": (
        "Swing-up, dense policies",
        "5-10-1, tanh, trained by CMA-ES, pruned, and what is left trained again by CMA-ES; mean return "
        "over 100 held-out episodes.",
    ),
}


# What papers report of LeNet-300-100 on MNIST: test accuracy in % at a density.
PAPERS = {
    "magnitude": "98.4 at 0.08 (Han et al. 2015, in rounds)",
    "han": "98.4 at 0.08 (Han et al. 2015)",
    "snip": "98.4 at 0.05, 97.6 at 0.02 (Lee et al. 2019)",
    "lottery": "the dense level at 0.036 (Frankle & Carbin 2019)",
    "obd": "98.0 at 0.08 (LeCun et al. 1989, by Lee et al. 2019)",
    "obs": "98.0 at 0.015 (Dong et al. 2017, layer-wise)",
}


def pruned() -> Iterator[str]:
    """A table for each run of `wann prune`: recipes by sizes, mean and spread over seeds."""
    for name, (title, told) in PRUNED.items():
        found = load(f"pruned_{name}")
        if found:
            before = load(f"pruned_{name}_before")
            yield _pruned_table(title, told + _settings_of_before(found, before), found, before)


def _settings_of_before(found: dict[str, Any], before: dict[str, Any] | None) -> str:
    """Say so where a table was made before `finetune` had a rate of its own, and is not made again yet."""
    if before:
        return (
            " Rows called before were made before finetune had a learning rate of its own, and with the "
            "criteria of that version; rows that are the same now stand once."
        )
    if found["task"] not in ("mnist16", "mnist28") or "finetune_rate" in found["training"]:
        return ""
    return (
        " Made before finetune had a learning rate of its own (0.0005 to the end; docs/pruning.md), and with "
        "the criteria of that version: rows that finetune are lower than they would be now."
    )


def _pruned_table(title: str, told: str, found: dict[str, Any], before: dict[str, Any] | None) -> str:
    returns = max(found["dense"]["score"]) > 1
    sizes = sorted({cell["size"] for cell in found["cells"]}, key=lambda size: (size[0], -float(size[1:])))
    papers = found["hidden"] == [300, 100] and found["task"] == "mnist28" and sizes[0][0] == "d"
    rows = []
    all_cells = [*found["cells"], *(before["cells"] if before else ())]
    for recipe in dict.fromkeys(cell["recipe"] for cell in all_cells):
        scores = _scores(recipe, sizes, found, returns)
        if any(scores):
            rows.append([recipe, *scores, *([PAPERS.get(recipe, "")] if papers else [])])
        earlier = _scores(recipe, sizes, before, returns) if before else scores
        if any(earlier) and earlier != scores:
            rows.append([f"{recipe}, before", *earlier, *([""] if papers else [])])
    dense_score = _score(found["dense"]["score"], returns)
    heads = [f"{size[1:]} connections" if size[0] == "n" else f"density {size[1:]}" for size in sizes]
    heads += ["papers"] if papers else []
    what = "mean return" if returns else "test accuracy in %"
    left = _sizes_left(found["cells"], sizes) if sizes[0][0] == "d" else ""
    return (
        f"## Pruned: {title}\n\n{told} {what.capitalize()}, mean ± standard deviation over "
        f"{len(found['seeds'])} seeds. Dense, {found['dense']['connections'][0]:,} connections: "
        f"{dense_score}.{left}{_unfinished(found)}\n\n" + table(["", *heads], rows) + source(found)
    )


def _scores(recipe: str, sizes: list[str], found: dict[str, Any], returns: bool) -> list[str]:
    """A recipe's figures by size, empty where there is none."""
    cells = {cell["size"]: cell for cell in found["cells"] if cell["recipe"] == recipe}
    known = [cells.get(size) for size in sizes]
    return ["" if cell is None else _score(cell["score"], returns) + _missing(cell, found) for cell in known]


def _unfinished(found: dict[str, Any]) -> str:
    seeds = ", ".join(map(str, found.get("seeds_unfinished", ())))
    return f" The run was stopped before seed {seeds} was finished." if seeds else ""


def _score(scores: list[float], returns: bool) -> str:
    scale, digits = (1, 0) if returns else (100, 1)
    mean = f"{scale * statistics.mean(scores):.{digits}f}"
    return f"{mean} ± {scale * statistics.stdev(scores):.{digits}f}" if len(scores) > 1 else mean


def _missing(cell: dict[str, Any], found: dict[str, Any]) -> str:
    """How many seeds have a figure, where some cells could not be made."""
    have, all_of_them = len(cell["score"]), len(found["seeds"])
    return "" if have == all_of_them else f" ({have} of {all_of_them} seeds)"


def _sizes_left(cells: list[dict[str, Any]], sizes: list[str]) -> str:
    """How many effective connections a density leaves, from the least to the most over methods and seeds."""
    parts = []
    for size in sizes:
        counts = [n for cell in cells if cell["size"] == size for n in cell["effective_connections"]]
        parts.append(f"{min(counts):,} to {max(counts):,} at {size[1:]}")
    return f" Effective connections left, by method and seed: {', '.join(parts)}."


REGIMES = {
    "mnist16": (
        "MNIST 16x16",
        "Test accuracy in %. One search (`mnist16`), and networks of some 1849 connections, mean over seeds.",
    ),
    "swingup": (
        "the swing-up",
        "Mean return over 100 held-out episodes; doing nothing earns 30. Searches of the paper's size one by "
        "one (`swingup`, weights by `wann tune`), and policies, mean over seeds.",
    ),
}


def regimes() -> Iterator[str]:
    """What topologies are worth without their weights, searched and pruned."""
    for name, (title, told) in REGIMES.items():
        found = load(f"regimes_{name}")
        if found:
            yield _regimes_table(title, told, found)


def _regimes_table(title: str, told: str, found: dict[str, Any]) -> str:
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, figures in found["networks"].items():
        searched = re.fullmatch(r"[a-z0-9]+-s\d+", name)  # a cell's name has its size too
        dense = name.startswith("dense-")
        groups.setdefault(name if searched and not dense else name.rpartition("-s")[0], []).append(figures)
    scale, digits = (100, 1) if all(g[0]["tuned_weights"] <= 1 for g in groups.values()) else (1, 0)
    rows = []
    for name, own in groups.items():
        means = [f"{scale * statistics.mean(each[key] for each in own):.{digits}f}" for key in _REGIMES]
        size = f"{statistics.mean(each['connections'] for each in own):.0f}"
        rows.append([name, size, *means])
    heads = ["", "connections", *_REGIMES.values()]
    return (
        f"## What the topology alone is worth: {title}\n\n{told} Trained signs: all connections share one "
        "size, and each has the sign of its trained weight, one bit.\n\n" + table(heads, rows) + source(found)
    )


_REGIMES = {
    "random_weights": "random weights",
    "random_shared": "random shared",
    "tuned_shared": "tuned shared",
    "random_signed": "random size, trained signs",
    "tuned_signed": "tuned size, trained signs",
    "tuned_weights": "trained weights",
}


def speed() -> str:
    """How fast."""
    found, images = load("throughput"), load("classification")
    text = ""
    if found:
        small, large = found["swingup_29_52"], found["swingup_100_300"]
        rows = [
            [name, *(f"{value[backend][n] / 1e6:.1f} M" for backend in ("local", "ray") for n in ("1", "2"))]
            for name, value in (("29 nodes, 52 connections", small), ("100 nodes, 300 connections", large))
        ]
        text += (
            "## Speed\n\nUseful swing-up steps a second, network and environment together: local with 1 "
            'and 2 workers, Ray with 1 and 2. A plain loop over `gymnasium.make("CartPole-v1").step` '
            f"without a network makes {found['raw_cartpole_steps_per_s'] / 1e3:.0f} k in the same run: the "
            f"first row's second figure is {found['ratio']:.0f} times that. Of a search's time, "
            f"{100 * found['not_evaluation_share']:.1f} % is not evaluation.\n\n"
            + table(["network", "local 1", "local 2", "Ray 1", "Ray 2"], rows)
            + "\n`python benchmarks/throughput.py --json`\n"
        )
    if both := load("ray_overhead"):
        text += (
            f"\nThe whole search of the paper's swing-up ({both['generations'] + 1} generations), by threads "
            f"and by Ray in turn, a generation each: {both['seconds']['local']} and "
            f"{both['seconds']['ray']} s. Ray has {100 * both['ratio']:.0f} % of the threads' speed. "
            f"`{both['command']}`\n"
        )
    if images:
        times = images["milliseconds"]
        text += (
            f"\nOne network of {images['connections']} connections on {images['images']} images with "
            f"{images['weights']} weights, one core: {times['wann']} ms; the same as torch layers by depth "
            f"{times['torch']} ms ({images['times_faster_than']['torch']}x), in scipy sparse "
            f"{times['scipy']} ms "
            f"({images['times_faster_than']['scipy']}x). `python benchmarks/classification.py --json`\n"
        )
    return text


def same_bits() -> str:
    """Every way a search can be run."""
    found = load("same_digests")
    if not found:
        return ""
    rows = [[name, "equal" if equal else "DIFFERENT"] for name, equal in found["equal"].items()]
    return (
        f"## The same bits\n\nThe laptop swing-up, {found['generations']} generations, in every way it can "
        "be run; "
        f"all rows and the champion compared with the first, and `wann verify` on each. {found['kills']} "
        "times "
        f"a run was killed by SIGKILL at a random moment and resumed. A digit changed in a recorded row is "
        f"{'found' if found['changed_row_found'] else 'NOT FOUND'}.\n\n"
        + table(["run", "rows, champion and replay"], rows)
        + source(found)
    )


def percent(value: float | None) -> str | None:
    """0.9123 -> '91.2 %'."""
    return None if value is None else f"{100 * value:.1f} %"


def random_shared(run: dict[str, Any], text: Callable[[float], object] = str) -> str:
    """The mean over the grid's 81 weights and, where it was recorded, over the 80 that are not 0."""
    without = run.get("random_shared_mean_without_zero")
    own = "" if without is None else f" (without 0: {text(without)})"
    return f"{text(run['random_shared_mean'])}{own}"


def spread(mean: float | None, std: float | None) -> str | None:
    """Mean and standard deviation."""
    return None if mean is None else f"{mean:.0f} ± {std:.0f}"


if __name__ == "__main__":
    main()
