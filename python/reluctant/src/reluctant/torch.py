"""Recorder of trainings of PyTorch."""

from __future__ import annotations

import contextlib
import os
import time
from typing import Any, Iterator, Mapping

import numpy as np
import torch
from torch import nn

from ._folder import PATIENCE, Folder, named, numbers, pair, rows, thinned
from ._looks import Thrift, first_line, rows_of_look, rows_to_look_at
from ._torch_graph import graph_of
from ._torch_layers import Unknown


class Watcher:
    """Records a training into a folder: the model before and after it, its history, a sample of its rows, and how weights, gradients
    and activations are spread after epochs.

    A context manager: the model is kept when it begins and when it ends. A model of layers that can be rebuilt elsewhere (linear,
    convolutional, recurrent, normalising, pooling and dropout layers, embeddings, activations, arithmetic and parts of them) is
    diagnosed as if it had been trained there; of another one history and statistics are kept, and ``notes`` says which layer is in the way. Looks are at 256 rows, and take at most
    a fiftieth of the time: every epoch is looked at where epochs are long, fewer where they are short, and the last one of a model that
    cannot be rebuilt.

    :param model: the module; one that gives a dictionary has a head per key, another the only head ``output``.
    :param folder: where to write; must not hold a run already.
    :param inputs: what the module takes: a tensor, or one per argument by name. At most 20,000 evenly spaced rows are kept,
        and 64 MB.
    :param targets: one tensor, or one per head by name.
    :param losses: the loss of the only head, or one per head: instances of ``torch.nn`` losses, or their names.
    :param optimizer: as it trains; its class and learning rate are recorded.
    :param validation: ``(inputs, targets)`` that are not trained on.
    :param loss_weights: by head, where the losses are weighed.
    :param batch_size: rows per step.
    :param statistics: whether weights, gradients and activations are looked at.
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
        statistics: bool = True,
    ) -> None:
        if not isinstance(model, nn.Module):
            theirs = "; reluctant.keras.Callback records models of Keras" if hasattr(model, "compute_loss") else ""
            raise TypeError(f"the model comes first, a torch.nn.Module; {type(model).__name__} was given{theirs}")
        self._model, self._optimizer, self._batch_size = model, optimizer, batch_size
        self._loss_weights = dict(loss_weights) if loss_weights else None
        self._history: list[dict[str, float]] = []
        self.notes: list[str] = []
        names = list(inputs) if isinstance(inputs, Mapping) else ["input"]
        given = inputs if isinstance(inputs, Mapping) else {"input": inputs}
        sample = {name: _first(one, name) for name, one in given.items()}
        predicted = _predicted(model, sample, isinstance(inputs, Mapping))
        heads = list(predicted) if isinstance(predicted, Mapping) else ["output"]
        if isinstance(losses, Mapping) and set(losses) != set(heads):
            raise ValueError(f"losses are of {sorted(losses)}, and the model gives {sorted(heads)}")
        by_head = {head: losses[head] if isinstance(losses, Mapping) else losses for head in heads}
        _check_log_probabilities(predicted, by_head)
        self._losses = {head: _loss_name(loss) for head, loss in by_head.items()}
        for head, loss in by_head.items():
            self.notes += _loss_notes(head, loss)
        unknown = sorted(set(self._loss_weights or {}) - set(heads))
        if unknown:
            raise ValueError(f"there are loss_weights of {unknown}, and the model gives {sorted(heads)}")
        if optimizer is not None and not isinstance(optimizer, torch.optim.Optimizer):
            raise TypeError(f"the optimizer is of the type {type(optimizer).__name__}; one instance of torch.optim.Optimizer is expected, of several the one of the weights in question")
        self.notes += _optimizer_notes(optimizer) if optimizer else []
        self._folder = Folder(folder)
        kept = thinned("training", _arrays(inputs, names, "inputs"), _arrays(targets, heads, "targets"), self.notes)
        arrays = rows("training", *kept)
        if validation is not None:
            x, y = pair(validation, "validation")
            held = (_arrays(x, names, "inputs"), _arrays(y, heads, "targets"))
            arrays |= rows("validation", *thinned("validation", *held, self.notes))
        self._folder.arrays("data.npz", arrays)
        self._statistics: list[dict[str, Any]] = []
        self._look: _Look | None = None
        if statistics:
            try:
                self._look = _Look(model, kept, losses, self._loss_weights or {}, isinstance(inputs, Mapping))
            except ValueError as error:
                self._note_blind(error)
        self._started = time.perf_counter()
        try:
            fitting = {name: _fitting(one, model) for name, one in sample.items()}
            self._graph = graph_of(model, fitting, heads, _without_dropout)
        except Unknown as error:
            self._graph = None
            self.notes.append(f"the model cannot be rebuilt: {error}")
        else:
            self.notes += self._graph["notes"]
            self._folder.json("graph.json", {key: self._graph[key] for key in ("inputs", "nodes", "outputs")})
            self._keep_weights("initial.npz")
        self._write("running")
        self._thrift = Thrift()

    def epoch(self, **numbers: float) -> None:
        """Adds an epoch to the history: ``loss``, ``val_loss``, and ``<head>_loss`` of several heads, as Keras names them."""
        self._history.append({"epoch": len(self._history), **{name: _one_number(name, one) for name, one in numbers.items()}})
        if self._look and self._thrift.is_due():
            self._take_look()
        if time.perf_counter() - self._written > PATIENCE:
            self._write("running")

    def _take_look(self) -> None:
        try:
            with self._thrift:
                self._statistics += self._look.rows(len(self._history) - 1)
        except Exception as error:  # a training does not end because it is looked at
            self._note_blind(error)

    def _note_blind(self, error: Exception) -> None:
        self.notes.append(f"weights and gradients by epoch are not recorded: {first_line(error)}")
        self._look = None

    def close(self) -> None:
        """Keeps the model as it is now, and ends the record."""
        self._end("finished")

    def _end(self, status: str) -> None:
        if self._graph is not None:
            self._keep_weights("weights.npz")
        elif self._look and self._history and (not self._statistics or self._statistics[-1]["epoch"] < len(self._history) - 1):
            # All that is known of such a model is what was seen of it.
            self._take_look()
        self._write(status)

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        # A training that an exception ended did not come to its end.
        self._end("finished" if kind is None else "stopped")

    def _keep_weights(self, name: str) -> None:
        arrays: dict[str, np.ndarray] = {}
        for node, read in self._graph["weights"].items():
            for part, value in read().items():
                arrays[f"{node}/{part}"] = value.detach().cpu().numpy()
        self._folder.arrays(name, arrays)

    def _write(self, status: str) -> None:
        self._written = time.perf_counter()
        said: dict[str, Any] = {"losses": self._losses, "batchSize": self._batch_size, "notes": self.notes}
        if self._history:
            said["epochs"] = len(self._history)
        if self._loss_weights:
            said["lossWeights"] = self._loss_weights
        if self._optimizer is not None:
            said["optimizer"] = _optimizer(self._optimizer)
        if self._statistics:
            self._folder.json("statistics.json", self._statistics)
        self._folder.recording("torch", said)
        self._folder.record(
            status=status,
            history=self._history,
            options={"losses": self._losses, "batchSize": self._batch_size},
            seconds=time.perf_counter() - self._started,
            versions={"torch": torch.__version__},
        )


class _Look:
    """Weights, gradients and activations of a module on some rows, without dropout, and without a change of the training."""

    def __init__(self, model: nn.Module, kept: tuple, losses: Any, loss_weights: Mapping[str, float], by_name: bool) -> None:
        self._model, self._weights, self._by_name = model, loss_weights, by_name
        inputs, self._targets = kept
        self._losses = {head: _loss(losses[head] if isinstance(losses, Mapping) else losses) for head in self._targets}
        self._inputs = {name: torch.as_tensor(values) for name, values in inputs.items()}
        self._seen: dict[str, torch.Tensor] = {}
        self._chosen: np.ndarray | None = None

    def rows(self, epoch: int) -> list[dict[str, Any]]:
        if self._chosen is None:
            self._watched(np.arange(1), with_gradients=False)
            self._chosen = rows_to_look_at(len(next(iter(self._inputs.values()))), sum(one.numel() for one in self._seen.values()))
        given, gradients = self._watched(self._chosen, with_gradients=True)
        weights = {name: one for name, one in self._model.named_parameters() if one.requires_grad}
        return rows_of_look(
            epoch,
            {name: _numbers(one) for name, one in weights.items()},
            {name: None if one is None else _numbers(one) for name, one in zip(weights, gradients)},
            [(name, _numbers(one)) for name, one in self._seen.items()],
            [(head, _numbers(one)) for head, one in given.items()],
        )

    def _watched(self, chosen: np.ndarray, with_gradients: bool) -> tuple[dict[str, torch.Tensor], tuple]:
        model, self._seen = self._model, {}
        weights = [one for one in model.parameters() if one.requires_grad]
        x = {name: _fitting(values[chosen], model) for name, values in self._inputs.items()}
        hooks = [
            module.register_forward_hook(lambda _, __, given, name=name: self._see(name, given))
            for name, module in model.named_modules()
            if name and not list(module.children())
        ]
        try:
            with _without_dropout(model), torch.enable_grad():
                given = model(**x) if self._by_name else model(*x.values())
                heads = dict(given) if isinstance(given, Mapping) else {next(iter(self._targets)): given}
                if not with_gradients or not weights:
                    return heads, ()
                terms = [
                    self._weights.get(head, 1.0) * self._losses[head](heads[head], _fitting(torch.as_tensor(values[chosen]), model))
                    for head, values in self._targets.items()
                ]
                return heads, torch.autograd.grad(sum(terms), weights, allow_unused=True)
        finally:
            for hook in hooks:
                hook.remove()

    def _see(self, name: str, given: Any) -> None:
        if isinstance(given, torch.Tensor) and given.is_floating_point() and name not in self._seen:
            self._seen[name] = given.detach()


def _one_number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} of an epoch is {type(value).__name__}; one number is expected, such as the mean over the epoch's batches") from error


def _numbers(tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().to("cpu", torch.float32).numpy()


def _fitting(values: torch.Tensor, model: nn.Module) -> torch.Tensor:
    """On the device of the model, and in its precision."""
    like = next((one for one in model.parameters() if one.is_floating_point()), torch.empty(0))
    return values.to(like.device, like.dtype) if values.is_floating_point() else values.to(like.device)


def _loss(loss: Any) -> Any:
    """A loss that can be computed; of a name, the one that PyTorch has under it."""
    if not isinstance(loss, str):
        return loss
    found = getattr(nn, loss, None)
    if found is None:
        raise ValueError(f"torch.nn has no loss {loss!r}; give the loss itself")
    return found()


def _first(values: Any, name: str) -> torch.Tensor:
    given = values if isinstance(values, torch.Tensor) and values.ndim > 0 else numbers(values, f"the inputs {name!r}")
    return torch.as_tensor(given[:2])


def _arrays(values: Any, names: list[str], what: str) -> dict[str, np.ndarray]:
    def array(one: Any) -> np.ndarray:
        if not isinstance(one, torch.Tensor):
            return one
        # NumPy has no bfloat16; whole numbers stay what they are, which losses of classes ask for.
        return (one.float() if one.dtype is torch.bfloat16 else one).detach().cpu().numpy()

    if isinstance(values, (list, tuple)) and len(names) > 1:
        values = dict(zip(names, values)) if len(values) == len(names) else values
    given = {key: array(one) for key, one in values.items()} if isinstance(values, Mapping) else array(values)
    return named(given, names, what)


def _call(model: nn.Module, sample: dict[str, torch.Tensor], by_name: bool) -> Any:
    moved = {name: _fitting(one, model) for name, one in sample.items()}
    with _without_dropout(model), torch.no_grad():
        return model(**moved) if by_name else model(*moved.values())


@contextlib.contextmanager
def _without_dropout(model: nn.Module) -> Iterator[None]:
    """The module as it predicts; afterwards every part trains or not as it did before."""
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


def _predicted(model: nn.Module, sample: dict[str, torch.Tensor], by_name: bool) -> Any:
    """What the model gives: a tensor, or one by head."""
    try:
        given = _call(model, sample, by_name)
    except Exception as error:
        shapes = {name: [None, *one.shape[1:]] for name, one in sample.items()}
        raise ValueError(f"the model cannot be called with these inputs, of the shapes {shapes}: {first_line(error)}") from error
    if isinstance(given, (Mapping, torch.Tensor)):
        return given
    raise ValueError(f"the model gives {type(given).__name__}; a tensor, or a dictionary of tensors by head, is expected")


def _loss_name(loss: Any) -> Any:
    if isinstance(loss, str):
        return loss
    name = type(loss).__name__ if isinstance(loss, nn.Module) else getattr(loss, "__name__", str(loss))
    config = {"delta": getattr(loss, "delta", getattr(loss, "beta", None)), "label_smoothing": getattr(loss, "label_smoothing", None)}
    said = {key: float(value) for key, value in config.items() if value}
    return {"class_name": name, "config": said} if said else name


def _loss_notes(head: str, loss: Any) -> list[str]:
    """What of a loss a diagnosis elsewhere does not know of."""
    usual = {"weight": None, "pos_weight": None, "ignore_index": -100, "reduction": "mean"}
    own = {key: getattr(loss, key, value) for key, value in usual.items()}
    others = [key for key, value in usual.items() if own[key] is not value and own[key] != value]
    return [f"{', '.join(others)} of the loss {type(loss).__name__} of {head} is left out"] if others else []


def _optimizer(optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """An optimiser under the names that Keras has for its settings."""
    group, kind = optimizer.param_groups[0], type(optimizer).__name__
    first, second = group.get("betas") or (None, None)
    config = {"momentum": group.get("momentum"), "beta_1": first, "beta_2": second, "epsilon": group.get("eps"), "amsgrad": group.get("amsgrad")}
    if kind == "AdamW":
        config["weight_decay"] = group.get("weight_decay")
    if kind == "RMSprop":
        config["rho"] = group.get("alpha")
    return {"class_name": kind, "config": {"learning_rate": float(group["lr"]), **{key: value for key, value in config.items() if value}}}


def _optimizer_notes(optimizer: torch.optim.Optimizer) -> list[str]:
    groups, kind = optimizer.param_groups, type(optimizer).__name__
    settings = {str({key: value for key, value in one.items() if key != "params"}) for one in groups}
    notes = [f"{len(groups)} groups of weights have settings of their own: those of the first are taken for all"] if len(settings) > 1 else []
    if groups[0].get("weight_decay") and kind != "AdamW":
        notes.append(f"weight_decay of {kind} is left out ({groups[0]['weight_decay']})")
    return notes


def _check_log_probabilities(given: Any, losses: Mapping[str, Any]) -> None:
    """NLLLoss takes what it is given for logarithms of probabilities, whatever it is."""
    for head, loss in losses.items():
        one = given[head] if isinstance(given, Mapping) else given
        if isinstance(loss, nn.NLLLoss) and one.ndim > 1 and not torch.allclose(one.exp().sum(1), torch.ones(()).to(one), atol=1e-3):
            raise ValueError(f"NLLLoss of {head} expects logarithms of probabilities, and the model gives none: end it with log_softmax(x, dim=1), or use CrossEntropyLoss")
