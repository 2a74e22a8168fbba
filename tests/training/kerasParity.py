"""Losses of 50 steps of Keras for 20 models, each trained in 5 ways by 8 optimizers.

Usage, from the project folder:
  .venv/bin/python tests/training/kerasParity.py           writes kerasParity.json, one optimizer in turn per model and way
  .venv/bin/python tests/training/kerasParity.py --drifts  writes kerasDrifts.json: trainings that Keras does not repeat to 1e-4
  .venv/bin/python tests/training/kerasParity.py FILE      writes all of them to FILE (minutes)

Models are told as lists of layers with their configurations, which both sides build from; data and weights are made of sines
of their index, which both sides can compute. A step takes all rows, so that an epoch of `fit` is one step.

RMSprop takes steps of one size however small the gradient is. Where the words are learnt to a loss below 1e-4 it begins to swing, and
each swing makes a difference of rounding some times larger: Keras itself, from weights that differ by one part in ten million, is then
up to 4e-4 apart. How far is what --drifts writes.
"""

import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf

ROWS, STEPS = 16, 50
FEATURES, SERIES, PICTURE, WORDS = [5], [8, 3], [6, 6, 2], [8]


def dense(units, activation="linear"):
    return ["Dense", {"units": units, "activation": activation}]


def lstm(units, **options):
    return ["LSTM", {"units": units, "recurrent_activation": "sigmoid", **options}]


def gru(units, **options):
    return ["GRU", {"units": units, "reset_after": False, "recurrent_activation": "sigmoid", **options}]


MODELS = {
    "linear": (FEATURES, [dense(1)], "meanSquaredError"),
    "relu": (FEATURES, [dense(8, "relu"), dense(1)], "meanSquaredError"),
    "deep": (FEATURES, [dense(8, "tanh"), dense(8, "elu"), dense(8, "softplus"), dense(1)], "huber"),
    "classes": (FEATURES, [dense(8, "tanh"), dense(3, "softmax")], "categoricalCrossentropy"),
    "labels": (FEATURES, [dense(8, "relu"), dense(3, "softmax")], "sparseCategoricalCrossentropy"),
    "binary": (FEATURES, [dense(8, "tanh"), dense(1, "sigmoid")], "binaryCrossentropy"),
    "batchNormalized": (
        FEATURES,
        [dense(8), ["BatchNormalization", {}], ["Activation", {"activation": "tanh"}], dense(1)],
        "meanSquaredError",
    ),
    "layerNormalized": (FEATURES, [dense(8, "tanh"), ["LayerNormalization", {}], dense(1)], "logCosh"),
    "convolution": (
        PICTURE,
        [
            ["Conv2D", {"filters": 4, "kernel_size": [3, 3], "activation": "tanh"}],
            ["MaxPooling2D", {"pool_size": [2, 2]}],
            ["Flatten", {}],
            dense(3, "softmax"),
        ],
        "categoricalCrossentropy",
    ),
    "separable": (
        PICTURE,
        [["SeparableConv2D", {"filters": 4, "kernel_size": [2, 2]}], ["GlobalAveragePooling2D", {}], dense(1)],
        "meanSquaredError",
    ),
    "dilated": (
        SERIES,
        [
            ["Conv1D", {"filters": 4, "kernel_size": [2], "dilation_rate": [2], "activation": "tanh"}],
            ["Flatten", {}],
            dense(1),
        ],
        "meanSquaredError",
    ),
    "pooledSeries": (
        SERIES,
        [
            ["Conv1D", {"filters": 4, "kernel_size": [3], "padding": "same", "activation": "relu"}],
            ["GlobalMaxPooling1D", {}],
            dense(1),
        ],
        "meanAbsoluteError",
    ),
    "simpleRecurrent": (SERIES, [["SimpleRNN", {"units": 4}], dense(1)], "meanSquaredError"),
    "gru": (SERIES, [gru(4), dense(3, "softmax")], "categoricalCrossentropy"),
    "lstm": (SERIES, [lstm(4), dense(1)], "meanSquaredError"),
    "stackedRecurrent": (SERIES, [lstm(4, return_sequences=True), gru(3), dense(1)], "huber"),
    "bothWays": (
        SERIES,
        [["Bidirectional", {"layer": lstm(3), "merge_mode": "concat"}], dense(1)],
        "meanSquaredError",
    ),
    "perStep": (
        SERIES,
        [gru(4, return_sequences=True), ["TimeDistributed", {"layer": dense(2)}]],
        "meanSquaredError",
    ),
    "perStepClasses": (
        SERIES,
        [lstm(4, return_sequences=True), dense(3, "softmax")],
        "categoricalCrossentropy",
    ),
    "words": (
        WORDS,
        [["Embedding", {"input_dim": 7, "output_dim": 4}], ["SimpleRNN", {"units": 4}], dense(1)],
        "meanSquaredError",
    ),
}
WAYS = ["weights", "masks", "constraints", "regularizers", "frozen"]
OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(0.01),
    "adamw": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.05),
    "nesterov": lambda: keras.optimizers.SGD(0.02, momentum=0.9, nesterov=True),
    "nadam": lambda: keras.optimizers.Nadam(0.01),
    "adamax": lambda: keras.optimizers.Adamax(0.01),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.002),
    "adagrad": lambda: keras.optimizers.Adagrad(0.05),
    "lamb": lambda: keras.optimizers.Lamb(0.005),
}
LOSSES = {
    "meanSquaredError": "mean_squared_error",
    "meanAbsoluteError": "mean_absolute_error",
    "huber": "huber",
    "logCosh": "log_cosh",
    "categoricalCrossentropy": "categorical_crossentropy",
    "sparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
    "binaryCrossentropy": "binary_crossentropy",
}

