"""What a module of PyTorch computes, layer by layer, in words that are known elsewhere."""

from __future__ import annotations

import inspect
import math
import operator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Callable, Mapping

import torch
from torch import fx, nn
from torch.fx.passes.shape_prop import ShapeProp

from ._looks import first_line
from ._torch_layers import CONVOLUTIONS, POOLS, RECURRENT, Unknown, convolution, is_weight_normed, nothing, pool, recurrences, single

F = nn.functional
_ACTIVATIONS = {
    torch.relu: "relu",
    F.relu: "relu",
    F.relu6: "relu6",
    torch.sigmoid: "sigmoid",
    F.sigmoid: "sigmoid",
    torch.tanh: "tanh",
    F.tanh: "tanh",
    F.softplus: "softplus",
    F.selu: "selu",
    F.silu: "swish",
    F.mish: "mish",
    F.gelu: "gelu",
    F.logsigmoid: "logSigmoid",
    torch.exp: "exponential",
    "relu": "relu",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "exp": "exponential",
}
_ARITHMETIC = {
    operator.add: "add",
    torch.add: "add",
    "add": "add",
    operator.sub: "subtract",
    torch.sub: "subtract",
    "sub": "subtract",
    operator.mul: "multiply",
    torch.mul: "multiply",
    "mul": "multiply",
    operator.truediv: "divide",
    torch.div: "divide",
    "div": "divide",
}
_REDUCTIONS = {torch.mean: "mean", "mean": "mean", torch.sum: "sum", "sum": "sum", torch.amax: "max", "amax": "max", torch.amin: "min", "amin": "min"}
#: Functions and methods of PyTorch that do the same under one name.
_SAME = {
    torch.cat: "cat",
    torch.concat: "cat",
    torch.flatten: "flatten",
    torch.transpose: "transpose",
    torch.permute: "permute",
    torch.squeeze: "squeeze",
    torch.unsqueeze: "unsqueeze",
    torch.reshape: "reshape",
    torch.softmax: "softmax",
    F.softmax: "softmax",
    F.log_softmax: "log_softmax",
    torch.log_softmax: "log_softmax",
    F.dropout: "dropout",
    F.leaky_relu: "leaky_relu",
    F.max_pool1d: "pool",
    F.max_pool2d: "pool",
    F.avg_pool1d: "pool",
    F.avg_pool2d: "pool",
    F.elu: "elu",
    operator.getitem: "getitem",
    "view": "reshape",
    "contiguous": "same",
    "float": "same",
}


#: Functions that do what a module does, which is easier to read.
_POOLS = {F.max_pool1d: nn.MaxPool1d, F.max_pool2d: nn.MaxPool2d, F.avg_pool1d: nn.AvgPool1d, F.avg_pool2d: nn.AvgPool2d}


@dataclass
class _Recurrent:
    """What an LSTM, GRU or RNN gives: its steps, and the last state."""

    steps: str
    module: nn.Module


#: An argument that has its default.
_LEFT_OUT = object()


@dataclass
class _Sizes:
    """The shape of a tensor; how many samples there are is nobody's business."""

    shape: tuple[int, ...]


def _sized(shape: tuple[int, ...], place: list) -> Any:
    return shape[place[0]] if len(place) == 1 and isinstance(place[0], int) and place[0] % len(shape) != 0 else None


#: A tensor of zeros, which is good to begin a recurrence with.
_ZEROS = object()


@dataclass
class _State:
    """The last state of a recurrence, with an axis of its layers; of an LSTM, at first a pair with that of its cells."""

    of: _Recurrent
    is_pair: bool = False


def graph_of(model: nn.Module, sample: dict[str, torch.Tensor], heads: list[str], predicting: Callable[[nn.Module], AbstractContextManager]) -> dict[str, Any]:
    """What the model computes, layer by layer, as ``torch.fx`` traces it; ``weights`` gives those of a node as they are then.

    :param predicting: makes the model compute as it predicts
    """
    try:
        left_out = _left_out(model, sample)
        traced = fx.symbolic_trace(model, concrete_args=left_out)
        # The tracer keeps them as arguments, under names with a number.
        left_out = {f"{name}_1": value for name, value in left_out.items()}
        with predicting(model), torch.no_grad():
            ShapeProp(traced).propagate(*_arguments(traced, sample, left_out))
    except Unknown:
        raise
    except Exception as error:
        raise Unknown(f"it cannot be traced ({first_line(error)})") from error
    walk = _Walk(dict(traced.named_modules()), sample, set(left_out))
    for node in traced.graph.nodes:
        try:
            walk.take(node, heads)
        except Unknown:
            raise
        except Exception as error:  # an argument in a form that nobody thought of
            raise Unknown(f"{node.op} {node.target} is not understood ({first_line(error)})") from error
    return {"inputs": walk.inputs, "nodes": walk.nodes, "outputs": walk.outputs, "weights": walk.weights, "notes": walk.notes}


