"""Speaks to rescue-responder on a live host as the worker does: over ssh, a JSON object a line."""
import base64
import json
import os
import pathlib
import shutil

from live_case import TESTS
from stage import ssh
from stage.network import PROVIDER

PROGRAM = pathlib.Path(os.environ.get("RESCUE_BIN") or TESTS.parent / "build" / "release" / "bin") / "rescue-responder"
LOCK = b"held by a test"


class Refused(Exception):
    """An answer that says no."""


class Responder:
    """From enter to exit it holds the lock."""

    def __init__(self, host):
        self.host = host
        self.last = 0

    def __enter__(self):
        shutil.copy2(PROGRAM, self.host.root / "root" / PROGRAM.name)
        self.process = ssh.talk_with_key(PROVIDER, "root", self.host.keys["root"], f"/root/{PROGRAM.name}", host=self.host.address)
        self.ask("lock-hold")
        self.lock = self.ask("lock-write", record=base64.b64encode(LOCK).decode())["sha256"]
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def ask(self, op, **more):
        self.last += 1
        self.process.stdin.write(json.dumps({"id": self.last, "op": op} | more) + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        if not told["ok"]:
            raise Refused(f"{op}: {told['error']}")
        return told["result"]

    def apply_all(self, ways):
        """Plans and does each step until none is left; returns what was done."""
        done = []
        for _ in range(20):
            steps = self.ask("plan", ways=ways)["steps"]
            if not steps:
                return done
            done.append(self.ask("apply", step=steps[0]["id"], step_sha256=steps[0]["sha256"], lock_sha256=self.lock))
        raise AssertionError(f"there are steps without end: {steps}")

    def undo_all(self, done):
        return [self.ask("undo", number=one["record"]["number"], lock_sha256=self.lock) for one in reversed(done)]
