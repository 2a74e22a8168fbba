"""Round trips of three kernels, one line of JSON each; called by bench/kernel.ts with the kernelspecs to compare."""
from __future__ import annotations

import json
import statistics
import sys
import time

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


def measure(order: dict, rounds: int) -> dict:
    found: dict[str, list[float]] = {key: [] for key in ("ready", "first", "import", "trivial", "complete")}
    for _ in range(rounds):
        manager = Manager(kernel_name="bench")
        manager.given = order["spec"]
        started = time.perf_counter()
        manager.start_kernel(cwd=order["folder"])
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        found["ready"].append(time.perf_counter() - started)
        run(client, order["trivial"])
        found["first"].append(time.perf_counter() - started)
        found["import"].append(run(client, order["import"]))
        run(client, order["trivial"])
        found["trivial"] += [run(client, f"{order['trivial']} + {k}") for k in range(30)]
        complete(client, order["complete"])
        found["complete"] += [complete(client, order["complete"]) for _ in range(5)]
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return {"kernel": order["kernel"], **{key: statistics.median(values) for key, values in found.items()}}


def main() -> None:
    orders = json.load(sys.stdin)
    for order in orders["kernels"]:
        print(json.dumps(measure(order, orders["rounds"])), flush=True)


if __name__ == "__main__":
    main()
