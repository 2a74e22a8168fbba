"""What a module of PyTorch computes, layer by layer, in words that are known elsewhere."""

from __future__ import annotations

import operator
from typing import Any, Mapping

import torch
from torch import fx, nn


class Unknown(Exception):
    """A part of a model that has no counterpart elsewhere."""


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


def weights_of(module: nn.Module) -> dict[str, torch.Tensor]:
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


def graph_of(model: nn.Module, sample: dict[str, torch.Tensor], heads: list[str]) -> dict[str, Any]:
    """What the model computes, layer by layer, as ``torch.fx`` traces it."""
    try:
        traced = fx.symbolic_trace(model)
    except Exception as error:
        raise Unknown(f"it cannot be traced ({str(error).splitlines()[0]})") from error
    modules = dict(traced.named_modules())
    graph: dict[str, Any] = {"inputs": [], "nodes": [], "outputs": {}, "modules": {}}
    renamed: dict[str, str] = {}
    shapes = iter(sample.items())
    for node in traced.graph.nodes:
        if node.op == "placeholder":
            name, one = next(shapes, (None, None))
            if one is None:
                raise Unknown(f"the argument {node.name} was not given")
            one = sample.get(node.target, one)
            graph["inputs"].append({"name": node.name, "shape": list(one.shape[1:])})
            # An argument called as a function of Python, such as `input`, has another name in the graph; its rows are filed by its own.
            if node.target in sample:
                renamed[node.name] = graph["inputs"][-1]["name"] = str(node.target)
        elif node.op == "output":
            given = node.args[0]
            outputs = given if isinstance(given, Mapping) else {heads[0]: given}
            graph["outputs"] = {head: renamed.get(one.name, one.name) for head, one in outputs.items()}
            if len(set(graph["outputs"].values())) < len(outputs):
                raise Unknown(f"two of the heads {sorted(outputs)} are the same tensor")
        elif node.op == "call_module":
            module = modules[node.target]
            if module in graph["modules"].values() and weights_of(module):
                raise Unknown(f"the layer {node.target} is called twice")
            _add(graph, node, _layer(module))
            graph["modules"][node.name] = module
        elif node.op == "call_function":
            _add(graph, node, _function(node))
        elif node.op == "call_method" and node.target in _METHODS:
            _add(graph, node, {"kind": "activation", "activation": _METHODS[node.target]})
        else:
            raise Unknown(f"{node.op} {node.target} has no counterpart")
    for one in graph["nodes"]:
        one["inputs"] = [renamed.get(name, name) for name in one["inputs"]]
    return graph


def _add(graph: dict[str, Any], node: fx.Node, layer: dict[str, Any]) -> None:
    graph["nodes"].append({"name": node.name, "inputs": [one.name for one in node.all_input_nodes], **layer})
