"""Keras's side of the race: reads requests, a line of JSON each, and answers as contender.ts does."""

import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import keras
import numpy as np
import psutil

layers = keras.layers
WINDOW = 32
FEATURES = 9
# As in contender.ts.
EPOCHS = 10


def mlp():
    source = keras.Input((5,))
    hidden = layers.Dense(8, activation="relu")(layers.Dense(16, activation="relu")(source))
    return keras.Model(source, layers.Dense(1)(hidden)), ["mse"]


def wavenet():
    """The library's models.financialWaveNet as one writes it in Keras."""
    source = keras.Input((WINDOW, FEATURES))
    stream = layers.Dense(16)(source)
    skips = []
    for dilation in [1, 2, 4, 8]:
        convolve = lambda activation: layers.Conv1D(
            16, 2, padding="causal", dilation_rate=dilation, activation=activation
        )(stream)
        gated = layers.Multiply()([convolve("tanh"), convolve("sigmoid")])
        skips.append(layers.Dense(32)(gated[:, -1, :]))
        if dilation < 8:
            stream = layers.Add()([stream, layers.Dense(16)(gated)])
    fusion = layers.Dense(32, activation="relu")(layers.ReLU()(layers.Add()(skips)))
    fusion = layers.Dropout(0.3)(fusion)
    heads = [
        layers.Dense(3, activation="softmax")(fusion),
        layers.Dense(1, activation="softplus")(fusion),
        layers.Dense(1, activation="softplus")(fusion),
    ]
    return keras.Model(source, heads), ["categorical_crossentropy", "mse", "mse"]


def data(work, rows):
    random = np.random.default_rng(1)
    if work == "mlp":
        inputs = random.normal(size=(rows, 5)).astype("float32")
        return inputs, inputs.sum(1, keepdims=True)
    inputs = random.normal(size=(rows, WINDOW, FEATURES)).astype("float32")
    last = inputs[:, -1]
    direction = np.eye(3, dtype="float32")[last[:, :3].argmax(1)]
    return inputs, [direction, (inputs**2).mean((1, 2))[:, None], np.abs(last).mean(1, keepdims=True)]


def settings(contender, steps):
    """Keras as it comes, or all that its documentation offers for speed: the fastest of these is Keras at its best."""
    if contender == "Keras fit":
        return [{}]
    return [
        {"jit_compile": True, "steps_per_execution": min(100, steps)},
        {"jit_compile": True, "steps_per_execution": steps},
        {"jit_compile": False, "steps_per_execution": steps},
    ]


def measure(contender, work, rows, batch):
    steps = rows // batch
    inputs, targets = data(work, rows)
    fastest = []
    tried = settings(contender, steps)
    for setting in tried:
        model, losses = mlp() if work == "mlp" else wavenet()
        model.compile("adam", losses, **setting)
        epochs = []
        for _ in range(EPOCHS // len(tried) + 1):
            start, cpu = time.perf_counter(), time.process_time()
            model.fit(inputs, targets, batch_size=batch, epochs=1, verbose=0)
            epochs.append((time.perf_counter() - start, time.process_time() - cpu))
        # The fastest of the epochs after the first, as of this project.
        fastest.append(min(epochs[1:]))
    seconds, cpu = min(fastest)
    return {
        "secondsPerStep": seconds / steps,
        "cpuSecondsPerStep": cpu / steps,
        "memory": psutil.Process().memory_info().rss,
    }


for line in sys.stdin:
    print(json.dumps(measure(**json.loads(line))), file=answers, flush=True)
