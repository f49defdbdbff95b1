"""Where the nodes of a drawing stand: layers from left to right, few crossings (Sugiyama et al. 1981).

A connection that passes layers takes a place in each of them; all connections of one node share one trunk,
which branches where they end.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from wann.network.network import Network

_SWEEPS = 16
_GAP_OF_NODES, _GAP_OF_TRUNKS = 1.0, 0.3
_TALLEST = 22  # nodes of a layer; where there are more, they stand in columns side by side, in turn
_ROOM_OF_TRUNKS = 30  # so many have their whole gap; where there are more, they share
_PLANE = 10.0  # height of an image plane


@dataclass(frozen=True)
class Layout:
    """A place for every node, in units of the distance between neighbours.

    Attributes:
        points: `(n_nodes, 2)` x to the right and y down, from (0, 0) on.
        routes: for each connection `(k, 2)`, from its source over the layers that it passes to its target.
    """

    points: np.ndarray
    routes: list[np.ndarray]


# A node, or the trunk of a node's connections where it passes a layer: (node, layer).
_Item = tuple[int, int]


def lay_out(network: Network, rows: int | None = None) -> Layout:
    """Return the layout of a network's live part.

    Args:
        network: the plan.
        rows: lines of an image whose pixels are the inputs: they then stand as a square plane before the
            layers, and connections leave it straight; None = the inputs are a layer of their own.
    """
    graph = _Layers(network, plane=rows is not None)
    graph.order()
    x, heights = _columns(graph), graph.heights()
    places = {item: np.array([x[item[1]] + 0.9 * aside, y]) for item, (aside, y) in heights.items()}
    points = np.zeros((network.n_nodes, 2))
    for (node, layer), place in places.items():
        if layer == graph.layer[node]:
            points[node] = place
    if rows is not None:
        _place_plane(network, points, rows)
    corner = points.min(axis=0)
    routes = []
    for source, target in zip(network.sources.tolist(), network.targets.tolist(), strict=True):
        passed = [places[item] for item in graph.passed(source, target)]
        routes.append(np.array([points[source], *passed, points[target]]) - corner)
    return Layout(points - corner, routes)


def _columns(graph: _Layers) -> np.ndarray:
    """x of every layer: further from the one before the more there is between them and in it."""
    busy = [len(graph.links[k]) for k in range(graph.depth)]
    wide = [0.9 * (graph.columns(k) - 1) for k in range(graph.depth)]
    return np.append(0.0, np.cumsum([1.9 + min(2.5, 0.02 * b) + w for b, w in zip(busy, wide, strict=True)]))


def _place_plane(network: Network, points: np.ndarray, rows: int) -> None:
    """Place the inputs as a plane of pixels, and the bias above it, left of everything else."""
    columns, pixel = -(-network.n_inputs // rows), _PLANE / rows
    others = points[network.first_computed :, 1]
    middle = (others.min() + others.max()) / 2
    number = np.arange(network.n_inputs)
    points[1 : network.first_computed, 0] = (number % columns - columns) * pixel - 0.3
    points[1 : network.first_computed, 1] = middle + (number // columns - (rows - 1) / 2) * pixel
    points[0] = [-0.3, middle - _PLANE / 2 - 0.8]


class _Layers:
    """Items layer by layer, and the links between neighbouring layers."""

    def __init__(self, network: Network, plane: bool) -> None:
        self.layer = network.layers()
        self.depth = int(self.layer.max())
        self._first_hidden = network.first_computed if plane else 0
        self._plane = plane
        found: list[dict[_Item, None]] = [{} for _ in range(self.depth + 1)]
        for node, layer in enumerate(self.layer.tolist()):
            if node >= self._first_hidden:
                found[layer][node, layer] = None
        self.links: list[set[tuple[_Item, _Item]]] = [set() for _ in range(self.depth)]
        for source, target in zip(network.sources.tolist(), network.targets.tolist(), strict=True):
            self._link(source, target, found)
        self.items = [list(items) for items in found]
        # inputs and outputs stay in their own order
        self._fixed = {0, self.depth}

    def passed(self, source: int, target: int) -> list[_Item]:
        """The trunk's places between a connection's ends."""
        if source < self._first_hidden:
            return []
        return [(source, k) for k in range(int(self.layer[source]) + 1, int(self.layer[target]))]

    def columns(self, k: int) -> int:
        """Columns side by side in which a layer's nodes stand."""
        return -(-sum(self.layer[node] == k for node, _ in self.items[k]) // _TALLEST) or 1

    def _link(self, source: int, target: int, found: list[dict[_Item, None]]) -> None:
        if source < self._first_hidden:
            return
        way = [(source, int(self.layer[source])), *self.passed(source, target)]
        for item in way[1:]:
            found[item[1]][item] = None
        way.append((target, int(self.layer[target])))
        for before, after in pairwise(way):
            self.links[before[1]].add((before, after))

    def neighbours(self, k: int, forwards: bool) -> dict[_Item, list[_Item]]:
        """For items of layer k + 1 their neighbours in layer k, or the other way round."""
        found: dict[_Item, list[_Item]] = defaultdict(list)
        for before, after in sorted(self.links[k]):
            if forwards:
                found[after].append(before)
            else:
                found[before].append(after)
        return found

    def order(self) -> None:
        """Sort every layer by the mean place of its neighbours, forth and back, and keep the best order."""
        best, fewest = [list(items) for items in self.items], self._crossings()
        for sweep in range(_SWEEPS):
            forwards = sweep % 2 == 0
            for k in range(self.depth) if forwards else reversed(range(self.depth)):
                self._sort(k + 1 if forwards else k, self.neighbours(k, forwards), k if forwards else k + 1)
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(items) for items in self.items], crossings
        self.items = best

    def _sort(self, k: int, neighbours: dict[_Item, list[_Item]], other: int) -> None:
        place = {item: n for n, item in enumerate(self.items[other])}
        own = {item: n for n, item in enumerate(self.items[k])}

        def middle(item: _Item) -> float:
            known = [place[n] for n in neighbours.get(item, ())]
            return sum(known) / len(known) if known else own[item]

        ordered = sorted(self.items[k], key=middle)
        if k in self._fixed:  # trunks may move, nodes keep their order
            nodes = iter(sorted(item for item in ordered if item[1] == self.layer[item[0]]))
            ordered = [next(nodes) if item[1] == self.layer[item[0]] else item for item in ordered]
        self.items[k] = ordered

    def _crossings(self) -> int:
        total = 0
        for k, links in enumerate(self.links):
            before = {item: n for n, item in enumerate(self.items[k])}
            after = {item: n for n, item in enumerate(self.items[k + 1])}
            ends = sorted((before[a], after[b]) for a, b in links if a in before and b in after)
            targets = np.array([b for _, b in ends])
            total += sum(int((targets[n + 1 :] < b).sum()) for n, (_, b) in enumerate(ends))
        return total

    def heights(self) -> dict[_Item, tuple[int, float]]:
        """The column and y of every item: near its neighbours, in order, not too near to those beside it."""
        y = {}
        for items in self.items:
            gaps = np.append(0.0, np.cumsum(self._gaps(items)))
            y |= {item: float(h) for item, h in zip(items, gaps - gaps[-1] / 2, strict=True)} if items else {}
        for sweep in range(_SWEEPS):
            forwards = sweep % 2 == 0
            for k in range(self.depth) if forwards else reversed(range(self.depth)):
                layer, near = self.items[k + 1 if forwards else k], self.neighbours(k, forwards)
                wanted = [
                    sum(y[n] for n in near[item]) / len(near[item]) if item in near else y[item]
                    for item in layer
                ]
                placed = _apart(np.array(wanted), self._gaps(layer))
                y |= dict(zip(layer, placed.tolist(), strict=True))
        lowest = min(y.values(), default=0.0)
        columns = [self.columns(k) for k in range(self.depth + 1)]
        return {
            item: (place % columns[k], y[item] - lowest)
            for k, items in enumerate(self.items)
            for place, item in enumerate(items)
        }

    def _gaps(self, items: list[_Item]) -> np.ndarray:
        """The least distance from each item to the next."""
        if not items:
            return np.zeros(0)
        of_nodes = _GAP_OF_NODES / self.columns(items[0][1])
        trunks = sum(self.layer[node] != k for node, k in items)
        of_trunks = min(of_nodes, 1.0, _ROOM_OF_TRUNKS / max(1, trunks)) * _GAP_OF_TRUNKS
        room = [of_nodes if self.layer[node] == k else of_trunks for node, k in items]
        return np.array([(a + b) / 2 for a, b in pairwise(room)])


def _apart(wanted: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Return the places nearest to those wanted (least squares) that keep the gaps, by pooling neighbours."""
    offsets = np.append(0.0, np.cumsum(gaps))[: len(wanted)]
    blocks: list[tuple[float, int]] = []  # mean, size
    for value in (wanted - offsets).tolist():
        mean, size = value, 1
        while blocks and blocks[-1][0] > mean:
            other, count = blocks.pop()
            mean, size = (mean * size + other * count) / (size + count), size + count
        blocks.append((mean, size))
    return offsets + np.repeat([mean for mean, _ in blocks], [size for _, size in blocks])
