"""Financial WaveNet in Keras, run on weights and rows handed over as raw numbers.

Usage: three_branches.py FOLDER   with FOLDER/request.json and the files it names; writes FOLDER/answer.json and others.
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

layers = keras.layers
L2 = 1e-4


def l2(weight=L2):
    return keras.regularizers.L2(weight)


class Attention(layers.Layer):
    """Bahdanau: softmax over the steps of u . tanh(x W + b)."""

    def __init__(self, units, **options):
        super().__init__(**options)
        self.units = units

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], self.units), name="w")
        self.b = self.add_weight(shape=(self.units,), name="b")
        self.u = self.add_weight(shape=(self.units, 1), name="u")

    def call(self, x):
        scores = tf.tanh(tf.tensordot(x, self.w, 1) + self.b)
        weights = tf.nn.softmax(tf.tensordot(scores, self.u, 1), axis=1)
        return tf.reduce_sum(x * weights, axis=1)


class Unit(layers.Layer):
    """One gated residual unit; a layer of its own, so that the last one's residual is counted though nothing reads it."""

    def __init__(self, channels, dilation, project, rate, **options):
        super().__init__(**options)
        self.convolution = layers.Conv1D(2 * channels, 2, padding="causal", dilation_rate=dilation)
        self.normalization = layers.BatchNormalization()
        self.dropout = layers.Dropout(rate)
        self.projection = layers.Conv1D(channels, 1) if project else None
        self.residual = layers.Conv1D(channels, 1)
        self.skip = layers.Conv1D(channels, 1)

    def call(self, x, training=None):
        y = self.normalization(self.convolution(x), training=training)
        a, b = tf.split(y, 2, axis=-1)
        y = self.dropout(tf.tanh(a) * tf.sigmoid(b), training=training)
        shortcut = self.projection(x) if self.projection else x
        return self.residual(y) + shortcut, self.skip(y)


def build(window, features, rate, unit_rate, head):
    source = keras.Input((window, features))
    stream, skips, units = source, [], []
    for k in range(12):
        unit = Unit(32, 2 ** (k % 3), k == 0, unit_rate, name=f"unit{k + 1}")
        stream, skip = unit(stream)
        skips.append(skip)
        units.append(unit)
    waves = layers.GlobalAveragePooling1D()(layers.Add()(skips))
    x, convolutions = source, []
    for k, filters in enumerate([64, 128, 256]):
        convolution = layers.Conv1D(filters, 3, padding="same", kernel_regularizer=l2())
        normalization = layers.BatchNormalization()
        x = layers.ELU()(normalization(convolution(x)))
        if k < 2:
            x = layers.MaxPooling1D(2)(x)
        x = layers.Dropout(rate)(x)
        convolutions += [convolution, normalization]
    recurrent = []
    for count in [256, 128]:
        layer = layers.Bidirectional(layers.LSTM(count, return_sequences=True, kernel_regularizer=l2()))
        x = layers.Dropout(rate)(layer(x))
        recurrent.append(layer)
    attention = Attention(128)
    trunk = layers.Concatenate()([waves, attention(x)])
    fusion = []
    for count in [256, 128]:
        dense, normalization = layers.Dense(count, activation="elu", kernel_regularizer=l2()), layers.BatchNormalization()
        trunk = layers.Dropout(rate)(normalization(dense(trunk)))
        fusion += [dense, normalization]
    heads = [
        layers.Dense(3, activation="softmax", name="direction"),
        layers.Dense(1, activation=head, name="volatility"),
        layers.Dense(1, activation=head, name="magnitude"),
    ]
    model = keras.Model(source, {layer.name: layer(trunk) for layer in heads})
    return model, variables(units, convolutions, recurrent, attention, fusion, heads)


def variables(units, convolutions, recurrent, attention, fusion, heads):
    """Name of the variable in this library -> the variable of Keras."""
    named = {}

    def add(name, layer, **extra):
        for variable in layer.weights:
            named[f"{name}/{variable.name}"] = variable

    for unit in units:
        for part in ["convolution", "normalization", "projection", "residual", "skip"]:
            if getattr(unit, part) is not None:
                add(f"{unit.name}_{part}", getattr(unit, part))
    for k in range(3):
        add(f"convolution{k + 1}", convolutions[2 * k])
        add(f"convolution{k + 1}_normalization", convolutions[2 * k + 1])
    for k, layer in enumerate(recurrent, 1):
        add(f"lstm{k}/forward", layer.forward_layer)
        add(f"lstm{k}/backward", layer.backward_layer)
    named["attention/kernel"], named["attention/bias"] = attention.w, attention.b
    named["attention_score/kernel"] = attention.u
    for k in range(2):
        add(f"fusion{k + 1}", fusion[2 * k])
        add(f"fusion{k + 1}_normalization", fusion[2 * k + 1])
    for head in heads:
        add(head.name, head)
    return named


def main(folder):
    request = json.loads((folder / "request.json").read_text())

    def read(name, shape):
        return np.fromfile(folder / name, "float32").reshape(shape)

    rows, window, features = request["shape"]
    model, named = build(window, features, 0.0, 0.0, request["head"])
    given = np.fromfile(folder / "weights.bin", "float32")
    names = request["names"]
    assert sorted(names) == sorted(named), set(names) ^ set(named)
    offset = 0
    for name in names:
        size = int(np.prod(named[name].shape))
        named[name].assign(given[offset : offset + size].reshape(named[name].shape))
        offset += size
    x = read("inputs.bin", (rows, window, features))
    y = {"direction": read("direction.bin", (rows, 3)), "volatility": read("volatility.bin", (rows, 1))}
    y["magnitude"] = read("magnitude.bin", (rows, 1))
    losses = {"direction": "categorical_crossentropy", "volatility": "mse", "magnitude": keras.losses.Huber(1.0)}
    weights = request["lossWeights"]
    outputs = model(x[:64], training=False)
    np.concatenate([np.ravel(outputs[name]) for name in ["direction", "volatility", "magnitude"]]).astype(
        "float32"
    ).tofile(folder / "outputs.bin")
    batch = slice(0, 64)
    with tf.GradientTape() as tape:
        predicted = model(x[batch], training=False)
        terms = {name: keras.losses.get(loss)(y[name][batch], predicted[name]) for name, loss in losses.items()}
        loss = sum(weights[name] * tf.reduce_mean(term) for name, term in terms.items()) + tf.add_n(model.losses)
    trainable = [name for name in names if named[name].trainable]
    gradients = tape.gradient(loss, [named[name].value for name in trainable])
    flat = [np.zeros(named[n].shape, "float32") if g is None else g.numpy() for n, g in zip(trainable, gradients)]
    np.concatenate([np.ravel(g) for g in flat]).astype("float32").tofile(folder / "gradients.bin")
    model.compile(keras.optimizers.Adam(request["learningRate"], clipnorm=1.0), loss=losses, loss_weights=weights)
    history = []

    class Each(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            history.append({key: float(value) for key, value in logs.items()})

    model.fit(x, y, batch_size=64, epochs=request["epochs"], shuffle=False, verbose=0, callbacks=[Each()])
    after = model.predict(x[:64], verbose=0)
    np.concatenate([np.ravel(after[name]) for name in ["direction", "volatility", "magnitude"]]).astype("float32").tofile(
        folder / "trained.bin"
    )
    answer = {"keras": keras.__version__, "parameters": model.count_params(), "history": history, "trainable": trainable}
    (folder / "answer.json").write_text(json.dumps(answer))


main(pathlib.Path(sys.argv[1]))
