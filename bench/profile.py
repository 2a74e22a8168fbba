"""Runs a kept graph under TensorFlow's own profiler: python profile.py FOLDER STEPS prints a Profile of profile.ts."""

import collections
import json
import sys
import time

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
v1.disable_eager_execution()
folder, steps = sys.argv[1], int(sys.argv[2])
random = np.random.default_rng(1)

with v1.Session() as session:
    meta = v1.saved_model.load(session, ["serve"], folder)
    graph = session.graph
    feed = {}
    for node in meta.graph_def.node:
        if node.op != "Placeholder":
            continue
        tensor = graph.get_tensor_by_name(node.name + ":0")
        shape = [int(size) for size in tensor.shape]
        if node.name in ("x0", "x1"):
            feed[tensor] = np.int32(0 if node.name == "x0" else steps)
        elif tensor.dtype == tf.float32:
            feed[tensor] = random.normal(0, 0.05, size=shape).astype("float32")
        else:
            feed[tensor] = np.zeros(shape, tensor.dtype.as_numpy_dtype)
    call = graph.get_operation_by_name("call")
    run = lambda **more: session.run(call.outputs[0], feed, **more)
    run()
    start = time.perf_counter()
    run()
    wall = (time.perf_counter() - start) / steps * 1e6
    notes = v1.RunMetadata()
    run(options=v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE), run_metadata=notes)

found = collections.defaultdict(lambda: [0, 0.0, (0, "")])
for device in notes.step_stats.dev_stats:
    for node in device.node_stats:
        # "name = Operation(inputs)" for operations; others are the executor's own.
        text = node.timeline_label
        kind = text.split(" = ")[1].split("(")[0] if " = " in text else node.node_name.split("_")[-1]
        entry = found[kind]
        entry[0] += 1
        entry[1] += node.op_end_rel_micros - node.op_start_rel_micros
        for output in node.output:
            shape = [int(each.size) for each in output.tensor_description.shape.dim]
            entry[2] = max(entry[2], (int(np.prod(shape)), str(shape)))
operations = [
    {"operation": kind, "calls": calls / steps, "microseconds": time_ / steps, "largest": shape}
    for kind, (calls, time_, (_, shape)) in found.items()
]
print(json.dumps({"wall": wall, "operations": sorted(operations, key=lambda each: -each["microseconds"])}))