MAX_NORM = {"class_name": "MaxNorm", "config": {"max_value": 0.7, "axis": 0}}
L1L2 = {"class_name": "L1L2", "config": {"l1": 0.002, "l2": 0.01}}
KERNELS = {
    "Dense": ["kernel"],
    "Conv1D": ["kernel"],
    "Conv2D": ["kernel"],
    "SeparableConv2D": ["depthwise", "pointwise"],
    "SimpleRNN": ["kernel", "recurrent"],
    "GRU": ["kernel", "recurrent"],
    "LSTM": ["kernel", "recurrent"],
    "Embedding": ["embeddings"],
}


def with_settings(layer, suffix, setting):
    class_name, config = layer
    if "layer" in config:
        return [class_name, {**config, "layer": with_settings(config["layer"], suffix, setting)}]
    return [class_name, {**config, **{f"{kernel}_{suffix}": setting for kernel in KERNELS.get(class_name, [])}}]


def variant(shape, layers, way):
    """The layers of a model trained in one of the ways."""
    if way == "masks" and shape == SERIES:
        return [["Masking", {"mask_value": 0.0}], *layers]
    if way == "masks" and shape == WORDS:
        return [[layers[0][0], {**layers[0][1], "mask_zero": True}], *layers[1:]]
    if way == "constraints":
        return [with_settings(layer, "constraint", MAX_NORM) for layer in layers]
    if way == "regularizers":
        first, *rest = [with_settings(layer, "regularizer", L1L2) for layer in layers]
        return [first, ["ActivityRegularization", {"l1": 0.003, "l2": 0.02}], *rest]
    if way == "frozen":
        at = next(k for k, (name, config) in enumerate(layers) if name in KERNELS or "layer" in config)
        return [[n, {**c, "trainable": False}] if k <= at else [n, c] for k, (n, c) in enumerate(layers)]
    return layers


def wave(shape, frequency, scale=1.0):
    count = int(np.prod(shape))
    return (scale * np.sin(frequency * np.arange(1, count + 1))).reshape(shape).astype("float32")


def data(shape, loss, way, per_step):
    """Inputs, targets, and weights of rows or steps, or none."""
    k = np.arange(ROWS * int(np.prod(shape))).reshape([ROWS, *shape])
    inputs = (k * k + 3 * k) % 7 if shape == WORDS else wave([ROWS, *shape], 1.3)
    if way == "masks" and shape == SERIES:
        lengths = 3 + np.arange(ROWS) % 6
        inputs = inputs * (np.arange(8)[None, :, None] < lengths[:, None, None])
    axes = tuple(range(1, inputs.ndim))
    values = inputs / 7 if shape == WORDS else inputs
    classes = np.argmax(inputs[..., :3] if per_step else inputs.reshape([ROWS, -1])[:, :3], axis=-1)
    if loss == "categoricalCrossentropy":
        targets = np.eye(3, dtype="float32")[classes]
    elif loss == "sparseCategoricalCrossentropy":
        targets = classes[:, None].astype("float32")
    elif loss == "binaryCrossentropy":
        targets = (inputs[:, :1] > 0).astype("float32")
    elif per_step:
        targets = inputs[..., :2] ** 2
    else:
        targets = np.mean(values**2, axis=axes)[:, None].astype("float32")
    weights = None
    if way == "weights":
        weights = 0.5 + np.abs(wave([ROWS, 8] if per_step else [ROWS], 0.9))
    if way == "masks" and shape not in (SERIES, WORDS):
        weights = (np.arange(ROWS) % 3 != 0).astype("float32")
    return inputs.astype("float32"), targets.astype("float32"), weights


