"""Writes tests/training/keras.json: what Keras gives for models, layers and losses of this project.

Usage, from the project folder:  .venv/bin/python tests/training/kerasReference.py

Data and weights are sines of their index, which both sides can compute, so that only results are kept.
"""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf


def wave(shape, frequency, scale=1.0):
    count = int(np.prod(shape))
    return (scale * np.sin(frequency * np.arange(1, count + 1))).reshape(shape).astype("float32")


def wave_weights(model_or_layer):
    model_or_layer.set_weights(
        [wave(weight.shape, 1.7 + 0.31 * k, 0.4) for k, weight in enumerate(model_or_layer.get_weights())]
    )


def rows(count):
    inputs = wave((count, 5), 1.3)
    volatility = np.mean(inputs**2, axis=1, keepdims=True)
    direction = np.eye(3, dtype="float32")[np.argmax(inputs[:, :3], axis=1)]
    return inputs, {"direction": direction, "volatility": volatility}


def two_heads():
    source = keras.Input((5,))
    hidden = keras.layers.Dense(8, activation="tanh")(source)
    direction = keras.layers.Dense(3, activation="softmax", name="direction")(hidden)
    volatility = keras.layers.Dense(1, activation="softplus", name="volatility")(hidden)
    model = keras.Model(source, {"direction": direction, "volatility": volatility})
    wave_weights(model)
    return model


def histories():
    optimizers = {
        "adam": keras.optimizers.Adam(0.01),
        "adamw": keras.optimizers.AdamW(0.01, weight_decay=0.05),
        "sgd": keras.optimizers.SGD(0.1),
        "momentum": keras.optimizers.SGD(0.05, momentum=0.9),
        "nesterov": keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
        "clipped": keras.optimizers.Adam(0.01, global_clipnorm=0.1),
    }
    result = {}
    for name, optimizer in optimizers.items():
        model = two_heads()
        model.compile(
            optimizer,
            loss={"direction": "categorical_crossentropy", "volatility": "mse"},
            loss_weights={"direction": 1.0, "volatility": 0.3},
            metrics={"direction": ["accuracy"], "volatility": ["mae"]},
        )
        # Keras averages the losses of single heads over batches, the smaller last one counting as much as the others; the total
        # is averaged over rows. So the run with a smaller last batch keeps the total and the metrics only.
        count = 77 if name == "adam" else 80
        inputs, targets = rows(count)
        weights = 0.5 + np.abs(wave((count,), 0.9))
        extra = {"sample_weight": {"direction": weights, "volatility": weights}} if name == "adam" else {}
        history = model.fit(inputs, targets, batch_size=16, epochs=20, shuffle=False, verbose=0, **extra)
        keys = ["loss", "direction_accuracy", "volatility_mae"]
        keys += [] if name == "adam" else ["direction_loss", "volatility_loss"]
        result[name] = {key: history.history[key] for key in keys}
    return result


def layer_outputs():
    sequence = wave((2, 7, 4), 1.1)
    norm = keras.layers.LayerNormalization()
    norm.build(sequence.shape)
    wave_weights(norm)
    attention = keras.layers.MultiHeadAttention(2, 3)
    attention.build(sequence.shape, sequence.shape)
    # Keras keeps query, key, value, output, each kernel then bias; the layer here has query, key, value in that order too.
    wave_weights(attention)
    return {
        "weights": [list(weight.shape) for weight in attention.get_weights()],
        "paths": [weight.path for weight in attention.weights],
        "layerNormalization": norm(sequence).numpy().ravel().tolist(),
        "attention": attention(sequence, sequence, use_causal_mask=True).numpy().ravel().tolist(),
        "attentionBothWays": attention(sequence, sequence).numpy().ravel().tolist(),
    }


def losses():
    predictions = 0.5 + 0.49 * wave((6, 3), 0.7)
    targets = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2]]
    names = {
        "meanSquaredError": keras.losses.mean_squared_error,
        "meanAbsoluteError": keras.losses.mean_absolute_error,
        "huber": lambda t, p: keras.losses.huber(4 * t, 4 * p),
        "logCosh": lambda t, p: keras.losses.log_cosh(4 * t, 4 * p),
        "categoricalCrossentropy": keras.losses.categorical_crossentropy,
        "binaryCrossentropy": keras.losses.binary_crossentropy,
    }
    return {name: np.asarray(loss(targets, predictions)).tolist() for name, loss in names.items()}


TARGET = pathlib.Path(__file__).with_name("keras.json")
TARGET.write_text(
    json.dumps(
        {"keras": keras.__version__, "histories": histories(), "layers": layer_outputs(), "losses": losses()}, indent=1
    )
    + "\n"
)
print("written", TARGET)
