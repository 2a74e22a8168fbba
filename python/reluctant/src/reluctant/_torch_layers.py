"""Layers of PyTorch in words that are known elsewhere: kinds, settings and weights as Keras has them, channels last."""

from __future__ import annotations

from typing import Any, Callable

import torch
from torch import nn
from torch.nn.utils.weight_norm import WeightNorm


class Unknown(Exception):
    """A part of a model that has no counterpart elsewhere."""


Weights = dict[str, torch.Tensor]
#: One layer: its kind and settings, and a function that gives its weights as they are then.
Layer = tuple[dict[str, Any], Callable[[], Weights]]

ACTIVATIONS = {
    nn.ReLU: "relu",
    nn.ReLU6: "relu6",
    nn.Sigmoid: "sigmoid",
    nn.Tanh: "tanh",
    nn.SELU: "selu",
    nn.SiLU: "swish",
    nn.Mish: "mish",
    nn.Softsign: "softsign",
    nn.LogSigmoid: "logSigmoid",
    nn.Identity: "linear",
}
CONVOLUTIONS = {nn.Conv1d: "conv1d", nn.Conv2d: "conv2d"}
POOLS = {nn.MaxPool1d: "maxPooling1d", nn.MaxPool2d: "maxPooling2d", nn.AvgPool1d: "averagePooling1d", nn.AvgPool2d: "averagePooling2d"}
RECURRENT = {nn.LSTM: "lstm", nn.GRU: "gru", nn.RNN: "simpleRNN"}


def nothing() -> Weights:
    return {}


def is_weight_normed(module: nn.Module) -> bool:
    """Whether weights are a length times a direction (``weight_norm``).

    :raises Unknown: for weights that are made in another way
    """
    parts = [part for one in getattr(module, "parametrizations", {}).values() for part in one]
    if any(type(part).__name__ != "_WeightNorm" for part in parts) or hasattr(module, "weight_orig"):
        raise Unknown(f"a layer {type(module).__name__} whose weights are made of others (spectral_norm, for one) has no counterpart")
    return bool(parts) or any(isinstance(hook, WeightNorm) for hook in module._forward_pre_hooks.values())


def _made(module: nn.Module) -> nn.Module:
    """A module whose weights are those of its parts now, and not at its last call."""
    for hook in module._forward_pre_hooks.values():
        if isinstance(hook, WeightNorm):
            hook(module, None)
    return module


def single(module: nn.Module) -> Layer:
    """A module that is one layer."""
    name = type(module).__name__
    for kind, activation in ACTIVATIONS.items():
        if isinstance(module, kind):
            return {"kind": "activation", "activation": activation}, nothing
    if isinstance(module, nn.Softplus) and module.beta == 1:
        return {"kind": "activation", "activation": "softplus"}, nothing
    if isinstance(module, nn.GELU):
        return {"kind": "activation", "activation": "gelu" if module.approximate == "none" else "gelu_new"}, nothing
    if isinstance(module, nn.Linear):
        settings = {"kind": "dense", "units": module.out_features, "bias": module.bias is not None}
        return settings, lambda: _present(kernel=_made(module).weight.T, bias=module.bias)
    if isinstance(module, nn.LeakyReLU):
        return {"kind": "leakyReLU", "alpha": module.negative_slope}, nothing
    if isinstance(module, nn.ELU):
        return {"kind": "elu", "alpha": module.alpha}, nothing
    if isinstance(module, (nn.Dropout, nn.Dropout1d, nn.Dropout2d)):
        return {"kind": "dropout", "rate": module.p}, nothing
    if isinstance(module, nn.Flatten) and module.start_dim == 1 and module.end_dim == -1:
        return {"kind": "flatten"}, nothing
    if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) and module.affine and module.track_running_stats and module.momentum is not None:
        settings = {"kind": "batchNormalization", "axis": 1, "epsilon": module.eps, "momentum": 1 - module.momentum}
        return settings, lambda: _present(
            gamma=module.weight, beta=module.bias, moving_mean=module.running_mean, moving_variance=module.running_var
        )
    if isinstance(module, nn.LayerNorm) and module.elementwise_affine and module.bias is not None and len(module.normalized_shape) == 1:
        return {"kind": "layerNormalization", "epsilon": module.eps}, lambda: _present(gamma=module.weight, beta=module.bias)
    if isinstance(module, nn.Embedding):
        if module.padding_idx is not None or module.max_norm is not None:
            raise Unknown(f"an {name} with padding_idx or max_norm has no counterpart")
        settings = {"kind": "embedding", "words": module.num_embeddings, "units": module.embedding_dim}
        return settings, lambda: {"embeddings": module.weight}
    raise Unknown(f"a layer {name} has no counterpart")


