"""Recorder of trainings of PyTorch."""

from __future__ import annotations

import operator
import os
import time
from typing import Any, Mapping

import numpy as np
import torch
from torch import fx, nn

from ._folder import Folder, named, rows


class Watcher:
    """Records a training into a folder: the model before and after it, its history, and a sample of its rows.

    A context manager: the model is kept when it begins and when it ends. A model of layers that can be rebuilt elsewhere (linear,
    normalising and dropout layers, activations, sums and concatenations of them) is diagnosed as if it had been trained there; of
    another one the history alone is kept, and ``notes`` says which layer is in the way.

    :param model: the module; one that gives a dictionary has a head per key, another the only head ``output``.
    :param folder: where to write; must not hold a run already.
    :param inputs: what the module takes: a tensor, or one per argument by name. At most 20,000 evenly spaced rows are kept.
    :param targets: one tensor, or one per head by name.
    :param losses: the loss of the only head, or one per head: instances of ``torch.nn`` losses, or their names.
    :param optimizer: as it trains; its class and learning rate are recorded.
    :param validation: ``(inputs, targets)`` that are not trained on.
    :param loss_weights: by head, where the losses are weighed.
    :param batch_size: rows per step.
    :raises FileExistsError: where the folder holds a run.
    :raises ValueError: for rows, heads or losses that do not fit each other.
    """

    def __init__(
        self,
        model: nn.Module,
        folder: str | os.PathLike[str],
        *,
        inputs: Any,
        targets: Any,
        losses: Any,
        optimizer: torch.optim.Optimizer | None = None,
        validation: tuple[Any, Any] | None = None,
        loss_weights: Mapping[str, float] | None = None,
        batch_size: int = 32,
    ) -> None:
        self._model, self._optimizer, self._batch_size = model, optimizer, batch_size
        self._loss_weights = dict(loss_weights) if loss_weights else None
        self._history: list[dict[str, float]] = []
        self.notes: list[str] = []
        names = list(inputs) if isinstance(inputs, Mapping) else ["input"]
        sample = {name: _first(one) for name, one in (inputs if isinstance(inputs, Mapping) else {"input": inputs}).items()}
        heads = _heads(model, sample, isinstance(inputs, Mapping))
        if isinstance(losses, Mapping) and set(losses) != set(heads):
            raise ValueError(f"losses are of {sorted(losses)}, and the model gives {sorted(heads)}")
        self._losses = {head: _loss_name(losses[head] if isinstance(losses, Mapping) else losses) for head in heads}
        self._folder = Folder(folder)
        arrays = rows("training", _arrays(inputs, names, "inputs"), _arrays(targets, heads, "targets"))
        if validation is not None:
            held = rows("validation", _arrays(validation[0], names, "inputs"), _arrays(validation[1], heads, "targets"))
            arrays |= held
        self._folder.arrays("data.npz", arrays)
        self._started = time.perf_counter()
        try:
            self._graph = _graph(model, sample, heads)
        except Unknown as error:
            self._graph = None
            self.notes.append(f"the model cannot be rebuilt: {error}")
        else:
            self._folder.json("graph.json", {key: value for key, value in self._graph.items() if key != "modules"})
            self._keep_weights("initial.npz")
        self._write("running")

    def epoch(self, **numbers: float) -> None:
        """Adds an epoch to the history: ``loss``, ``val_loss``, and ``<head>_loss`` of several heads, as Keras names them."""
        self._history.append({"epoch": len(self._history), **{name: float(one) for name, one in numbers.items()}})

    def close(self) -> None:
        """Keeps the model as it is now, and ends the record."""
        self._end("finished")

    def _end(self, status: str) -> None:
        if self._graph is not None:
            self._keep_weights("weights.npz")
        self._write(status)

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        # A training that an exception ended did not come to its end.
        self._end("finished" if kind is None else "stopped")

    def _keep_weights(self, name: str) -> None:
        arrays: dict[str, np.ndarray] = {}
        for node, module in self._graph["modules"].items():
            for part, value in _weights(module).items():
                arrays[f"{node}/{part}"] = value.detach().cpu().numpy()
        self._folder.arrays(name, arrays)

    def _write(self, status: str) -> None:
        said: dict[str, Any] = {"losses": self._losses, "batchSize": self._batch_size, "notes": self.notes}
        if self._history:
            said["epochs"] = len(self._history)
        if self._loss_weights:
            said["lossWeights"] = self._loss_weights
        if self._optimizer is not None:
            group = self._optimizer.param_groups[0]
            said["optimizer"] = {
                "class_name": type(self._optimizer).__name__,
                "config": {"learning_rate": float(group["lr"]), "momentum": group.get("momentum") or None},
            }
        self._folder.recording("torch", said)
        self._folder.record(
            status=status,
            history=self._history,
            options={"losses": self._losses, "batchSize": self._batch_size},
            seconds=time.perf_counter() - self._started,
            versions={"torch": torch.__version__},
        )


