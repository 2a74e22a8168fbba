"""APEX-Ranker on TensorFlow in double precision: outputs and gradients for weights and rows drawn here.

The encoder as its authors wrote it: a depthwise convolution, then a linear map; nothing is multiplied out before.
    python tests/models/reference/apex_ranker.py > tests/models/reference/apex_ranker.json
"""

import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

SETTING = {"features": 3, "window": 21, "patch": 6, "stride": 4, "width": 8, "depth": 2, "heads": 2, "horizons": [1, 5]}
F, WINDOW, PATCH, STRIDE, D, DEPTH, HEADS, HORIZONS = SETTING.values()
CHANNELS = max(2, D // F)
random = np.random.default_rng(20261127)
weights = {}


def weight(name, *shape, around=0.0):
    weights[name] = tf.Variable(np.round(around + 0.4 * random.normal(size=shape), 3))


weight("patches/kernel", PATCH, F, CHANNELS)
weight("patches/projection", F * CHANNELS, D)
weight("patches/bias", D)
for block in range(1, DEPTH + 1):
    for norm in (1, 2):
        weight(f"block{block}_normalization{norm}/gamma", D, around=1.0)
        weight(f"block{block}_normalization{norm}/beta", D)
    for name in ("query", "key", "value"):
        weight(f"block{block}_attention/{name}_kernel", D, HEADS, D // HEADS)
        weight(f"block{block}_attention/{name}_bias", HEADS, D // HEADS)
    weight(f"block{block}_attention/output_kernel", HEADS, D // HEADS, D)
    weight(f"block{block}_attention/output_bias", D)
    weight(f"block{block}_wide/kernel", D, 4 * D)
    weight(f"block{block}_wide/bias", 4 * D)
    weight(f"block{block}_narrow/kernel", 4 * D, D)
    weight(f"block{block}_narrow/bias", D)
weight("normalization/gamma", D, around=1.0)
weight("normalization/beta", D)
for horizon in HORIZONS:
    weight(f"h{horizon}/kernel", D, 1)
    weight(f"h{horizon}/bias", 1)


def normalised(x, name):
    mean, variance = tf.nn.moments(x, [-1], keepdims=True)
    return (x - mean) / tf.sqrt(variance + 1e-5) * weights[f"{name}/gamma"] + weights[f"{name}/beta"]


def attended(x, name):
    project = lambda part: tf.einsum("btd,dhk->bthk", x, weights[f"{name}/{part}_kernel"]) + weights[f"{name}/{part}_bias"]
    scores = tf.einsum("bthk,bshk->bhts", project("query"), project("key")) / np.sqrt(D // HEADS)
    mixed = tf.einsum("bhts,bshk->bthk", tf.nn.softmax(scores), project("value"))
    return tf.einsum("bthk,hkd->btd", mixed, weights[f"{name}/output_kernel"]) + weights[f"{name}/output_bias"]


def gelu(x):
    return 0.5 * x * (1 + tf.math.erf(x / np.sqrt(2.0)))


def model(rows):
    # [patch, 1, features, channels] on [rows, time, 1, features]: each feature by itself.
    kernel = tf.transpose(weights["patches/kernel"], [0, 1, 2])[:, None]
    x = tf.nn.depthwise_conv2d(rows[:, :, None, :], kernel, [1, STRIDE, STRIDE, 1], "VALID")[:, :, 0]
    x = x @ weights["patches/projection"] + weights["patches/bias"]
    place = np.arange(x.shape[1])[:, None] / 10000 ** (np.arange(0, D, 2) / D)
    x += np.stack([np.sin(place), np.cos(place)], -1).reshape(1, -1, D)
    for block in range(1, DEPTH + 1):
        name = f"block{block}"
        x += attended(normalised(x, f"{name}_normalization1"), f"{name}_attention")
        y = gelu(normalised(x, f"{name}_normalization2") @ weights[f"{name}_wide/kernel"] + weights[f"{name}_wide/bias"])
        x += y @ weights[f"{name}_narrow/kernel"] + weights[f"{name}_narrow/bias"]
    pooled = tf.reduce_mean(normalised(x, "normalization"), 1)
    return [pooled @ weights[f"h{h}/kernel"] + weights[f"h{h}/bias"] for h in HORIZONS]


rows = np.round(random.normal(size=(5, WINDOW, F)), 3)
# What the outputs are multiplied with, so that every output has a gradient of its own.
factors = [np.round(random.normal(size=(5, 1)), 3) for _ in HORIZONS]
with tf.GradientTape() as tape:
    outputs = model(rows)
    loss = tf.add_n([tf.reduce_sum(output * factor) for output, factor in zip(outputs, factors)])
gradients = tape.gradient(loss, weights)
tensor = lambda value: {"shape": list(value.shape), "values": np.round(np.asarray(value), 9).ravel().tolist()}
print(
    json.dumps(
        {
            "tensorflow": tf.__version__,
            "setting": SETTING,
            "rows": tensor(rows),
            "factors": [tensor(factor) for factor in factors],
            "outputs": [tensor(output) for output in outputs],
            "weights": {name: tensor(value) for name, value in weights.items()},
            "gradients": {name: tensor(value) for name, value in gradients.items()},
        }
    )
)
