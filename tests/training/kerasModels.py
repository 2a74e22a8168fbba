"""Writes tests/training/kerasModels.json: 100 steps of Keras on the models of this project, with every optimizer.

Usage, from the project folder:  .venv/bin/python tests/training/kerasModels.py

Data and weights are sines of their index, which both sides can compute, so that only results are kept. Layers have the names
they have in src/models; dropout is left out, since its masks differ.
"""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np

layers = keras.layers
ROWS = 80


def wave(shape, frequency, scale=1.0):
    count = int(np.prod(shape))
    return (scale * np.sin(frequency * np.arange(1, count + 1))).reshape(shape).astype("float32")


def wave_weights(model):
    """Sines for every weight, with a frequency of its own: by the layer's name, then in the layer's order."""
    k = 0
    for layer in sorted((each for each in model.layers if each.weights), key=lambda each: each.name):
        values = []
        for weight in layer.weights:
            values.append(wave(weight.shape, 1.7 + 0.31 * k, 0.4))
            k += 1
        layer.set_weights(values)


def financial_wavenet():
    source = keras.Input((32, 9))
    stream = layers.Dense(16, name="embedding")(source)
    skips = []
    for block, dilation in enumerate([1, 2, 4, 8], 1):

        def convolve(name, activation):
            options = {"padding": "causal", "dilation_rate": dilation, "activation": activation}
            return layers.Conv1D(16, 2, name=f"block{block}_{name}", **options)(stream)

        gated = layers.Multiply()([convolve("filter", "tanh"), convolve("gate", "sigmoid")])
        skips.append(layers.Dense(32, name=f"block{block}_skip")(gated[:, -1, :]))
        if dilation < 8:
            stream = layers.Add()([stream, layers.Dense(16, name=f"block{block}_residual")(gated)])
    fusion = layers.Dense(32, activation="relu", name="fusion")(layers.ReLU()(layers.Add()(skips)))
    return keras.Model(
        source,
        {
            "direction": layers.Dense(3, activation="softmax", name="direction")(fusion),
            "volatility": layers.Dense(1, activation="softplus", name="volatility")(fusion),
            "magnitude": layers.Dense(1, activation="softplus", name="magnitude")(fusion),
        },
    )


def three_branch_wavenet():
    source = keras.Input((8, 4))
    stream, skips = source, []
    for k, dilation in enumerate([1, 2], 1):
        y = layers.Conv1D(6, 2, padding="causal", dilation_rate=dilation, name=f"unit{k}_convolution")(stream)
        y = layers.BatchNormalization(name=f"unit{k}_normalization")(y)
        y = keras.ops.tanh(y[..., :3]) * keras.ops.sigmoid(y[..., 3:])
        shortcut = layers.Conv1D(3, 1, name="unit1_projection")(stream) if k == 1 else stream
        stream = layers.Conv1D(3, 1, name=f"unit{k}_residual")(y) + shortcut
        skips.append(layers.Conv1D(3, 1, name=f"unit{k}_skip")(y))
    # The last residual is counted and not read.
    read = skips[0] + skips[1] + 0.0 * stream
    waves = layers.GlobalAveragePooling1D()(read)
    penalty = keras.regularizers.L2(1e-4)
    x = source
    for k, filters in enumerate([4, 5], 1):
        x = layers.Conv1D(filters, 3, padding="same", kernel_regularizer=penalty, name=f"convolution{k}")(x)
        x = layers.ELU()(layers.BatchNormalization(name=f"convolution{k}_normalization")(x))
        x = layers.MaxPooling1D(2)(x) if k == 1 else x
    for k, units in enumerate([4, 3], 1):
        steps = layers.LSTM(units, return_sequences=True, kernel_regularizer=penalty)
        x = layers.Bidirectional(steps, name=f"lstm{k}")(x)
    scores = layers.Dense(3, activation="tanh", name="attention")(x)
    weights = keras.ops.softmax(layers.Dense(1, use_bias=False, name="attention_score")(scores), axis=1)
    trunk = layers.Concatenate()([waves, keras.ops.sum(x * weights, axis=1)])
    for k, units in enumerate([6, 4], 1):
        trunk = layers.Dense(units, activation="elu", kernel_regularizer=penalty, name=f"fusion{k}")(trunk)
        trunk = layers.BatchNormalization(name=f"fusion{k}_normalization")(trunk)
    return keras.Model(
        source,
        {
            "direction": layers.Dense(3, activation="softmax", name="direction")(trunk),
            "volatility": layers.Dense(1, activation="softplus", name="volatility")(trunk),
            "magnitude": layers.Dense(1, activation="softplus", name="magnitude")(trunk),
        },
    )