class Unknown(Exception):
    """A part of a model that has no counterpart elsewhere."""


def _first(values: Any) -> torch.Tensor:
    return torch.as_tensor(np.asarray(values[:2].cpu() if isinstance(values, torch.Tensor) else values[:2]), dtype=torch.float32)


def _arrays(values: Any, names: list[str], what: str) -> dict[str, np.ndarray]:
    def array(one: Any) -> np.ndarray:
        return one.detach().cpu().numpy() if isinstance(one, torch.Tensor) else np.asarray(one)

    given = {key: array(one) for key, one in values.items()} if isinstance(values, Mapping) else array(values)
    return named(given, names, what)


def _call(model: nn.Module, sample: dict[str, torch.Tensor], by_name: bool) -> Any:
    device = next((one.device for one in model.parameters()), torch.device("cpu"))
    moved = {name: one.to(device) for name, one in sample.items()}
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return model(**moved) if by_name else model(*moved.values())
    finally:
        model.train(training)


def _heads(model: nn.Module, sample: dict[str, torch.Tensor], by_name: bool) -> list[str]:
    given = _call(model, sample, by_name)
    if isinstance(given, Mapping):
        return list(given)
    if isinstance(given, torch.Tensor):
        return ["output"]
    raise ValueError(f"the model gives {type(given).__name__}; a tensor, or a dictionary of tensors by head, is expected")


def _loss_name(loss: Any) -> Any:
    if isinstance(loss, str):
        return loss
    name = type(loss).__name__ if isinstance(loss, nn.Module) else getattr(loss, "__name__", str(loss))
    delta = getattr(loss, "delta", getattr(loss, "beta", None))
    return name if delta is None else {"class_name": name, "config": {"delta": float(delta)}}


_ACTIVATIONS = {
    nn.ReLU: "relu",
    nn.Sigmoid: "sigmoid",
    nn.Tanh: "tanh",
    nn.Softplus: "softplus",
    nn.SELU: "selu",
    nn.SiLU: "swish",
    nn.Identity: "linear",
}
_FUNCTIONS = {
    torch.relu: "relu",
    nn.functional.relu: "relu",
    torch.sigmoid: "sigmoid",
    nn.functional.sigmoid: "sigmoid",
    torch.tanh: "tanh",
    nn.functional.tanh: "tanh",
    nn.functional.softplus: "softplus",
    nn.functional.selu: "selu",
    nn.functional.silu: "swish",
}


def _weights(module: nn.Module) -> dict[str, torch.Tensor]:
    """Weights under the names and in the shapes that Keras has for them."""
    if isinstance(module, nn.Linear):
        kernel = {"kernel": module.weight.T}
        return kernel if module.bias is None else {**kernel, "bias": module.bias}
    if isinstance(module, nn.BatchNorm1d):
        moving = {"moving_mean": module.running_mean, "moving_variance": module.running_var}
        return {"gamma": module.weight, "beta": module.bias, **moving}
    if isinstance(module, nn.LayerNorm):
        return {"gamma": module.weight, "beta": module.bias}
    return {}


