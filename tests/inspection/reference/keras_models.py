"""Keras models that inspect.model loads, with what Keras predicts.

Run from the project folder: .venv/bin/python tests/inspection/reference/keras_models.py
"""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy
from stirred import stir

folder = pathlib.Path(__file__).parent
layers = keras.layers
random = numpy.random.default_rng(11)
keras.utils.set_random_seed(11)


def heads():
    x = layers.Input((6,), name="features")
    h = layers.Dense(8, activation="swish", name="first", kernel_regularizer=keras.regularizers.L2(1e-4))(x)
    h = layers.BatchNormalization(epsilon=1e-4)(h)
    h = layers.LeakyReLU(negative_slope=0.1)(h)
    h = layers.Dropout(0.3)(h)
    s = layers.Dense(8, activation="elu", use_bias=False)(x)
    h = layers.Add()([h, s])
    h = layers.LayerNormalization(epsilon=1e-3)(h)
    wide = layers.Concatenate()([h, layers.Activation("tanh")(s), layers.Multiply()([h, s])])
    outputs = [
        layers.Dense(3, activation="softmax", name="direction")(wide),
        layers.Dense(1, activation="softplus", name="volatility", kernel_initializer="he_normal")(wide),
        layers.ReLU(max_value=6.0, name="magnitude")(layers.Dense(1)(wide)),
    ]
    return keras.Model(x, outputs, name="heads")


def windows():
    x = layers.Input((12, 4), name="window")
    h = layers.Conv1D(6, 2, padding="causal", dilation_rate=4, activation="relu")(x)
    h = layers.Conv1D(5, 3, padding="same", strides=1)(h)
    h = layers.MaxPooling1D(2)(h)
    lstm = layers.LSTM(4, return_sequences=True)(h)
    gru = layers.GRU(3, reset_after=False)(lstm)
    rnn = layers.SimpleRNN(3)(h)
    pools = [layers.GlobalAveragePooling1D()(lstm), layers.GlobalMaxPooling1D()(h)]
    flat = layers.Flatten()(layers.AveragePooling1D(3)(h))
    return keras.Model(x, layers.Dense(2, name="out")(layers.Concatenate()([gru, rnn, *pools, flat])))


def pictures():
    return keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Conv2D(3, 3, activation="relu", padding="same"),
            layers.MaxPooling2D(),
            layers.DepthwiseConv2D(2),
            layers.AveragePooling2D(3, strides=1),
            layers.Reshape((3,)),
            layers.PReLU(),
            layers.Dense(2, activation="sigmoid"),
        ]
    )


def nested():
    trunk = keras.Sequential([keras.Input((5,)), layers.Dense(4, activation="gelu" if False else "selu"), layers.Dense(4)], name="trunk")
    x = layers.Input((5,))
    twice = layers.Dense(4, name="shared")
    inner = keras.Model(i := layers.Input((4,)), layers.Dense(3, activation="softsign")(i), name="inner")
    h = trunk(x)
    return keras.Model(x, inner(layers.Average()([twice(h), twice(twice(h))])))


def legacy():
    model = keras.Sequential([keras.Input((12, 4)), layers.LSTM(5, return_sequences=True), layers.BatchNormalization(), layers.LSTM(3), layers.Dense(2, activation="tanh")])
    return model


expected = {}
for name, make in {"heads.keras": heads, "windows.keras": windows, "pictures.keras": pictures, "nested.keras": nested, "legacy.h5": legacy, "heads.h5": heads}.items():
    model = stir(make(), random)
    rows = random.normal(size=(4, *model.input_shape[1:])).astype("float32")
    model.save(folder / name)
    outputs = model.predict(rows, verbose=0)
    expected[name] = {
        "shape": list(rows.shape),
        "inputs": rows.ravel().round(7).tolist(),
        "outputs": [numpy.asarray(o).ravel().tolist() for o in (outputs if isinstance(outputs, list) else [outputs])],
    }

(folder / "keras_models.json").write_text(json.dumps({"keras": keras.__version__, "models": expected}, indent=1) + "\n")
