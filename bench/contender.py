"""Keras's side of the race: reads requests, a line of JSON each, and answers {secondsPerStep, memory}. See contender.ts."""

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

layers = keras.layers


def mlp():
    source = keras.Input((5,))
    hidden = layers.Dense(8, activation="relu")(layers.Dense(16, activation="relu")(source))
    return keras.Model(source, layers.Dense(1)(hidden)), ["mse"]


def wavenet():
    source = keras.Input((32, 8))
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
    inputs = random.normal(size=(rows, 32, 8)).astype("float32")
    last = inputs[:, -1]
    direction = np.eye(3, dtype="float32")[last[:, :3].argmax(1)]
    return inputs, [direction, (inputs**2).mean((1, 2))[:, None], np.abs(last).mean(1, keepdims=True)]


def measure(contender, work, rows, batch):
    model, losses = mlp() if work == "mlp" else wavenet()
    best = {"jit_compile": True, "steps_per_execution": min(100, rows // batch)} if contender == "Keras at best" else {}
    model.compile("adam", losses, **({"jit_compile": False} | best))
    inputs, targets = data(work, rows)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        model.fit(inputs, targets, batch_size=batch, epochs=1, verbose=0)
        seconds.append(time.perf_counter() - start)
    memory = int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1]) * 1024
    return {"secondsPerStep": min(seconds[1:]) / (rows // batch), "memory": memory, "mode": contender}


for line in sys.stdin:
    print(json.dumps(measure(**json.loads(line))), file=answers, flush=True)
