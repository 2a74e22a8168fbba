"""Trials of a sweep on a Ray cluster. `reluctant sweep --on ray` starts this, and both talk in lines of JSON.

In:  {"kind": "trial", "id": ..., "parameters": {...}}; the end of the input ends everything.
Out: {"kind": "ready", "cpus": ...}, {"kind": "line", "id": ..., "line": {...}} for every line that a trial prints,
     {"kind": "end", "id": ..., "code": ..., "lines": [...], "log": ...}, {"kind": "lost", "id": ..., "why": ...},
     {"kind": "failed", "why": ...}.

Which trial runs again, and how often, is decided there and not here: tasks are never repeated by Ray.
"""

import argparse
import asyncio
import json
import math
import os
import queue
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import ray

sys.path.insert(0, str(Path(__file__).parent))
import fetch  # noqa: E402 - beside this file, wherever that is called from

ray.cloudpickle.register_pickle_by_value(fetch)  # nodes need not have it


def say(**message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Lines:
    """What trials print while they run, on its way to the driver. It lives on the head, which no lost node takes with it."""

    def __init__(self):
        self.waiting = []
        self.some = asyncio.Event()

    async def add(self, key, line):
        self.waiting.append((key, line))
        self.some.set()

    async def take(self):
        """The lines since the last call, once there are any, or after a second."""
        try:
            await asyncio.wait_for(self.some.wait(), 1)
        except asyncio.TimeoutError:
            pass
        self.some.clear()
        taken, self.waiting = self.waiting, []
        return taken


def train(parameters, command, data, threads, lines):
    """One trial in a process of its own, which ends with this worker, however that ends."""
    key, folder = parameters["id"], Path(parameters["folder"])
    for name in ("parameters", "logs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    file = folder / "parameters" / f"{key}.json"
    draft = file.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(json.dumps(parameters))
    draft.rename(file)
    log = folder / "logs" / f"{key}.log"
    environment = {"TF_NUM_INTRAOP_THREADS": str(threads), "TF_CPP_MIN_LOG_LEVEL": "2", **os.environ}
    kept = []
    with open(log, "ab") as output:
        child = subprocess.Popen(
            [*command, "trial", str(file), "--while-open"],
            stdin=subprocess.PIPE,  # never written to: it closes when this process is no more, and the trial ends with it
            stdout=subprocess.PIPE,
            stderr=output,
            cwd=fetch.local_copy(data) if data else None,
            env=environment,
        )
        try:
            for text in child.stdout:
                try:
                    line = json.loads(text)
                except ValueError:
                    line = None
                if not isinstance(line, dict) or line.get("kind") not in ("epoch", "ledger", "done", "stopped"):
                    output.write(text)  # what the program itself prints
                    output.flush()
                    continue
                if line["kind"] == "epoch":
                    lines.add.remote(key, line)
                else:
                    kept.append(line)
                    if line["kind"] == "ledger":
                        lines.add.remote(key, line)
            code = child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
    end = log.read_bytes()[-4000:].decode(errors="replace")
    return {"code": code, "lines": kept, "log": end}


def read_input(into):
    for text in sys.stdin:
        into.put(json.loads(text))
    into.put(None)


def connect(flags):
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if flags.address:
        for left in (2, 1, 0):
            try:
                ray.init(address=flags.address, **quiet)
                return
            except Exception:
                # A head that is busy starts a client's own server too late, and does so the next time.
                if left == 0:
                    raise
                ray.shutdown()
                time.sleep(5)
    else:
        ray.init(num_cpus=math.ceil(flags.workers * flags.cpus), include_dashboard=False, _node_ip_address="127.0.0.1", **quiet)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--address")
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--cpus", type=float, required=True)
    parser.add_argument("--gpus", type=float, required=True)
    parser.add_argument("--data")
    parser.add_argument("command", nargs="+")
    flags = parser.parse_args()
    try:
        connect(flags)
    except Exception as error:  # noqa: BLE001 - whatever it is, the driver says it
        traceback.print_exc()  # into the log
        say(kind="failed", why=str(error))
        return 1
    on_head = {"num_cpus": 0, "resources": {"node:__internal_head__": 0.001}}
    lines = ray.remote(Lines).options(**on_head).remote()
    task = ray.remote(train).options(
        num_cpus=flags.cpus, num_gpus=flags.gpus, max_retries=0, scheduling_strategy="SPREAD"
    )
    threads = max(1, int(flags.cpus))
    say(kind="ready", cpus=ray.cluster_resources().get("CPU", 0))
    asked = queue.Queue()
    threading.Thread(target=read_input, args=(asked,), daemon=True).start()
    running = {}
    heard = lines.take.remote()
    while True:
        while not asked.empty():
            request = asked.get()
            if request is None:
                ray.shutdown()
                return 0
            one = request["parameters"]
            running[task.remote(one, flags.command, flags.data, threads, lines)] = request["id"]
        ready, _ = ray.wait([heard, *running], num_returns=1, timeout=0.1)
        if heard in ready:
            for key, line in ray.get(heard):
                say(kind="line", id=key, line=line)
            heard = lines.take.remote()
        for reference in [one for one in ready if one in running]:
            key = running.pop(reference)
            try:
                say(kind="end", id=key, **ray.get(reference))
            except ray.exceptions.RayTaskError as error:
                say(kind="end", id=key, code=None, lines=[], log=str(error)[-4000:])
            except ray.exceptions.RayError as error:
                say(kind="lost", id=key, why=f"{type(error).__name__}: {error}"[:1000])


if __name__ == "__main__":
    sys.exit(main())
