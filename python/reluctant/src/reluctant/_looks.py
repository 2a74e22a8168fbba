"""What is seen of a network after an epoch, as rows of ``statistics.json``, and how often it may be looked at."""

from __future__ import annotations

import math
import time
from typing import Any, Iterable, Mapping

import numpy as np

#: Rows that are looked at, evenly spaced, the same ones every time.
ROWS = 256
#: Values of all layers together, at most, so that looking at pictures does not fill the memory.
MOST_VALUES = 5_000_000
#: Looks take at most this share of the time since the training began.
SHARE = 0.02


class Thrift:
    """Says when there is time for another look: after the first epoch, and then while looks have taken less than their share."""

    def __init__(self, share: float = SHARE) -> None:
        self._share, self._began, self._spent, self._looks = share, time.perf_counter(), 0.0, 0

    def is_due(self) -> bool:
        """A look is due that, taking as long as those before, would keep all of them within their share."""
        expected = self._spent * (1 + 1 / self._looks) if self._looks else 0.0
        return expected <= self._share * (time.perf_counter() - self._began)

    def __enter__(self) -> Thrift:
        self._entered = time.perf_counter()
        return self

    def __exit__(self, *_: Any) -> None:
        self._spent += time.perf_counter() - self._entered
        self._looks += 1


def first_line(error: BaseException) -> str:
    """What an error says, in one line, behind its kind."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def rows_to_look_at(available: int, values_per_row: int) -> np.ndarray:
    """Places of the rows that are looked at: evenly spaced, fewer where a row has many values."""
    count = max(1, min(ROWS, available, MOST_VALUES // max(1, values_per_row)))
    return np.arange(count) * available // count


def spread(values: np.ndarray) -> dict[str, float]:
    """Numbers as they are spread: over the finite ones; shares are fractions of 1."""
    flat = np.asarray(values).ravel()
    if flat.dtype.kind not in "fc" or flat.dtype.itemsize < 4:
        flat = flat.astype("float32")
    finite = flat
    is_finite = np.isfinite(flat)
    if not is_finite.all():
        finite = flat[is_finite]
    if finite.size == 0:
        seen = dict.fromkeys(("mean", "std", "min", "max"), math.nan)
    else:
        seen = {
            "mean": float(finite.mean(dtype="float64")),
            "std": float(finite.std(dtype="float64")),
            "min": float(finite.min()),
            "max": float(finite.max()),
        }
    zeros = float(np.count_nonzero(flat == 0) / flat.size) if flat.size else math.nan
    return {**seen, "zeroShare": zeros, "notFinite": int(flat.size - finite.size)}


def norm(values: np.ndarray) -> float:
    """Euclidean norm over the finite values."""
    flat = np.asarray(values).ravel()
    is_finite = np.isfinite(flat)
    return math.sqrt(float(np.sum(np.square(flat if is_finite.all() else flat[is_finite], dtype="float64"))))


def rows_of_look(
    epoch: int,
    weights: Mapping[str, np.ndarray],
    gradients: Mapping[str, np.ndarray | None],
    layers: Iterable[tuple[str, np.ndarray]],
    heads: Iterable[tuple[str, np.ndarray]],
) -> list[dict[str, Any]]:
    """A row per weight tensor, gradient, layer and head; a gradient that is None does not exist."""
    rows: list[dict[str, Any]] = []
    norms = {name: norm(values) for name, values in weights.items()}
    for name, values in weights.items():
        rows.append({"of": "weight", "epoch": epoch, "weight": name, **spread(values), "norm": norms[name]})
    for name, values in gradients.items():
        values = np.zeros(1) if values is None else values
        size = norm(values)
        ratio = size / norms[name] if norms[name] > 0 else math.nan
        rows.append({"of": "gradient", "epoch": epoch, "weight": name, **spread(values), "norm": size, "ratio": ratio})
    for name, values in layers:
        rows.append({"of": "activation", "epoch": epoch, "layer": name, **spread(values), "deadShare": _dead_share(values)})
    for name, values in heads:
        rows.append({"of": "prediction", "epoch": epoch, "head": name, **spread(values)})
    return rows


def _dead_share(values: np.ndarray) -> float:
    """Share of a layer's units, its last axis, that are 0 for every row."""
    units = np.asarray(values).reshape(-1, values.shape[-1]) if values.ndim > 1 else np.asarray(values).reshape(-1, 1)
    return float(np.mean(~np.any(units != 0, axis=0))) if units.size else math.nan
