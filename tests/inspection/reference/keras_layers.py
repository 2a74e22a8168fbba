"""Keras models of layers that tfjs lacks or computes otherwise, with what Keras predicts.

Run from the project folder: .venv/bin/python tests/inspection/reference/keras_layers.py
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
ops = keras.ops
random = numpy.random.default_rng(23)
keras.utils.set_random_seed(23)


def recurrent():
    x = layers.Input((7, 3), name="window")
    h = layers.GRU(4, return_sequences=True, name="default", dropout=0.1, recurrent_dropout=0.1, kernel_regularizer="l2")(x)
    both = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(h)
    summed = layers.Bidirectional(layers.GRU(3), merge_mode="sum")(both)
    averaged = layers.Bidirectional(layers.GRU(2, reset_after=False, return_sequences=True), merge_mode="ave")(both)
    back = layers.GRU(3, go_backwards=True, use_bias=False, activation="relu", recurrent_activation="hard_sigmoid")(both)
    backwards = layers.Bidirectional(layers.SimpleRNN(2, return_sequences=True), merge_mode="mul")(h)
    steps = layers.TimeDistributed(layers.Dense(3, activation="gelu"), name="each")(averaged)
    steps = layers.TimeDistributed(layers.LeakyReLU(negative_slope=0.2))(steps)
    small = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(2)], name="small")
    inner = layers.TimeDistributed(small, name="each_small")(steps)
    wide = layers.Concatenate()([summed, back, layers.Flatten()(inner), layers.Flatten()(backwards)])
    return keras.Model(x, [layers.Dense(3, activation="softmax", name="direction")(wide), layers.Dense(1, activation="softplus", name="volatility")(wide)])


def attentive():
    x = layers.Input((6, 4), name="window")
    scaled = layers.Normalization(name="scaler")
    scaled.adapt(random.normal(2, 3, (50, 6, 4)))
    h = scaled(x)
    a = layers.MultiHeadAttention(2, 3, name="self", dropout=0.2)(h, h)
    h = layers.LayerNormalization()(layers.Add()([h, a]))
    causal = layers.MultiHeadAttention(3, 2, value_dim=4, use_bias=False, name="causal")(h, h, use_causal_mask=True)
    longer = layers.ZeroPadding1D((1, 2))(causal)
    cross = layers.MultiHeadAttention(2, 2, output_shape=5, name="cross")(query=h, value=longer, key=layers.Dense(3)(longer))
    product = layers.Attention(use_scale=True)([h, longer])
    plain = layers.Attention()([h, causal, h], use_causal_mask=True)
    sums = layers.AdditiveAttention()([h, longer])
    h = layers.Concatenate()([cross, product, plain, sums])
    h = layers.RMSNormalization()(layers.Dense(6, activation="gelu")(h))
    h = layers.UnitNormalization()(h)
    pooled = layers.GlobalAveragePooling1D(keepdims=True)(h)
    return keras.Model(x, layers.Dense(2, name="out")(layers.Flatten()(pooled)))


def convolutions():
    x = layers.Input((13, 4), name="window")
    branches = [
        layers.SeparableConv1D(5, 3, padding="same", depth_multiplier=2, activation="relu")(x),
        layers.SeparableConv1D(5, 2, padding="same", dilation_rate=3)(x),
        layers.DepthwiseConv1D(3, padding="same", depth_multiplier=2, activation="tanh")(x),
        layers.Conv1D(6, 3, padding="same", groups=2, activation="silu")(x),
        layers.Conv1D(4, 3, padding="same", dilation_rate=2)(x),
        layers.Conv1D(4, 2, padding="causal", dilation_rate=2, kernel_regularizer="l2")(x),
    ]
    strided = [
        layers.Conv1D(4, 3, padding="causal", strides=2)(x),
        layers.DepthwiseConv1D(4, strides=2, padding="same", use_bias=False)(x),
        layers.Cropping1D((1, 2))(layers.SeparableConv1D(4, 3, strides=2)(layers.ZeroPadding1D(2)(layers.ZeroPadding1D((1, 0))(x)))),
    ]
    valid = layers.Conv1D(3, 3, dilation_rate=3)(x)
    up = layers.UpSampling1D(2)(layers.Concatenate()([strided[0], strided[1]]))
    flat = [layers.Flatten()(one) for one in [layers.Concatenate()(branches), strided[2], valid, up]]
    return keras.Model(x, layers.Dense(2)(layers.Concatenate()(flat)))


def pictures():
    x = layers.Input((6, 6, 2))
    h = layers.SeparableConv2D(4, 3, activation="gelu")(x)
    h = layers.Conv2DTranspose(3, 2, strides=2)(h)
    h = layers.Cropping2D(((1, 1), (2, 1)))(h)
    h = layers.UpSampling2D(2)(h)
    return keras.Model(x, layers.Dense(2)(layers.GlobalMaxPooling2D()(h)))


def operations():
    x = layers.Input((5, 4), name="window")
    h = layers.Dense(4)(x)
    last = h[:, -1, :]
    some = h[:, 1:4, 2]
    early = h[:, :-2]
    mixed = (1.0 - last) * 2.0 + last / 4.0 - x[:, 0] * last
    parts = [
        mixed,
        some,
        ops.mean(early, axis=1),
        ops.max(h, axis=-1),
        ops.sum(h, axis=1, keepdims=False),
        layers.Subtract()([last, mixed]),
        layers.Dot(axes=1)([last, mixed]),
        layers.Identity()(ops.relu(last)),
        ops.sigmoid(last) ** 2.0,
        last * last,
    ]
    return keras.Model(x, layers.Dense(3)(layers.Concatenate()(parts)))


def activations():
    names = ["gelu", "leaky_relu", "relu6", "exponential", "hard_sigmoid", "hard_silu", "log_sigmoid", "hard_tanh", "tanh_shrink"]
    names += ["soft_shrink", "hard_shrink", "squareplus", "celu", "mish", "silu", "softsign", "selu", "elu", "softplus", "log_softmax"]
    x = layers.Input((9,))
    return keras.Model(x, [layers.Activation(name, name=name)(layers.Rescaling(3.0)(x)) for name in names])


def activated():
    x = layers.Input((4,), name="features")
    first = layers.Dense(6, activation=layers.LeakyReLU(negative_slope=0.3), name="first")
    shared = layers.Dense(6, activation=layers.ELU())
    h = shared(shared(first(x)))
    return keras.Model(x, [layers.Dense(3, activation=layers.Softmax(), name="direction")(h), layers.Dense(1, activation=layers.ReLU(), name="volatility")(h)])


expected = {}
makers = {"recurrent": recurrent, "attentive": attentive, "convolutions": convolutions, "images": pictures, "operations": operations, "activations": activations, "activated": activated}
for name, make in makers.items():
    model = stir(make(), random)
    rows = random.normal(size=(3, *model.input_shape[1:])).astype("float32")
    for ending in ["keras"] + (["h5"] if name in ["recurrent", "attentive", "activated"] else []):
        model.save(folder / f"{name}.{ending}")
        if ending == "keras":
            # Normalization looks at its weights when it is loaded, and not again. From .h5 Keras cannot load Attention.
            outputs = keras.models.load_model(folder / f"{name}.{ending}").predict(rows, verbose=0)
        expected[f"{name}.{ending}"] = {
            "shape": list(rows.shape),
            "inputs": rows.ravel().round(7).tolist(),
            "outputs": [numpy.asarray(o).ravel().tolist() for o in (outputs if isinstance(outputs, list) else [outputs])],
        }

(folder / "keras_layers.json").write_text(json.dumps({"keras": keras.__version__, "models": expected}, indent=1) + "\n")

window = layers.Input((4, 6))
refused = {
    "state": layers.LSTM(3, return_state=True, name="memory")(window)[0],
    "mask_argument": layers.MultiHeadAttention(2, 3, name="look_back")(window, window, attention_mask=ops.ones((1, 4, 4))),
    "every_other": window[:, ::2],
}
for name, output in refused.items():
    keras.Model(window, output).save(folder / f"refused_{name}.keras")