def convolution(module: nn.Module) -> tuple[list[dict[str, Any]], Layer]:
    """A convolution as a padding, where there is one, and a layer; both with channels last."""
    axes = len(module.kernel_size)
    if module.groups != 1 or module.padding_mode != "zeros":
        raise Unknown(f"a layer {type(module).__name__} with groups or a padding of other values has no counterpart")
    if any(one > 1 for one in module.stride) and any(one > 1 for one in module.dilation):
        raise Unknown(f"a layer {type(module).__name__} with both strides and dilation has no counterpart")
    spans = [step * (size - 1) for size, step in zip(module.kernel_size, module.dilation)]
    same = module.padding == "same"
    margins = [0] * axes if isinstance(module.padding, str) else [int(one) for one in module.padding]
    if not same and any(margins) and all(2 * one == span for one, span in zip(margins, spans)) and set(module.stride) == {1}:
        same, margins = True, [0] * axes
    settings = {
        "kind": next(kind for one, kind in CONVOLUTIONS.items() if isinstance(module, one)),
        "units": module.out_channels,
        "size": list(module.kernel_size),
        "strides": list(module.stride),
        "dilation": list(module.dilation),
        "padding": "same" if same else "valid",
        "bias": module.bias is not None,
    }
    padding = []
    if any(margins):
        padding = [{"kind": f"padding{axes}d", "size": margins}]
    # The kernel's own axes come first there, then what goes in, then what comes out.
    order = (*range(2, 2 + axes), 1, 0)
    return padding, (settings, lambda: _present(kernel=_made(module).weight.permute(order), bias=module.bias))


def pool(module: nn.Module) -> dict[str, Any]:
    """A pooling, with channels last."""

    def each(value: Any) -> list[int]:
        return [value] * (2 if type(module).__name__.endswith("2d") else 1) if isinstance(value, int) else list(value)

    if any(each(module.padding)) or module.ceil_mode or any(one != 1 for one in each(getattr(module, "dilation", 1))):
        raise Unknown(f"a layer {type(module).__name__} with padding, dilation or ceil_mode has no counterpart")
    return {"kind": POOLS[type(module)], "size": each(module.kernel_size), "strides": each(module.stride), "padding": "valid"}


def recurrences(module: nn.Module) -> list[Layer]:
    """The layers of an LSTM, GRU or RNN, and the dropout between them; each gives all steps."""
    name = type(module).__name__
    if not module.batch_first:
        raise Unknown(f"an {name} without batch_first has no counterpart")
    if getattr(module, "proj_size", 0):
        raise Unknown(f"an {name} with proj_size has no counterpart")
    layers: list[Layer] = []
    for place in range(module.num_layers):
        settings = {"kind": RECURRENT[type(module)], "units": module.hidden_size, "bias": bool(module.bias)}
        if isinstance(module, nn.RNN):
            settings["activation"] = module.nonlinearity
        if module.bidirectional:
            settings["bothWays"] = True
        layers.append((settings, _recurrent_weights(module, place)))
        if module.dropout > 0 and place + 1 < module.num_layers:
            layers.append(({"kind": "dropout", "rate": module.dropout}, nothing))
    return layers


def _recurrent_weights(module: nn.Module, place: int) -> Callable[[], Weights]:
    def gates(weight: torch.Tensor) -> torch.Tensor:
        # Reset, update, candidate there; update, reset, candidate here. The gates of an LSTM are in one order.
        if not isinstance(module, nn.GRU):
            return weight
        reset, update, candidate = weight.chunk(3)
        return torch.cat([update, reset, candidate])

    def part(way: str) -> Weights:
        of = lambda kind: gates(getattr(_made(module), f"{kind}_l{place}{way}"))  # noqa: E731
        weights = {"kernel": of("weight_ih").T, "recurrent_kernel": of("weight_hh").T}
        if module.bias:
            given, state = of("bias_ih"), of("bias_hh")
            # Two biases of which only the sum counts, but for the GRU, whose reset gate sees one of them.
            weights["bias"] = torch.stack([given, state]) if isinstance(module, nn.GRU) else given + state
        return weights

    def read() -> Weights:
        if not module.bidirectional:
            return part("")
        ways = (("forward", part("")), ("backward", part("_reverse")))
        return {f"{way}_{name}": value for way, weights in ways for name, value in weights.items()}

    return read


def _present(**weights: torch.Tensor | None) -> Weights:
    return {name: value for name, value in weights.items() if value is not None}
