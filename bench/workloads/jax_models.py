"""The models of models.ts in JAX, with Adam written out: as an own step a call, or with `lax.scan` over the steps of an epoch."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn


class Draw:
    """Initial weights, scaled by the number of inputs."""

    def __init__(self):
        self.random = np.random.default_rng(0)

    def __call__(self, *shape, fan=None):
        return jnp.asarray(self.random.normal(size=shape) / np.sqrt(fan or shape[0]), jnp.float32)

    def dense(self, inputs, outputs):
        return {"w": self(inputs, outputs), "b": jnp.zeros(outputs)}

    def normal(self, width):
        return {"scale": jnp.ones(width), "shift": jnp.zeros(width)}


def dense(p, x):
    return x @ p["w"] + p["b"]


def normalise(p, x):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) * lax.rsqrt(variance + 1e-3) * p["scale"] + p["shift"]


def wide_mlp(draw):
    p = [draw.dense(64, 256), draw.dense(256, 256), draw.dense(256, 1)]
    return p, lambda p, x: dense(p[2], nn.relu(dense(p[1], nn.relu(dense(p[0], x)))))


def patchtst(draw):
    block = lambda: {
        "first": draw.normal(192),
        "qkv": [draw.dense(192, 192) for _ in range(3)],
        "out": draw.dense(192, 192),
        "second": draw.normal(192),
        "wide": draw.dense(192, 768),
        "back": draw.dense(768, 192),
    }
    p = {
        "embed": draw(16, 64, 192, fan=1024),
        "bias": jnp.zeros(192),
        "blocks": [block() for _ in range(3)],
        "last": draw.normal(192),
        "head": draw.dense(192, 1),
    }

    def apply(p, x):
        numbers = ("NWC", "WIO", "NWC")
        x = lax.conv_general_dilated(x, p["embed"], (8,), "VALID", dimension_numbers=numbers) + p["bias"]
        for b in p["blocks"]:
            normal = normalise(b["first"], x)
            split = lambda y: y.reshape(y.shape[0], y.shape[1], 8, 24).transpose(0, 2, 1, 3)
            q, k, v = [split(dense(each, normal)) for each in b["qkv"]]
            weights = nn.softmax(q @ k.transpose(0, 1, 3, 2) / np.sqrt(24).astype("float32"))
            x = x + dense(b["out"], (weights @ v).transpose(0, 2, 1, 3).reshape(x.shape))
            x = x + dense(b["back"], nn.relu(dense(b["wide"], normalise(b["second"], x))))
        return dense(p["head"], normalise(p["last"], x).mean(1))

    return p, apply


def recurrent(draw, gates):
    p = {"x": draw.dense(8, gates * 64), "h": draw(64, gates * 64), "head": draw.dense(64, 1)}

    def lstm(p, state, x):
        h, c = state
        i, f, g, o = jnp.split(x + h @ p["h"], 4, -1)
        c = nn.sigmoid(f) * c + nn.sigmoid(i) * jnp.tanh(g)
        return (nn.sigmoid(o) * jnp.tanh(c), c), None

    def gru(p, state, x):
        (h,) = state
        z, r = jnp.split(nn.sigmoid(x[:, :128] + h @ p["h"][:, :128]), 2, -1)
        new = jnp.tanh(x[:, 128:] + (r * h) @ p["h"][:, 128:])
        return (z * h + (1 - z) * new,), None

    def apply(p, x):
        cell, states = (lstm, 2) if gates == 4 else (gru, 1)
        zeros = jnp.zeros((x.shape[0], 64))
        projected = dense(p["x"], x).transpose(1, 0, 2)
        state, _ = lax.scan(partial(cell, p), (zeros,) * states, projected)
        return dense(p["head"], state[0])

    return p, apply


def convolutions(draw):
    p = {
        "convolutions": [draw(3, 3, 1, 32, fan=9), draw(3, 3, 32, 64, fan=288)],
        "biases": [jnp.zeros(32), jnp.zeros(64)],
        "wide": draw.dense(3136, 128),
        "head": draw.dense(128, 10),
    }

    def apply(p, x):
        for kernel, bias in zip(p["convolutions"], p["biases"]):
            numbers = ("NHWC", "HWIO", "NHWC")
            x = nn.relu(lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=numbers) + bias)
            x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        x = nn.relu(dense(p["wide"], x.reshape(x.shape[0], -1)))
        return nn.softmax(dense(p["head"], x))

    return p, apply


def graph_attention(draw):
    layer = lambda: {"w": draw(64, 64), "source": draw(4, 16, fan=16), "target": draw(4, 16, fan=16)}
    place = np.arange(200)
    links = jnp.where((place[None, :] - place[:, None]) % 200 < 21, 0.0, -1e9).astype(jnp.float32)

    def apply(p, x):
        for each in p["layers"]:
            h = (x @ each["w"]).reshape(200, 4, 16)
            source, target = [(h * each[of]).sum(-1).T for of in ("source", "target")]
            scores = nn.leaky_relu(source[:, :, None] + target[:, None, :], 0.2)
            mixed = nn.softmax(scores + links) @ h.transpose(1, 0, 2)
            x = nn.elu(mixed.transpose(1, 0, 2).reshape(200, 64))
        return x @ p["out"]

    return {"layers": [layer(), layer()], "out": draw(64, 1)}, apply


def three_branch_wavenet(draw):
    """Without the moving averages of batch normalisation, which its gradients do not need."""
    lstm = lambda inputs, units: {"x": draw.dense(inputs, 4 * units), "h": draw(units, 4 * units)}
    p = {
        "units": [
            {
                "filter": draw(2, 70 if k == 0 else 32, 64, fan=140 if k == 0 else 64),
                "bias": jnp.zeros(64),
                "normal": draw.normal(64),
                "residual": draw.dense(32, 32),
                "skip": draw.dense(32, 32),
            }
            for k in range(12)
        ],
        "shortcut": draw.dense(70, 32),
        "convolutions": [draw(3, i, o, fan=3 * i) for i, o in [(70, 64), (64, 128), (128, 256)]],
        "biases": [jnp.zeros(o) for o in [64, 128, 256]],
        "normals": [draw.normal(o) for o in [64, 128, 256]],
        "lstms": [[lstm(i, u), lstm(i, u)] for i, u in [(256, 256), (512, 128)]],
        "attention": draw.dense(256, 128),
        "score": draw(128, 1),
        "trunk": [draw.dense(288, 256), draw.dense(256, 128)],
        "trunkNormals": [draw.normal(256), draw.normal(128)],
        "heads": draw.dense(128, 5),
    }
    numbers = ("NWC", "WIO", "NWC")

    def batch_normal(p, x):
        axes = tuple(range(x.ndim - 1))
        mean = x.mean(axes)
        variance = ((x - mean) ** 2).mean(axes)
        return (x - mean) * lax.rsqrt(variance + 1e-3) * p["scale"] + p["shift"]

    def run(p, x):
        def cell(state, x):
            h, c = state
            i, f, g, o = jnp.split(x + h @ p["h"], 4, -1)
            c = nn.sigmoid(f) * c + nn.sigmoid(i) * jnp.tanh(g)
            h = nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zeros = jnp.zeros((x.shape[0], p["h"].shape[0]))
        return lax.scan(cell, (zeros, zeros), dense(p["x"], x).transpose(1, 0, 2))[1].transpose(1, 0, 2)

    def apply(p, x, key):
        keys = iter(jax.random.split(key, 32))
        drop = lambda x, rate: x * jax.random.bernoulli(next(keys), 1 - rate, x.shape) / (1 - rate)
        stream, total = x, 0
        for k, u in enumerate(p["units"]):
            d = 2 ** (k % 3)
            y = lax.conv_general_dilated(
                stream, u["filter"], (1,), [(d, 0)], rhs_dilation=(d,), dimension_numbers=numbers
            )
            y = batch_normal(u["normal"], y + u["bias"])
            y = drop(jnp.tanh(y[..., :32]) * nn.sigmoid(y[..., 32:]), 0.1)
            stream = dense(u["residual"], y) + (dense(p["shortcut"], stream) if k == 0 else stream)
            total = total + dense(u["skip"], y)
        waves = total.mean(1)
        for k, kernel in enumerate(p["convolutions"]):
            x = lax.conv_general_dilated(x, kernel, (1,), "SAME", dimension_numbers=numbers) + p["biases"][k]
            x = nn.elu(batch_normal(p["normals"][k], x))
            if k < 2:
                x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 1), (1, 2, 1), "VALID")
            x = drop(x, 0.3)
        for forwards, backwards in p["lstms"]:
            x = jnp.concatenate([run(forwards, x), run(backwards, x[:, ::-1])[:, ::-1]], -1)
            x = drop(x, 0.3)
        weights = nn.softmax((jnp.tanh(dense(p["attention"], x)) @ p["score"])[..., 0])
        trunk = jnp.concatenate([waves, (x * weights[..., None]).sum(1)], -1)
        for layer, normal in zip(p["trunk"], p["trunkNormals"]):
            trunk = drop(batch_normal(normal, nn.elu(dense(layer, trunk))), 0.3)
        y = dense(p["heads"], trunk)
        return jnp.concatenate([nn.softmax(y[:, :3]), nn.softplus(y[:, 3:])], -1)

    return p, apply


def penalised(p):
    """What the L2 penalty of the WaveNet weighs."""
    kernels = [*p["convolutions"], *[each["w"] for each in p["trunk"]]]
    kernels += [one["x"]["w"] for both in p["lstms"] for one in both]
    return sum((kernel**2).sum() for kernel in kernels)


MODELS = {
    "three-branch-wavenet": three_branch_wavenet,
    "wide-mlp": wide_mlp,
    "patchtst": patchtst,
    "gru": lambda draw: recurrent(draw, 3),
    "lstm": lambda draw: recurrent(draw, 4),
    "convolutions": convolutions,
    "graph-attention": graph_attention,
}


class JAX:
    """One model in JAX; `epoch` trains once over the data, by one call a step or by one call of a scan."""

    def __init__(self, model, batch, steps, loss, inputs, targets, setting):
        self.setting, self.steps = setting, steps
        parameters, apply = MODELS[model](Draw())
        cut = lambda x: jnp.asarray(x).reshape(steps, batch, *x.shape[1:])
        self.data = cut(inputs), cut(targets)

        def error(p, x, y, t):
            if loss == "threeHeads":
                prediction = apply(p, x, jax.random.key(t.astype(jnp.int32)))
                off = jnp.abs(prediction[:, 4] - y[:, 4])
                huber = jnp.where(off < 1, 0.5 * off**2, off - 0.5).mean()
                squared = ((prediction[:, 3] - y[:, 3]) ** 2).mean()
                entropy = -(y[:, :3] * jnp.log(jnp.clip(prediction[:, :3], 1e-7, 1 - 1e-7))).sum(-1).mean()
                return entropy + squared + huber + 1e-4 * penalised(p)
            prediction = apply(p, x)
            if loss == "meanSquaredError":
                return ((prediction - y) ** 2).mean()
            return -(y * jnp.log(jnp.clip(prediction, 1e-7, 1 - 1e-7))).sum(-1).mean()

        def step(state, batch):
            p, m, v, t = state
            value, gradient = jax.value_and_grad(error)(p, *batch, t)
            t = t + 1
            m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
            v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
            rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            p = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-7), p, m, v)
            return (p, m, v, t), value

        zeros = lambda: jax.tree.map(jnp.zeros_like, parameters)
        self.state = parameters, zeros(), zeros(), jnp.float32(0)
        self.step = jax.jit(step, donate_argnums=0)
        self.scan = jax.jit(lambda state, data: lax.scan(step, state, data), donate_argnums=0)

    def epoch(self):
        if self.setting == "scan":
            self.state, losses = self.scan(self.state, self.data)
        else:
            for k in range(self.steps):
                self.state, losses = self.step(self.state, (self.data[0][k], self.data[1][k]))
        jax.block_until_ready((self.state, losses))
