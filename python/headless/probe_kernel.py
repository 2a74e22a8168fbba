"""Starts a kernel, asks who it is and what 1 + 1 is, and prints the answers as one line of JSON.

Usage: probe_kernel.py NAME SECONDS
"""

import json
import os
import sys
import time

ANSWER = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)  # what the kernel prints goes to standard error


def probe(name, seconds):
    from jupyter_client.manager import start_new_kernel

    begun = time.monotonic()
    manager, client = start_new_kernel(kernel_name=name, startup_timeout=seconds)
    try:
        ready = time.monotonic() - begun
        info = client.kernel_info(reply=True, timeout=seconds)["content"]
        shown = []

        def hear(message):
            if message["msg_type"] == "execute_result":
                shown.append(message["content"]["data"].get("text/plain"))

        reply = client.execute_interactive("1 + 1", timeout=seconds, output_hook=hear)["content"]
        return {
            "ready": ready,
            "implementation": info.get("implementation"),
            "version": info.get("implementation_version"),
            "status": reply["status"],
            "shown": shown,
        }
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


try:
    answer = probe(sys.argv[1], float(sys.argv[2]))
except Exception as problem:
    answer = {"problem": f"{type(problem).__name__}: {problem}"}
ANSWER.write(json.dumps(answer))
ANSWER.flush()
