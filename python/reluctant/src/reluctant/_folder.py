"""The folder of a recorded training: files of the form that every run of reluctant has, each written whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Mapping

import numpy as np

#: Rows of each part that are kept, at most, and bytes of them: enough to diagnose by.
MOST_ROWS = 20_000
MOST_BYTES = 64_000_000
#: Seconds after which the history is written again, so that a training that is killed leaves it.
PATIENCE = 30
_RUN_FORMAT = 2
_RECORDING_FORMAT = 1


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def path_of(place: Any, what: str) -> Path:
    """A path that was given as one.

    :raises TypeError: for anything else, such as arguments in another order.
    """
    if isinstance(place, (str, os.PathLike)):
        return Path(place)
    raise TypeError(f"{what} comes first, as a text or path such as 'runs/first'; {type(place).__name__} was given")


class Folder:
    """Writes the files of one training."""

    def __init__(self, place: str | os.PathLike[str]) -> None:
        self.place = path_of(place, "the folder to write into")
        if self.place.exists() and not self.place.is_dir():
            raise FileExistsError(f"{self.place} is a file, and a folder is to be written there; name another")
        if (self.place / "run.json").exists():
            raise FileExistsError(f"{self.place} holds a run already; name another folder, or remove it")
        self.place.mkdir(parents=True, exist_ok=True)
        self.begun = now()
        self._digests: dict[str, list[str]] = {}

    def write(self, name: str, content: bytes) -> None:
        """Writes a file and its digest."""
        self._digests[name] = [hashlib.sha256(content).hexdigest()]
        self._replace("digests.json", (json.dumps(self._digests, indent=1) + "\n").encode())
        self._replace(name, content)

    def adopt(self, name: str, draft: Path) -> None:
        """Takes over a file that a library has written beside its place."""
        self._digests[name] = [hashlib.sha256(draft.read_bytes()).hexdigest()]
        self._replace("digests.json", (json.dumps(self._digests, indent=1) + "\n").encode())
        os.replace(draft, self.place / name)

    def _replace(self, name: str, content: bytes) -> None:
        draft = self.place / f".{name}.{os.getpid()}"
        draft.write_bytes(content)
        os.replace(draft, self.place / name)

    def json(self, name: str, value: Any) -> None:
        self.write(name, (json.dumps(plain(value), indent=2) + "\n").encode())

    def arrays(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        buffer = io.BytesIO()
        np.savez(buffer, **{key: np.asarray(value, dtype="float32") for key, value in arrays.items()})
        self.write(name, buffer.getvalue())

    def record(
        self, *, status: str, history: list[dict[str, float]], options: dict[str, Any], seconds: float, versions: dict
    ) -> None:
        """Writes history and record of the run, in the form of ``reluctant runs``."""
        self.json("history.json", history)
        self.json(
            "run.json",
            {
                "formatVersion": _RUN_FORMAT,
                "name": self.place.resolve().name,
                "status": status,
                "begun": self.begun,
                "written": now(),
                "options": options,
                "seed": 0,
                "versions": {"python": sys.version.split()[0], **versions},
                "seconds": seconds,
                "last": history[-1] if history else {},
            },
        )

    def recording(self, framework: str, said: dict[str, Any]) -> None:
        self.json("recording.json", {"formatVersion": _RECORDING_FORMAT, "framework": framework, **said})


def plain(value: Any) -> Any:
    """Values as JSON has them: numbers that are none as texts, NumPy's numbers as Python's."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, (int, np.integer)):
        return int(value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    if math.isnan(number):
        return "NaN"
    return number if math.isfinite(number) else ("Infinity" if number > 0 else "-Infinity")


def thinned(
    part: str, inputs: dict[str, np.ndarray], targets: dict[str, np.ndarray], notes: list[str]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """At most so many rows of a part, evenly spaced and the same ones of every array; what is left out is noted.

    :raises ValueError: for arrays of different numbers of rows, or none.
    """
    counts = {f"{kind} {name}": len(values) for kind, arrays in (("input", inputs), ("targets", targets)) for name, values in arrays.items()}
    count = next(iter(counts.values()))
    if count == 0 or any(other != count for other in counts.values()):
        raise ValueError(f"the {part} arrays have different numbers of rows, or none: {counts}; the same number in each is expected")
    row_bytes = sum(4 * max(1, values[0].size) for values in [*inputs.values(), *targets.values()])
    most = max(1, min(count, MOST_ROWS, MOST_BYTES // row_bytes))
    if most < count:
        notes.append(f"{most:,} of {count:,} {part} rows are kept, evenly spaced: a training that confirms a cause has these")
    places = np.arange(most) * count // most
    keep = slice(None) if most == count else places
    return {name: one[keep] for name, one in inputs.items()}, {name: one[keep] for name, one in targets.items()}


def named(values: Any, names: list[str], what: str) -> dict[str, np.ndarray]:
    """Arrays by name: one array for the only name, a list in their order, or a dictionary."""
    if isinstance(values, Mapping):
        missing = [name for name in names if name not in values]
        if missing:
            raise ValueError(f"there are no {what} {missing}; given are {sorted(map(str, values))}")
        return {name: numbers(values[name], f"the {what} {name!r}") for name in names}
    if isinstance(values, (list, tuple)) and len(names) > 1:
        if len(values) != len(names):
            raise ValueError(f"{len(values)} arrays of {what} for {len(names)}: {names}")
        return {name: numbers(one, f"the {what} {name!r}") for name, one in zip(names, values)}
    if len(names) != 1:
        raise ValueError(f"one array of {what} for {len(names)}: name them {names}")
    return {names[0]: numbers(values, f"the {what}")}


def numbers(values: Any, what: str) -> np.ndarray:
    """Values as an array of numbers with a row per sample.

    :raises ValueError: for anything else: a data set or generator, texts, rows of different lengths, one number.
    """
    if not isinstance(values, np.ndarray) and not hasattr(values, "__array__") and not isinstance(values, (list, tuple)):
        raise ValueError(
            f"{what} are a {type(values).__name__}, and arrays are expected, a row per sample. Of a data set or loader give some rows: "
            "x, y = next(iter(dataset.unbatch().batch(20_000))) in TensorFlow, "
            "x, y = next(iter(torch.utils.data.DataLoader(dataset, batch_size=20_000))) in PyTorch"
        )
    array = np.asarray(values)
    if array.ndim == 0 or array.dtype.kind not in "biuf" and str(array.dtype) != "bfloat16":
        raise ValueError(f"{what} are of the type {array.dtype} and the shape {list(array.shape)}; numbers with a row per sample are expected")
    return array


def fitting(part: str, arrays: Mapping[str, np.ndarray], shapes: Mapping[str, Any], what: str) -> None:
    """Looks that rows have the shape that the model takes.

    :raises ValueError: naming both shapes, where they have not.
    """
    for name, array in arrays.items():
        wanted = [None, *list(shapes[name])[1:]]
        given = list(array.shape) if array.ndim > 1 else [len(array), 1]
        if len(given) != len(wanted) or any(size not in (None, length) for size, length in zip(wanted, given)):
            row = ", ".join(str(size or "any") for size in wanted[1:])
            raise ValueError(f"the {part} {what} {name!r} have the shape {list(array.shape)}, and the model takes [rows, {row}]")


def pair(given: Any, what: str) -> tuple[Any, Any]:
    """Inputs and targets of a part; what comes third, such as weights of samples, is left out.

    :raises ValueError: for anything but a tuple of two or three.
    """
    if isinstance(given, (tuple, list)) and len(given) in (2, 3):
        return given[0], given[1]
    raise ValueError(f"{what} is a {type(given).__name__}, and a pair (inputs, targets) is expected")


def rows(part: str, inputs: dict[str, np.ndarray], targets: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays of one part, under the names that they are filed by."""
    filed = {f"{part}.inputs.{name}": value for name, value in inputs.items()}
    return {**filed, **{f"{part}.targets.{name}": value for name, value in targets.items()}}
