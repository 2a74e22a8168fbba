"""Recorder of trainings of Keras 3."""

from __future__ import annotations

import json
import math
import os
import time
import zipfile
from typing import Any

import keras
import numpy as np

from ._folder import PATIENCE, Folder, fitting, named, numbers, pair, rows, thinned
from ._looks import Thrift, first_line, rows_of_look, rows_to_look_at


class Callback(keras.callbacks.Callback):
    """Records a training into a folder: the model before and after it, its history, a sample of its rows, and how weights, gradients
    and activations are spread after epochs.

    The cost is that of saving the model twice, of a few numbers per epoch, and of looks at 256 rows that take at most a fiftieth of
    the time: every epoch is looked at where epochs are long, fewer where they are short.

    :param folder: where to write; must not hold a run already.
    :param x: inputs that ``fit`` trains on, in the form that it takes them; at most 20,000 evenly spaced rows are kept, and 64 MB.
    :param y: targets.
    :param validation_data: ``(x, y)`` that ``fit`` validates on.
    :param statistics: whether weights, gradients and activations are looked at.
    :raises FileExistsError: where the folder holds a run.
    :raises ValueError: for rows that do not have the model's inputs and outputs, and for a model that is no graph of layers, when the
        training begins.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        x: Any,
        y: Any,
        validation_data: tuple | None = None,
        *,
        statistics: bool = True,
    ) -> None:
        super().__init__()
        self._folder = Folder(folder)
        held = None if validation_data is None else pair(validation_data, "validation_data")
        self._rows = (x, y, held)
        self._history: list[dict[str, float]] = []
        self._statistics: list[dict[str, Any]] = []
        self._is_looking = statistics
        self._look: _Look | None = None
        self._notes: list[str] = []
        self._compiled: dict[str, Any] = {}
        self._started = self._written = 0.0

    def on_train_begin(self, logs: dict | None = None) -> None:
        if self._started:
            raise ValueError(f"this callback has recorded a training into {self._folder.place}; make one for every call of fit")
        self._started = time.perf_counter()
        _see_layers(self.model, self._rows[0])
        self._keep_model("initial.keras")
        self._compiled = _compiled(self._folder.place / "initial.keras")
        x, y, held = self._rows
        inputs = _names(self.model, "_inputs_struct", [one.name for one in self.model.inputs])
        heads = _names(self.model, "_outputs_struct", _output_names(self.model))
        taken = {name: one.shape for name, one in zip(inputs, self.model.inputs)}

        def part(name: str, x: Any, y: Any) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
            given = named(x, inputs, "inputs")
            fitting(name, given, taken, "inputs")
            return thinned(name, given, named(y, heads, "targets"), self._notes)

        kept = part("training", x, y)
        arrays = rows("training", *kept)
        if held is not None:
            arrays |= rows("validation", *part("validation", *held))
        self._folder.arrays("data.npz", arrays)
        self._rows = ()
        self._begin_looking(kept)
        self._write("running")
        self._thrift = Thrift()

    def _begin_looking(self, kept: tuple[dict[str, np.ndarray], dict[str, np.ndarray]]) -> None:
        if not self._is_looking:
            return
        try:
            self._look = _Look(self.model, *kept)
        except Exception as error:
            self._notes.append(f"weights and gradients by epoch are not recorded: {first_line(error)}")

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._history.append({"epoch": epoch, **{name: float(value) for name, value in (logs or {}).items()}})
        if self._look and self._thrift.is_due():
            self._take(epoch)
        if time.perf_counter() - self._written > PATIENCE:
            self._write("running")

    def _take(self, epoch: int) -> None:
        try:
            with self._thrift:
                self._statistics += self._look.rows(epoch)
        except Exception as error:  # a training does not end because it is looked at
            self._notes.append(f"weights and gradients by epoch are not recorded: {first_line(error)}")
            self._look = None

    def on_train_end(self, logs: dict | None = None) -> None:
        self._keep_model("model.keras")
        is_whole = bool(self._history) and self._history[-1]["epoch"] + 1 == self.params.get("epochs")
        self._write("finished" if is_whole else "stopped")

    def _keep_model(self, name: str) -> None:
        draft = self._folder.place / f"draft-{name}"
        self.model.save(draft)
        self._folder.adopt(name, draft)

    def _write(self, status: str) -> None:
        self._written = time.perf_counter()
        compiled = self._compiled
        said = {
            "losses": compiled.get("loss"),
            "lossWeights": compiled.get("loss_weights"),
            "optimizer": compiled.get("optimizer"),
            "epochs": self.params.get("epochs"),
            "batchSize": self.params.get("batch_size") or 32,
            "notes": self._notes + (self._look.notes if self._look else []),
        }
        if self._statistics:
            self._folder.json("statistics.json", self._statistics)
        self._folder.recording("keras", {key: value for key, value in said.items() if value is not None})
        self._folder.record(
            status=status,
            history=self._history,
            options={"losses": _words(compiled.get("loss")), "batchSize": said["batchSize"], "epochs": said["epochs"]},
            seconds=time.perf_counter() - self._started,
            versions={"keras": keras.__version__, "backend": keras.backend.backend()},
        )


class _Look:
    """Weights, gradients and activations of a model on some rows, without dropout, and without a change of the training."""

    def __init__(self, model: keras.Model, inputs: dict[str, np.ndarray], targets: dict[str, np.ndarray]) -> None:
        self._model = model
        self.notes: list[str] = []
        layers = {layer.name: output for layer in model.layers for output in [_output(layer)] if output is not None}
        per_row = sum(math.prod(size or 1 for size in one.shape[1:]) for one in layers.values())
        chosen = rows_to_look_at(len(next(iter(inputs.values()))), per_row)
        taken, given = _structure(model, "inputs"), _structure(model, "outputs")
        self._x = _as_taken(taken, {name: values[chosen] for name, values in inputs.items()})
        self._y = _as_taken(given, {name: values[chosen] for name, values in targets.items()})
        self._heads = list(targets)
        self._inner = keras.Model(taken, {"layers": layers, "outputs": given})
        self._gradients = _GRADIENTS.get(keras.backend.backend())
        if self._gradients is None:
            self.notes.append(f"gradients by epoch are not recorded with the backend {keras.backend.backend()}")

    def rows(self, epoch: int) -> list[dict[str, Any]]:
        model = self._model
        # The loss is that of the model itself, which counts what it is asked for; its counts are put back.
        counts = [(one, keras.ops.convert_to_numpy(one.value)) for metric in model.metrics for one in metric.variables]
        seen: dict[str, Any] = {}

        def loss() -> Any:
            seen.update(self._inner(self._x, training=False))
            return model.compute_loss(x=self._x, y=self._y, y_pred=seen["outputs"], training=False)

        weights = model.trainable_variables
        if self._gradients:
            found = self._gradients(loss, weights)
        else:
            seen.update(self._inner(self._x, training=False))
            found = []
        for one, value in counts:
            one.assign(value)
        names = [one.path for one in weights]
        return rows_of_look(
            epoch,
            {name: _numbers(one.value) for name, one in zip(names, weights)},
            {name: None if one is None else _numbers(one) for name, one in zip(names, found)},
            [(name, _numbers(one)) for name, one in seen["layers"].items()],
            [(name, _numbers(one)) for name, one in zip(self._heads, self._outputs(seen["outputs"]))],
        )

    def _outputs(self, given: Any) -> list[Any]:
        if isinstance(given, dict):
            return [given[head] for head in self._heads]
        return list(given) if isinstance(given, (list, tuple)) else [given]


def _of_tensorflow(loss: Any, weights: list[Any]) -> list[Any]:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        total = loss()
    return [one if one is None else tf.convert_to_tensor(one) for one in tape.gradient(total, weights)]


def _of_torch(loss: Any, weights: list[Any]) -> list[Any]:
    import torch

    return list(torch.autograd.grad(loss(), [one.value for one in weights], allow_unused=True))


#: How gradients are taken, by backend. In JAX a loss that counts what it is asked for cannot be traced.
_GRADIENTS = {"tensorflow": _of_tensorflow, "torch": _of_torch}


def _numbers(tensor: Any) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor)


def _output(layer: keras.Layer) -> Any:
    """What a layer gives, if it is one tensor of numbers and the layer is called once."""
    if isinstance(layer, keras.layers.InputLayer):
        return None
    try:
        given = layer.output
    except (AttributeError, ValueError):
        return None
    return given if keras.backend.is_keras_tensor(given) and "float" in str(given.dtype) else None


def _as_taken(structure: Any, arrays: dict[str, np.ndarray]) -> Any:
    """Arrays in the structure that the model takes or gives."""
    if isinstance(structure, dict):
        return {name: arrays[name] for name in structure}
    values = list(arrays.values())
    return values if isinstance(structure, (list, tuple)) and len(values) > 1 else values[0]


def _see_layers(model: keras.Model, x: Any) -> None:
    """Builds a Sequential model that has not seen rows yet, as ``fit`` would with the first of them.

    :raises ValueError: for a model of which nobody but its own code knows how its layers are connected.
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"{type(model).__name__} is no model of Keras 3; reluctant.torch.Watcher records modules of PyTorch")
    if isinstance(model, keras.Sequential) and not model.built:
        model.build((None, *numbers(x, "the inputs").shape[1:]))
    if not hasattr(model, "inputs"):
        raise ValueError(
            f"{type(model).__name__} computes its outputs in code of its own, which a diagnosis cannot look into; "
            "a Sequential model, or keras.Model(inputs, outputs), is expected"
        )


def _structure(model: keras.Model, which: str) -> Any:
    """Inputs or outputs as the model takes or gives them: a dictionary, a list or a tensor."""
    ends = getattr(model, f"_{which}_struct", None)
    if ends is not None:
        return ends
    listed = getattr(model, which)
    return listed[0] if len(listed) == 1 else listed


def _names(model: keras.Model, structure: str, names: list[str]) -> list[str]:
    """The keys of a dictionary of inputs or outputs, by which Keras takes rows; else the names of their layers."""
    ends = getattr(model, structure, None)
    return list(ends) if isinstance(ends, dict) else names


def _output_names(model: keras.Model) -> list[str]:
    """Names of the outputs; a Sequential model has none, and is called by its last layer."""
    return list(getattr(model, "output_names", None) or [model.layers[-1].name])


def _compiled(file: os.PathLike[str]) -> dict[str, Any]:
    with zipfile.ZipFile(file) as archive:
        return json.loads(archive.read("config.json")).get("compile_config") or {}


def _words(loss: Any) -> Any:
    if isinstance(loss, dict) and "class_name" not in loss:
        return {head: _words(one) for head, one in loss.items()}
    return loss.get("class_name") if isinstance(loss, dict) else loss
