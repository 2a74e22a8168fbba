"""Round trips of three kernels, one line of JSON each; called by bench/kernel.ts with the kernelspecs to compare."""
from __future__ import annotations

import json
import statistics
import sys
import time

import psutil
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager


class Manager(KernelManager):
    """Starts what the specification says, without it being installed."""

    given: dict

    @property
    def kernel_spec(self):
        return KernelSpec(**self.given)


def run(client, code: str) -> float:
    started = time.perf_counter()
    reply = client.execute_interactive(code, output_hook=lambda message: None, timeout=120)
    if reply["content"]["status"] != "ok":
        raise RuntimeError(f"{code!r} failed: {reply['content']}")
    return time.perf_counter() - started


def complete(client, code: str) -> float:
    started = time.perf_counter()
    client.complete(code, reply=True, timeout=60)
    return time.perf_counter() - started


PHASES = ("ready", "first", "import", "trivial", "complete")
CELLS = 30
COMPLETIONS = 5


def measure(order: dict, rounds: int) -> dict:
    wall: dict[str, list[float]] = {key: [] for key in PHASES}
    cpu: dict[str, list[float]] = {key: [] for key in PHASES}
    for _ in range(rounds):
        manager = Manager(kernel_name="bench")
        manager.given = order["spec"]
        started = time.perf_counter()
        manager.start_kernel(cwd=order["folder"])
        client = manager.client()
        client.start_channels()
        process = psutil.Process(manager.provisioner.pid)

        def used() -> float:
            """Seconds of processor time, of all threads of the kernel and of what keeps it, since it was started."""
            each = [one.cpu_times() for one in (process, *process.children(recursive=True))]
            return sum(times.user + times.system for times in each)

        client.wait_for_ready(timeout=60)
        wall["ready"].append(time.perf_counter() - started)
        cpu["ready"].append(used())
        run(client, order["trivial"])
        wall["first"].append(time.perf_counter() - started)
        cpu["first"].append(used())
        before = used()
        wall["import"].append(run(client, order["import"]))
        cpu["import"].append(used() - before)
        run(client, order["trivial"])
        before = used()
        wall["trivial"] += [run(client, f"{order['trivial']} + {k}") for k in range(CELLS)]
        cpu["trivial"].append((used() - before) / CELLS)
        complete(client, order["complete"])
        before = used()
        wall["complete"] += [complete(client, order["complete"]) for _ in range(COMPLETIONS)]
        cpu["complete"].append((used() - before) / COMPLETIONS)
        client.stop_channels()
        manager.shutdown_kernel(now=True)

    def medians(found: dict[str, list[float]]) -> dict[str, float]:
        return {key: statistics.median(values) for key, values in found.items()}

    return {"kernel": order["kernel"], "wall": medians(wall), "cpu": medians(cpu)}


def main() -> None:
    orders = json.load(sys.stdin)
    for order in orders["kernels"]:
        print(json.dumps(measure(order, orders["rounds"])), flush=True)


if __name__ == "__main__":
    main()