def _left_out(model: nn.Module, sample: dict[str, torch.Tensor]) -> dict[str, Any]:
    """Arguments that have a default and were not given."""
    parameters = list(inspect.signature(model.forward).parameters.values())
    given = set(sample) if set(sample) <= {one.name for one in parameters} else {one.name for one in parameters[: len(sample)]}
    return {one.name: one.default for one in parameters if one.name not in given and one.default is not inspect.Parameter.empty}


def _arguments(traced: fx.GraphModule, sample: dict[str, torch.Tensor], left_out: dict[str, Any]) -> list[Any]:
    rest = iter(sample.items())
    given = []
    for node in traced.graph.nodes:
        if node.op != "placeholder":
            continue
        name, one = next(rest, (None, None))
        if one is None and node.target not in left_out:
            raise Unknown(f"the argument {node.name} was not given")
        given.append(left_out[node.target] if one is None else sample.get(node.target, one))
    return given


class _Walk:
    def __init__(self, modules: dict[str, nn.Module], sample: dict[str, torch.Tensor], left_out: set[str]) -> None:
        self._modules, self._sample, self._left_out = modules, sample, left_out
        self._values: dict[fx.Node, Any] = {}
        self._called: set[nn.Module] = set()
        self.notes: list[str] = []
        self.inputs: list[dict[str, Any]] = []
        self.nodes: list[dict[str, Any]] = []
        self.outputs: dict[str, str] = {}
        self.weights: dict[str, Callable[[], dict[str, torch.Tensor]]] = {}

    def take(self, node: fx.Node, heads: list[str]) -> None:
        if node.target in self._left_out:
            self._values[node] = _LEFT_OUT
        elif node.op == "placeholder":
            # An argument called as a function of Python, such as `input`, has another name in the graph; its rows are filed by its own.
            name = str(node.target) if node.target in self._sample else node.name
            self.inputs.append({"name": name, "shape": list(_shape(node)[1:])})
            self._values[node] = name
        elif node.op == "output":
            self._give(node.args[0], heads)
        elif node.op == "call_module":
            self._values[node] = self._module(node, self._modules[node.target])
        elif node.op in ("call_function", "call_method"):
            self._values[node] = self._function(node)
        else:
            raise Unknown(f"{node.op} {node.target} has no counterpart")

    def _give(self, given: Any, heads: list[str]) -> None:
        outputs = given if isinstance(given, Mapping) else {heads[0]: given}
        self.outputs = {head: self._tensor(one) for head, one in outputs.items()}
        if len(set(self.outputs.values())) < len(outputs):
            raise Unknown(f"two of the heads {sorted(outputs)} are the same tensor")

    def _constant(self, given: Any) -> Any:
        """A size of a tensor as the number that it is; anything else as it stands."""
        value = self._values.get(given) if isinstance(given, fx.Node) else None
        return value if isinstance(value, int) else given

    def _is_zero(self, given: Any) -> bool:
        """Whether a state that a recurrence begins with is the one that it has by itself."""
        return all(self._is_zero(one) for one in given) if isinstance(given, (tuple, list)) else self._values.get(given) is _ZEROS

    def _add(self, name: str, inputs: list[str], settings: dict[str, Any], read: Callable = nothing) -> str:
        self.nodes.append({"name": name, "inputs": inputs, **settings})
        if read is not nothing:
            self.weights[name] = read
        return name

    def _tensor(self, node: Any) -> str:
        value = self._values.get(node) if isinstance(node, fx.Node) else None
        if isinstance(value, str):
            return value
        raise Unknown(f"{node} is no tensor that a layer gives")

    def _module(self, node: fx.Node, module: nn.Module) -> Any:
        given, name = self._tensor(node.args[0]), node.name
        begins_at_zero = type(module) in RECURRENT and all(self._is_zero(one) for one in [*node.args[1:], *node.kwargs.values()])
        if len(node.args) + len(node.kwargs) > 1 and not begins_at_zero:
            raise Unknown(f"the layer {node.target} is given more than one argument")
        if is_weight_normed(module):
            self.notes.append(f"weight_norm of {node.target} is left out: its weights are taken as they are")
        if list(module.parameters()):
            if module in self._called:
                raise Unknown(f"the layer {node.target} is called twice")
            self._called.add(module)
        if type(module) in RECURRENT:
            for place, (settings, read) in enumerate(recurrences(module)):
                given = self._add(name if place == 0 else f"{name}_part{place}", [given], settings, read)
            return _Recurrent(given, module)
        if isinstance(module, (*CONVOLUTIONS, *POOLS)):
            return self._with_channels_last(node, module, given)
        if isinstance(module, (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d)) and set(_tuple(module.output_size)) == {1}:
            axes = list(range(2, len(_shape(node))))
            return self._add(name, [given], {"kind": "reduction", "operation": "mean", "axes": axes, "keep": True})
        if isinstance(module, (nn.Softmax, nn.LogSoftmax)) and module.dim is not None:
            return self._along(node, given, module.dim, "softmax" if isinstance(module, nn.Softmax) else "logSoftmax")
        settings, read = single(module)
        if isinstance(module, (nn.Dropout1d, nn.Dropout2d)):
            # Whole channels go; without an axis of samples they would be others.
            if len(_shape(node)) != (3 if isinstance(module, nn.Dropout1d) else 4):
                raise Unknown(f"the layer {node.target} is called without an axis of samples")
            settings["noise"] = [_shape(node)[1], *(1 for _ in _shape(node)[2:])]
        return self._add(name, [given], settings, read)

    def _with_channels_last(self, node: fx.Node, module: nn.Module, given: str) -> str:
        axes, name = len(_shape(node)) - 2, node.name
        if axes < 1 or len(_shape(node.args[0])) != axes + 2:
            raise Unknown(f"the layer {node.target} is called without an axis of samples")
        given = self._add(f"{name}_last", [given], {"kind": "permute", "order": [*range(2, 2 + axes), 1]})
        if isinstance(module, tuple(CONVOLUTIONS)):
            padding, (settings, read) = convolution(module)
            for one in padding:
                given = self._add(f"{name}_padded", [given], one)
            given = self._add(name, [given], settings, read)
        else:
            given = self._add(name, [given], pool(module))
        return self._add(f"{name}_first", [given], {"kind": "permute", "order": [axes + 1, *range(1, 1 + axes)]})

    def _function(self, node: fx.Node) -> Any:
        target = node.target
        if any(self._values.get(one) is _LEFT_OUT for one in node.all_input_nodes):
            # The tracer makes sure that an argument has the value that it was traced with.
            return _LEFT_OUT
        begins = node.args[0] if node.args else None
        if target in (torch.zeros, torch.zeros_like, "new_zeros") or (node.op == "call_method" and self._values.get(begins) is _ZEROS):
            return _ZEROS
        first, *rest = (self._constant(one) for one in node.args)
        kwargs = {key: self._constant(value) for key, value in node.kwargs.items() if not (key == "inplace" or value is None)}
        if target is getattr and rest[:1] == ["shape"]:
            return _Sizes(_shape(first))
        if target in ("size", "dim") or target is getattr:
            return _Sizes(_shape(first)) if target == "size" and not rest else _sized(_shape(first), rest) if target == "size" else None
        if target is operator.getitem and isinstance(self._values.get(first), _Sizes):
            return _sized(self._values[first].shape, rest)
        if target is operator.getitem and isinstance(self._values.get(first), (_Recurrent, _State, type(None))):
            return self._of_recurrence(node, self._values.get(first), rest[0])
        known = _SAME.get(target, target)
        if target in _ACTIVATIONS and not rest and not kwargs:
            return self._add(node.name, [self._tensor(first)], {"kind": "activation", "activation": _ACTIVATIONS[target]})
        if target in _ARITHMETIC and not kwargs and len(rest) == 1:
            return self._arithmetic(node, _ARITHMETIC[target], first, rest[0])
        if target in _REDUCTIONS:
            return self._reduction(node, _REDUCTIONS[target], first, dict(zip(("dim", "keepdim"), rest)) | kwargs)
        shaped = getattr(self, f"_call_{known}", None) if isinstance(known, str) else None
        if shaped is None:
            raise Unknown(f"the operation {getattr(target, '__name__', target)} has no counterpart")
        return shaped(node, first, rest, kwargs)

    def _of_recurrence(self, node: fx.Node, value: Any, place: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, _Recurrent):
            return value.steps if place == 0 else _State(value, isinstance(value.module, nn.LSTM))
        if value.is_pair:
            return _State(value.of) if place == 0 else None
        module = value.of.module
        ways = 2 if module.bidirectional else 1
        count = ways * module.num_layers
        if not isinstance(place, int) or not count - ways <= place % count:
            raise Unknown("a state of a recurrence other than the last layer's has no counterpart")
        if ways == 1:
            return self._add(node.name, [value.of.steps], {"kind": "selection", "places": [-1]})
        # What goes backwards ends at the first step.
        is_backward = place % count == count - 1
        channels = {"start": module.hidden_size, "stop": None} if is_backward else {"start": None, "stop": module.hidden_size}
        return self._add(node.name, [value.of.steps], {"kind": "selection", "places": [0 if is_backward else -1, channels]})

    def _arithmetic(self, node: fx.Node, operation: str, left: Any, right: Any) -> str:
        inputs = [self._tensor(one) for one in (left, right) if isinstance(one, fx.Node)]
        shapes = [_shape(one) for one in (left, right) if isinstance(one, fx.Node)]
        if any(len(shape) != len(shapes[0]) for shape in shapes) or len(set(inputs)) < len(inputs):
            raise Unknown(f"{operation} of tensors of {shapes} has no counterpart")
        numbers = {side: float(one) for side, one in (("left", left), ("right", right)) if isinstance(one, (int, float))}
        if len(inputs) + len(numbers) != 2:
            raise Unknown(f"{operation} of {left} and {right} has no counterpart")
        if operation == "add" and len(inputs) == 2 and shapes[0] == shapes[1]:
            return self._add(node.name, inputs, {"kind": "add"})
        return self._add(node.name, inputs, {"kind": "arithmetic", "operation": operation, **numbers})

    def _reduction(self, node: fx.Node, operation: str, first: Any, settings: dict[str, Any]) -> str:
        rank, dim = len(_shape(first)), settings.get("dim")
        axes = sorted(one % rank for one in _tuple(dim)) if dim is not None else []
        if not axes or axes[0] == 0 or set(settings) - {"dim", "keepdim"}:
            raise Unknown(f"{operation} over the samples, or over all axes, has no counterpart")
        keep, all_of_them = bool(settings.get("keepdim")), len(axes) == rank - 1
        reduced = {"kind": "reduction", "operation": operation, "axes": axes, "keep": keep or all_of_them}
        given = self._add(node.name, [self._tensor(first)], reduced)
        # What has no axis left but that of the samples is a column elsewhere.
        return given if keep or not all_of_them or rank == 2 else self._add(f"{node.name}_column", [given], {"kind": "reshape", "shape": [1]})

    def _call_pool(self, node: fx.Node, first: Any, rest: list, kwargs: dict) -> str:
        module = _POOLS[node.target](*rest, **{key: value for key, value in kwargs.items() if value is not False})
        return self._with_channels_last(node, module, self._tensor(first))

    def _call_same(self, node: fx.Node, first: Any, rest: list, kwargs: dict) -> str:
        return self._tensor(first)

    def _call_softmax(self, node: fx.Node, first: Any, rest: list, kwargs: dict, activation: str = "softmax") -> str:
        dim = rest[0] if rest else kwargs.get("dim")
        if not isinstance(dim, int):
            raise Unknown(f"{activation} along an axis that is not said has no counterpart")
        return self._along(node, self._tensor(first), dim, activation)

    def _along(self, node: fx.Node, given: str, dim: int, activation: str) -> str:
        rank = len(_shape(node))
        axis, settings = dim % rank, {"kind": "activation", "activation": activation}
        if axis == 0:
            raise Unknown(f"{activation} along the samples has no counterpart")
        if axis == rank - 1:
            return self._add(node.name, [given], settings)
        order = [*(one for one in range(1, rank) if one != axis), axis]
        given = self._add(f"{node.name}_last", [given], {"kind": "permute", "order": order})
        given = self._add(node.name, [given], settings)
        return self._add(f"{node.name}_back", [given], {"kind": "permute", "order": [order.index(one) + 1 for one in range(1, rank)]})

    def _call_log_softmax(self, node: fx.Node, first: Any, rest: list, kwargs: dict) -> str:
        return self._call_softmax(node, first, rest, kwargs, "logSoftmax")

    def _call_leaky_relu(self, node: fx.Node, first: Any, rest: list, kwargs: dict) -> str:
        slope = rest[0] if rest else kwargs.get("negative_slope", 0.01)
        return self._add(node.name, [self._tensor(first)], {"kind": "leakyReLU", "alpha": slope})

    def _call_elu(self, node: fx.Node, first: Any, rest: list, kwargs: dict) -> str:
        alpha = rest[0] if rest else kwargs.get("alpha", 1.0)
        return self._add(node.name, [self._tensor(first)], {"kind": "elu", "alpha": alpha})

    def _call_dropout(self, node: fx.Node, first: Any, rest: list, kwargs: dict) -> str:
        rate = rest[0] if rest else kwargs.get("p", 0.5)
        if (rest[1] if len(rest) > 1 else kwargs.get("training", True)) is not True:
            return self._tensor(first)
        return self._add(node.name, [self._tensor(first)], {"kind": "dropout", "rate": rate})

    def _call_cat(self, node: fx.Node, first: Any, rest: list, kwargs: dict) -> str:
        rank = len(_shape(node))
        axis = (rest[0] if rest else kwargs.get("dim", kwargs.get("axis", 0))) % rank
        if axis == 0:
            raise Unknown("cat along the samples has no counterpart")
        return self._add(node.name, [self._tensor(one) for one in first], {"kind": "concatenate", "axis": axis})

    def _call_flatten(self, node: fx.Node, first: Any, rest: list, kwargs: dict) -> str:
        if len(_shape(node)) != 2:
            return self._call_reshape(node, first, rest, kwargs)
        return self._add(node.name, [self._tensor(first)], {"kind": "flatten"})

    def _call_transpose(self, node: fx.Node, first: Any, rest: list, kwargs: dict) -> str:
        order = list(range(len(_shape(first))))
        one, other = rest if rest else (kwargs.get("dim0"), kwargs.get("dim1"))
        order[one], order[other] = order[other], order[one]
        return self._permuted(node, first, order)

    def _call_permute(self, node: fx.Node, first: Any, rest: list, kwargs: dict) -> str:
        order = rest[0] if rest and not isinstance(rest[0], int) else rest or kwargs.get("dims")
        return self._permuted(node, first, [one % len(_shape(first)) for one in order])

    def _permuted(self, node: fx.Node, first: Any, order: list[int]) -> str:
        if order[0] != 0:
            raise Unknown("a transposition that moves the samples has no counterpart")
        return self._add(node.name, [self._tensor(first)], {"kind": "permute", "order": order[1:]})

    def _call_reshape(self, node: fx.Node, first: Any, rest: list, kwargs: dict) -> str:
        given, made = _shape(first), _shape(node)
        if given[0] != made[0] or math.prod(given[1:]) != math.prod(made[1:]):
            raise Unknown(f"a reshape of {given} to {made}, which moves values between samples, has no counterpart")
        # A column stays one: elsewhere there is no tensor with samples alone.
        made = made if len(made) > 1 else (*made, 1)
        given = given if len(given) > 1 else (*given, 1)
        if made == given:
            return self._tensor(first)
        return self._add(node.name, [self._tensor(first)], {"kind": "reshape", "shape": list(made[1:])})

    def _call_squeeze(self, node: fx.Node, first: Any, rest: list, kwargs: dict) -> str:
        state = self._values.get(first)
        if isinstance(state, _State) and (rest or [kwargs.get("dim")]) == [0] and state.of.module.num_layers == 1:
            return self._of_recurrence(node, state, -1)
        return self._call_reshape(node, first, rest, kwargs)

    _call_unsqueeze = _call_reshape

    def _call_getitem(self, node: fx.Node, first: Any, rest: list, kwargs: dict) -> str:
        given = _shape(first)
        index = list(_tuple(rest[0]))
        if Ellipsis in index:
            at = index.index(Ellipsis)
            index[at : at + 1] = [slice(None)] * (len(given) - len(index) + 1)
        samples, *places = index
        plain = [one for one in places if isinstance(one, int) or (isinstance(one, slice) and one.step in (None, 1))]
        if samples != slice(None) or len(plain) < len(places):
            raise Unknown(f"{node.name}, which takes {rest[0]}, has no counterpart")
        told = [one if isinstance(one, int) else {"start": one.start, "stop": one.stop} for one in places]
        if len(_shape(node)) == 1:
            if len(given) == 1:
                return self._tensor(first)
            told[-1] = {"start": places[-1], "stop": places[-1] + 1 or None}
        return self._add(node.name, [self._tensor(first)], {"kind": "selection", "places": told})


def _shape(node: Any) -> tuple[int, ...]:
    meta = node.meta.get("tensor_meta") if isinstance(node, fx.Node) else None
    shape = getattr(meta, "shape", None)
    if shape is None:
        # What is no tensor, such as all that an LSTM gives, has none.
        return ()
    return tuple(shape)


def _tuple(value: Any) -> tuple:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)