def _layer(module: nn.Module) -> dict[str, Any]:
    """What a module computes, in words that are known elsewhere."""
    for kind, activation in _ACTIVATIONS.items():
        if isinstance(module, kind):
            return {"kind": "activation", "activation": activation}
    if isinstance(module, nn.Softmax) and module.dim in (-1, 1):
        return {"kind": "activation", "activation": "softmax"}
    if isinstance(module, nn.Linear):
        return {"kind": "dense", "units": module.out_features, "bias": module.bias is not None}
    if isinstance(module, nn.LeakyReLU):
        return {"kind": "leakyReLU", "alpha": module.negative_slope}
    if isinstance(module, nn.ELU):
        return {"kind": "elu", "alpha": module.alpha}
    if isinstance(module, nn.Dropout):
        return {"kind": "dropout", "rate": module.p}
    if isinstance(module, nn.Flatten) and module.start_dim == 1:
        return {"kind": "flatten"}
    if isinstance(module, nn.BatchNorm1d) and module.affine and module.track_running_stats and module.momentum is not None:
        return {"kind": "batchNormalization", "epsilon": module.eps, "momentum": 1 - module.momentum}
    if isinstance(module, nn.LayerNorm) and module.elementwise_affine and len(module.normalized_shape) == 1:
        return {"kind": "layerNormalization", "epsilon": module.eps}
    raise Unknown(f"a layer {type(module).__name__} has no counterpart")


def _function(node: fx.Node) -> dict[str, Any]:
    if node.target in _FUNCTIONS and len(node.args) == 1:
        return {"kind": "activation", "activation": _FUNCTIONS[node.target]}
    if node.target in (operator.add, torch.add) and all(isinstance(one, fx.Node) for one in node.args):
        return {"kind": "add"}
    if node.target in (torch.cat, torch.concat) and _axis(node) in (-1, 1):
        return {"kind": "concatenate"}
    if node.target is torch.flatten and (node.args[1:] or (node.kwargs.get("start_dim"),))[0] == 1:
        return {"kind": "flatten"}
    raise Unknown(f"the operation {getattr(node.target, '__name__', node.target)} has no counterpart")


def _axis(node: fx.Node) -> Any:
    return node.args[1] if len(node.args) > 1 else node.kwargs.get("dim", 0)


_METHODS = {"relu": "relu", "sigmoid": "sigmoid", "tanh": "tanh"}


def _graph(model: nn.Module, sample: dict[str, torch.Tensor], heads: list[str]) -> dict[str, Any]:
    """What the model computes, layer by layer, as ``torch.fx`` traces it."""
    try:
        traced = fx.symbolic_trace(model)
    except Exception as error:
        raise Unknown(f"it cannot be traced ({str(error).splitlines()[0]})") from error
    modules = dict(traced.named_modules())
    graph: dict[str, Any] = {"inputs": [], "nodes": [], "outputs": {}, "modules": {}}
    shapes = iter(sample.items())
    for node in traced.graph.nodes:
        if node.op == "placeholder":
            name, one = next(shapes, (None, None))
            if one is None:
                raise Unknown(f"the argument {node.name} was not given")
            one = sample.get(node.target, one)
            graph["inputs"].append({"name": node.name, "shape": list(one.shape[1:])})
        elif node.op == "output":
            given = node.args[0]
            outputs = given if isinstance(given, Mapping) else {heads[0]: given}
            graph["outputs"] = {head: one.name for head, one in outputs.items()}
        elif node.op == "call_module":
            module = modules[node.target]
            if module in graph["modules"].values() and _weights(module):
                raise Unknown(f"the layer {node.target} is called twice")
            _add(graph, node, _layer(module))
            graph["modules"][node.name] = module
        elif node.op == "call_function":
            _add(graph, node, _function(node))
        elif node.op == "call_method" and node.target in _METHODS:
            _add(graph, node, {"kind": "activation", "activation": _METHODS[node.target]})
        else:
            raise Unknown(f"{node.op} {node.target} has no counterpart")
    return graph


def _add(graph: dict[str, Any], node: fx.Node, layer: dict[str, Any]) -> None:
    graph["nodes"].append({"name": node.name, "inputs": [one.name for one in node.all_input_nodes], **layer})
