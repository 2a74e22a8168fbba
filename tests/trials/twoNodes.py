"""A Ray cluster of two nodes on this machine, for tests: prints its address, then obeys lines: `worker` kills a process that runs a trial,
`node` the second node with everything on it; the end of the input ends it."""

import json
import os
import signal
import sys
import time
from pathlib import Path

from ray.cluster_utils import Cluster


def children(parents):
    """Processes that run a trial, of these raylets only."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            title = (place / "cmdline").read_bytes()
            parent = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if title.startswith(b"ray::train") and parent in parents:
            found.append(int(place.name))
    return found


def raylet(node):
    return node.all_processes["raylet"][0].process.pid


port = int(sys.argv[1])
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "ray_client_server_port": port})
second = cluster.add_node(num_cpus=1)
cluster.wait_for_nodes()
print(json.dumps({"address": f"ray://127.0.0.1:{port}"}), flush=True)
for line in sys.stdin:
    if line.strip() == "worker":
        # Between two trials a worker is idle.
        victims = []
        while not victims:
            time.sleep(0.05)
            victims = children([raylet(cluster.head_node)])
        for pid in victims[:1]:
            os.kill(pid, signal.SIGKILL)
        print(json.dumps({"killed": victims[:1]}), flush=True)
    elif line.strip() == "node":
        held = children([raylet(second)])
        cluster.remove_node(second, allow_graceful=False)
        print(json.dumps({"killed": held}), flush=True)
cluster.shutdown()
