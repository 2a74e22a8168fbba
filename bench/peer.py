"""One peer of a comparison in a process of its own: trains an epoch for every line it reads, and answers how long that took."""

import json
import os
import resource
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["JAX_PLATFORMS"] = "cpu"
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "workloads"))

import numpy as np


def start(side, model, batch, steps, loss, input, target, setting):
    random = np.random.default_rng(1)
    inputs = random.normal(size=(batch * steps, *input)).astype("float32")
    targets = random.normal(size=(batch * steps, target)).astype("float32")
    if loss == "categoricalCrossentropy":
        targets = np.eye(target, dtype="float32")[targets.argmax(1)]
    if loss == "threeHeads":
        direction = np.eye(3, dtype="float32")[targets[:, :3].argmax(1)]
        targets = np.concatenate([direction, np.abs(targets[:, 3:])], 1)
    if side == "Keras":
        from keras_models import Keras as Side
    else:
        from jax_models import JAX as Side
    return lambda: Side(model, batch, steps, loss, inputs, targets, setting)


make = start(**json.loads(sys.stdin.readline()))
made = None
print("{}", file=answers, flush=True)
for line in sys.stdin:
    begun, cpu = time.perf_counter(), time.process_time()
    made = made or make()
    made.epoch()
    answer = {
        "seconds": time.perf_counter() - begun,
        "cpuSeconds": time.process_time() - cpu,
        "peakMemory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(answer), file=answers, flush=True)