def layer_of(class_name, config):
    inner = {"layer": layer_of(*config["layer"])} if "layer" in config else {}
    return getattr(keras.layers, class_name)(**{**config, **inner})


def set_waves(model):
    k = 0
    for layer in model.layers:
        values = []
        for weight in layer.weights:
            value = wave(weight.shape, 1.7 + 0.31 * k, 0.4)
            values.append(np.abs(value) + 0.5 if "variance" in weight.path else value)
            k += 1
        layer.set_weights(values)


def losses_of(shape, layers, loss, way, optimizers):
    model = keras.Sequential([keras.Input(shape), *[layer_of(*layer) for layer in layers]])
    if not model.trainable_variables:
        return {name: None for name in optimizers}
    inputs, targets, weights = data(shape, loss, way, len(model.output_shape) > 2)
    model.compile(optimizer="sgd", loss=LOSSES[loss])

    @tf.function
    def gradients():
        with tf.GradientTape() as tape:
            predictions = model(inputs, training=True)
            value = model.compute_loss(inputs, targets, predictions, weights, training=True)
        return value, tape.gradient(value, model.trainable_variables)

    result = {}
    for name in optimizers:
        set_waves(model)
        optimizer = OPTIMIZERS[name]()
        values = []
        for _ in range(STEPS):
            value, grads = gradients()
            values.append(round(float(value), 6))
            # Keras squares the gradient of a row of an embedding for each of its places in the batch, not their sum.
            optimizer.apply([tf.convert_to_tensor(grad) for grad in grads], model.trainable_variables)
        result[name] = values
    return result


SENSITIVE = [("words", way, "rmsprop") for way in ["masks", "constraints", "frozen"]]


def write(name, runs):
    lines = ",\n".join(json.dumps(run, separators=(",", ":")) for run in runs)
    name.write_text(f'{{"keras": "{keras.__version__}", "runs": [\n{lines}\n]}}\n')
    print("written", name)


def drifts():
    """Losses of trainings that swing, and how far Keras is from itself when its weights begin 1e-7 of their size apart."""
    global set_waves
    exact = set_waves
    runs = []
    for model, way, optimizer in SENSITIVE:
        shape, layers, loss = MODELS[model]
        changed = variant(shape, layers, way)
        losses = losses_of(shape, changed, loss, way, [optimizer])
        away = np.zeros(STEPS)
        for seed in range(12):
            random = np.random.default_rng(seed)

            def perturbed(model):
                exact(model)
                for layer in model.layers:
                    off = [w * (1 + 1e-7 * random.choice([-1, 1], size=w.shape)) for w in layer.get_weights()]
                    layer.set_weights([w.astype("float32") for w in off])

            set_waves = perturbed
            other = losses_of(shape, changed, loss, way, [optimizer])
            away = np.maximum(away, np.abs(np.subtract(other[optimizer], losses[optimizer])))
        set_waves = exact
        drift = [float(f"{value:.2g}") for value in away]
        told = {"model": model, "way": way, "shape": shape, "layers": changed, "loss": loss}
        runs.append({**told, "losses": losses, "drift": {optimizer: drift}})
    write(pathlib.Path(__file__).with_name("kerasDrifts.json"), runs)


def main():
    if sys.argv[1:] == ["--drifts"]:
        return drifts()
    whole = len(sys.argv) > 1
    names = list(OPTIMIZERS)
    runs = []
    for m, (model, (shape, layers, loss)) in enumerate(MODELS.items()):
        for w, way in enumerate(WAYS):
            optimizers = names if whole else [names[(m * len(WAYS) + w) % len(names)]]
            changed = variant(shape, layers, way)
            print(model, way, flush=True)
            losses = losses_of(shape, changed, loss, way, optimizers)
            runs.append({"model": model, "way": way, "shape": shape, "layers": changed, "loss": loss, "losses": losses})
    target = pathlib.Path(sys.argv[1]) if whole else pathlib.Path(__file__).with_name("kerasParity.json")
    write(target, runs)


main()
