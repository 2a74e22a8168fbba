"""The models of models.ts as one writes them in Keras."""

import keras
import numpy as np
from keras import layers, ops

# Steps an epoch, rows a batch, shape of a row, numbers of a target: as in models.ts, from which they are given.


def wide_mlp():
    source = keras.Input((64,))
    x = source
    for units in [256, 256]:
        x = layers.Dense(units, activation="relu")(x)
    return keras.Model(source, layers.Dense(1)(x))


def patchtst():
    source = keras.Input((180, 64))
    x = layers.Conv1D(192, 16, strides=8)(source)
    for _ in range(3):
        normal = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.MultiHeadAttention(8, 24)(normal, normal)])
        wide = layers.Dense(768, activation="relu")(layers.LayerNormalization()(x))
        x = layers.Add()([x, layers.Dense(192)(wide)])
    pooled = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    return keras.Model(source, layers.Dense(1)(pooled))


def recurrent(layer):
    source = keras.Input((60, 8))
    return keras.Model(source, layers.Dense(1)(layer(source)))


def convolutions():
    source = keras.Input((28, 28, 1))
    x = source
    for filters in [32, 64]:
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Dense(128, activation="relu")(layers.Flatten()(x))
    return keras.Model(source, layers.Dense(10, activation="softmax")(x))


def three_branch_wavenet():
    penalty = keras.regularizers.L2(1e-4)
    source = keras.Input((20, 70))
    stream, skips = source, []
    for k in range(12):
        y = layers.Conv1D(64, 2, padding="causal", dilation_rate=2 ** (k % 3))(stream)
        y = layers.BatchNormalization()(y)
        y = layers.Multiply()([ops.tanh(y[:, :, :32]), ops.sigmoid(y[:, :, 32:])])
        y = layers.Dropout(0.1)(y)
        shortcut = layers.Conv1D(32, 1)(stream) if k == 0 else stream
        stream = layers.Add()([layers.Conv1D(32, 1)(y), shortcut])
        skips.append(layers.Conv1D(32, 1)(y))
    waves = layers.GlobalAveragePooling1D()(layers.Add()(skips))
    x = source
    for k, filters in enumerate([64, 128, 256]):
        x = layers.Conv1D(filters, 3, padding="same", kernel_regularizer=penalty)(x)
        x = layers.ELU()(layers.BatchNormalization()(x))
        x = layers.MaxPooling1D(2)(x) if k < 2 else x
        x = layers.Dropout(0.3)(x)
    for units in [256, 128]:
        lstm = layers.LSTM(units, return_sequences=True, kernel_regularizer=penalty)
        x = layers.Dropout(0.3)(layers.Bidirectional(lstm)(x))
    score = layers.Dense(1, use_bias=False)(layers.Dense(128, activation="tanh")(x))
    attended = layers.Dot(1)([x, layers.Softmax()(layers.Flatten()(score))])
    trunk = layers.Concatenate()([waves, attended])
    for units in [256, 128]:
        trunk = layers.Dense(units, activation="elu", kernel_regularizer=penalty)(trunk)
        trunk = layers.Dropout(0.3)(layers.BatchNormalization()(trunk))
    heads = [layers.Dense(3, activation="softmax")(trunk)]
    heads += [layers.Dense(1, activation="softplus")(trunk) for _ in range(2)]
    return keras.Model(source, heads)


class Attend(layers.Layer):
    def build(self, shape):
        self.kernel = self.add_weight(shape=(64, 64), name="kernel")
        self.source = self.add_weight(shape=(4, 16), name="source")
        self.target = self.add_weight(shape=(4, 16), name="target")
        place = np.arange(200)
        near = (place[None, :] - place[:, None]) % 200 < 21
        self.links = ops.convert_to_tensor(np.where(near, 0, -1e9).astype("float32"))

    def call(self, x):
        h = ops.reshape(ops.matmul(x, self.kernel), (200, 4, 16))
        source, target = [ops.transpose(ops.sum(h * of, -1)) for of in (self.source, self.target)]
        each = ops.leaky_relu(source[:, :, None] + target[:, None, :], 0.2)
        mixed = ops.matmul(ops.softmax(each + self.links), ops.transpose(h, (1, 0, 2)))
        return ops.elu(ops.reshape(ops.transpose(mixed, (1, 0, 2)), (200, 64)))


def graph_attention():
    source = keras.Input(batch_shape=(200, 64))
    return keras.Model(source, layers.Dense(1, use_bias=False)(Attend()(Attend()(source))))


MODELS = {
    "wide-mlp": wide_mlp,
    "three-branch-wavenet": three_branch_wavenet,
    "patchtst": patchtst,
    # tfjs's GRU resets before the product, as the first version of the paper has it.
    "gru": lambda: recurrent(layers.GRU(64, reset_after=False)),
    "lstm": lambda: recurrent(layers.LSTM(64)),
    "convolutions": convolutions,
    "graph-attention": graph_attention,
}


LOSSES = {
    "meanSquaredError": "mse",
    "categoricalCrossentropy": "categorical_crossentropy",
    "threeHeads": ["categorical_crossentropy", "mse", "huber"],
}


class Keras:
    """One model of Keras under one setting of `compile`; `epoch` trains once over the data."""

    def __init__(self, model, batch, steps, loss, inputs, targets, setting):
        self.batch, self.inputs, self.targets = batch, inputs, targets
        if loss == "threeHeads":
            self.targets = [targets[:, :3], targets[:, 3:4], targets[:, 4:]]
        self.model = MODELS[model]()
        self.model.compile(
            "adam",
            LOSSES[loss],
            jit_compile=setting.startswith("jit"),
            # More are unrolled into graphs that take minutes to compile.
            steps_per_execution=min(steps, 32) if setting.endswith("many") else 1,
        )

    def epoch(self):
        self.model.fit(self.inputs, self.targets, batch_size=self.batch, epochs=1, verbose=0)