def robust_mlp():
    source = keras.Input((5,))
    x = layers.LayerNormalization(name="input_normalization")(source)
    for k, units in enumerate([16, 8], 1):
        y = layers.Dense(units, name=f"block{k}_dense")(x)
        y = layers.ReLU()(layers.LayerNormalization(name=f"block{k}_normalization")(y))
        width = x.shape[-1]
        shortcut = x[:, :units] if width >= units else keras.ops.pad(x, [[0, 0], [0, units - width]])
        x = layers.Add()([y, shortcut])
    return keras.Model(source, {"target": layers.Dense(1, name="target")(x)})


class Patches(layers.Layer):
    """Each feature of a patch convolved by itself, then one linear map of all channels; the weights of our layer of that name."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(4, shape[-1], 2), name="kernel")
        self.projection = self.add_weight(shape=(2 * shape[-1], 8), name="projection")
        self.bias = self.add_weight(shape=(8,), name="bias")

    def call(self, x):
        patches = keras.ops.reshape(x, (-1, x.shape[1] // 4, 4, x.shape[2]))
        channels = keras.ops.einsum("npkf,kfc->npfc", patches, self.kernel)
        joined = keras.ops.reshape(channels, (-1, patches.shape[1], 2 * x.shape[2]))
        return joined @ self.projection + self.bias


def apex_ranker():
    source = keras.Input((16, 4))
    angles = np.arange(4)[:, None] / 10000 ** (np.arange(0, 8, 2) / 8)
    positions = np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(1, 4, 8).astype("float32")
    x = Patches(name="patches")(source) + positions

    def normalized(name):
        return layers.LayerNormalization(epsilon=1e-5, name=name)(x)

    y = normalized("block1_normalization1")
    x = x + layers.MultiHeadAttention(2, 4, name="block1_attention")(y, y)
    wide = layers.Dense(32, activation="gelu", name="block1_wide")(normalized("block1_normalization2"))
    x = x + layers.Dense(8, name="block1_narrow")(wide)
    pooled = layers.GlobalAveragePooling1D()(normalized("normalization"))
    return keras.Model(source, {name: layers.Dense(1, name=name)(pooled) for name in ["h1", "h5"]})


def horizons():
    inputs, targets = windows(16, 4)
    return inputs, {"h1": targets["volatility"], "h5": targets["magnitude"]}


def windows(steps=32, features=9):
    inputs = wave((ROWS, steps, features), 1.3)
    last = inputs[:, -1]
    return inputs, {
        "direction": np.eye(3, dtype="float32")[last[:, :3].argmax(1)],
        "volatility": np.mean(inputs**2, axis=(1, 2))[:, None],
        "magnitude": np.abs(last).mean(1, keepdims=True),
    }


def features():
    inputs = wave((ROWS, 5), 1.3)
    return inputs, {"target": np.mean(inputs**2, axis=1, keepdims=True)}


OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(0.001),
    "adamw": lambda: keras.optimizers.AdamW(0.001, weight_decay=0.05),
    "sgd": lambda: keras.optimizers.SGD(0.02),
    "momentum": lambda: keras.optimizers.SGD(0.005, momentum=0.9),
    "nesterov": lambda: keras.optimizers.SGD(0.005, momentum=0.9, nesterov=True),
}
MODELS = {
    "apexRanker": (apex_ranker, horizons, {"h1": "mse", "h5": "huber"}, {"h1": 1.0, "h5": 1.0}),
    "financialWaveNet": (
        financial_wavenet,
        windows,
        {"direction": "categorical_crossentropy", "volatility": "mse", "magnitude": "huber"},
        {"direction": 1.0, "volatility": 0.3, "magnitude": 0.3},
    ),
    "threeBranchWaveNet": (
        three_branch_wavenet,
        lambda: windows(8, 4),
        {"direction": "categorical_crossentropy", "volatility": "mse", "magnitude": "huber"},
        {"direction": 1.0, "volatility": 0.3, "magnitude": 0.3},
    ),
    "robustMLP": (robust_mlp, features, {"target": "mse"}, {"target": 1.0}),
}


def history(name, optimizer):
    build, data, losses, loss_weights = MODELS[name]
    model = build()
    wave_weights(model)
    model.compile(OPTIMIZERS[optimizer](), loss=losses, loss_weights=loss_weights)
    inputs, targets = data()
    found = model.fit(inputs, targets, batch_size=16, epochs=20, shuffle=False, verbose=0).history
    return {key: [round(value, 7) for value in values] for key, values in found.items()}


TARGET = pathlib.Path(__file__).with_name("kerasModels.json")
histories = {name: {optimizer: history(name, optimizer) for optimizer in OPTIMIZERS} for name in MODELS}
TARGET.write_text(json.dumps({"keras": keras.__version__, "histories": histories}, indent=1) + "\n")
print("written", TARGET)
