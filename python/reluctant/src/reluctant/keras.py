"""Recorder of trainings of Keras 3."""

from __future__ import annotations

import json
import os
import time
import zipfile
from typing import Any

import keras

from ._folder import Folder, named, rows


class Callback(keras.callbacks.Callback):
    """Records a training into a folder: the model before and after it, its history, and a sample of its rows.

    The cost is that of saving the model twice and of a few numbers per epoch.

    :param folder: where to write; must not hold a run already.
    :param x: inputs that ``fit`` trains on, in the form that it takes them; at most 20,000 evenly spaced rows are kept.
    :param y: targets.
    :param validation_data: ``(x, y)`` that ``fit`` validates on.
    :raises FileExistsError: where the folder holds a run.
    :raises ValueError: for rows that do not have the model's inputs and outputs, when the training begins.
    """

    def __init__(self, folder: str | os.PathLike[str], x: Any, y: Any, validation_data: tuple | None = None) -> None:
        super().__init__()
        self._folder = Folder(folder)
        self._rows = (x, y, validation_data)
        self._history: list[dict[str, float]] = []
        self._started = 0.0

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._started = time.perf_counter()
        self._keep_model("initial.keras")
        x, y, held = self._rows
        inputs = _names(self.model, "_inputs_struct", [one.name for one in self.model.inputs])
        heads = _names(self.model, "_outputs_struct", list(self.model.output_names))
        arrays = rows("training", named(x, inputs, "inputs"), named(y, heads, "targets"))
        if held is not None:
            arrays |= rows("validation", named(held[0], inputs, "inputs"), named(held[1], heads, "targets"))
        self._folder.arrays("data.npz", arrays)
        self._write("running")

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._history.append({"epoch": epoch, **{name: float(value) for name, value in (logs or {}).items()}})

    def on_train_end(self, logs: dict | None = None) -> None:
        self._keep_model("model.keras")
        self._write("finished" if len(self._history) == self.params.get("epochs") else "stopped")

    def _keep_model(self, name: str) -> None:
        draft = self._folder.place / f"draft-{name}"
        self.model.save(draft)
        self._folder.adopt(name, draft)

    def _write(self, status: str) -> None:
        compiled = _compiled(self._folder.place / "initial.keras")
        said = {
            "losses": compiled.get("loss"),
            "lossWeights": compiled.get("loss_weights"),
            "optimizer": compiled.get("optimizer"),
            "epochs": self.params.get("epochs"),
            "batchSize": self.params.get("batch_size") or 32,
            "notes": [],
        }
        self._folder.recording("keras", {key: value for key, value in said.items() if value is not None})
        self._folder.record(
            status=status,
            history=self._history,
            options={"losses": _words(compiled.get("loss")), "batchSize": said["batchSize"], "epochs": said["epochs"]},
            seconds=time.perf_counter() - self._started,
            versions={"keras": keras.__version__, "backend": keras.backend.backend()},
        )


def _names(model: keras.Model, structure: str, names: list[str]) -> list[str]:
    """The keys of a dictionary of inputs or outputs, by which Keras takes rows; else the names of their layers."""
    ends = getattr(model, structure, None)
    return list(ends) if isinstance(ends, dict) else names


def _compiled(file: os.PathLike[str]) -> dict[str, Any]:
    with zipfile.ZipFile(file) as archive:
        return json.loads(archive.read("config.json")).get("compile_config") or {}


def _words(loss: Any) -> Any:
    if isinstance(loss, dict) and "class_name" not in loss:
        return {head: _words(one) for head, one in loss.items()}
    return loss.get("class_name") if isinstance(loss, dict) else loss
