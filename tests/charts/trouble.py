"""Trouble that the running services are brought into, and out of again: [(alerts, begin, end)]."""
import concurrent.futures
import json
import os
import subprocess
import time
import uuid

import redis_client
import sealing
from case import Case
from stack import PROGRAMS

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
OUTBOX_MAX = 40
SPARE = 12
CHANGES = {"intake": {"outbox": {"max": OUTBOX_MAX}}, "workflow": {"jobs": {"lease_s": 3, "redispatch_after_s": 2}}}


class Trouble:
    """`aim(services)` says whom Prometheus is to read; `settle()` returns when it has read everybody once more."""

    def __init__(self, stack, aim, settle):
        self.stack = stack
        self.aim = aim
        self.settle = settle
        self.servers = (f"srv-{2000 + number}" for number in range(1, SPARE + 1))

    def steps(self):
        return [
            (("JobQueueHeldBack",), self.hold_back, self.let_go),
            (("TargetMissing",), lambda: self.aim({"worker"}), lambda: self.aim(set())),
            (("TargetDown",), lambda: self.stack.kill("pricing"), lambda: self.stack.restart("pricing")),
            (("ServiceNotReady",), self.take_disks, self.put_disks_back),
            (("SealingKeyEnds",), lambda: self.offer_until(time.time() + 86_400), self.offer_as_before),
            (("SealingKeyGone",), lambda: self.offer_until(time.time() - 86_400), self.offer_as_before),
            (("AccessNotOpenable",), self.take_keyring, self.put_keyring_back),
            (("JobsFail", "JobsGivenUp"), self.break_servers, self.mend_servers),
            (("JobWaiting",), self.stop_worker, lambda: self.stack.resume("worker")),
            (("RedisAway", "OutboxNotDraining"), self.stop_redis, lambda: self.stack.restart("redis")),
            (("RedisLostData",), self.lose_data, lambda: None),
            (("RequestsPending",), self.leave_undecided, lambda: self.stack.restart("workflow")),
            (("OutboxFilling", "RequestsFail"), self.fill_outbox, lambda: self.stack.restart("workflow")),
            (("ClockBehind",), self.set_clock_back, self.set_clock_right),
        ]

    # ---- jobs

    def ctl(self, *arguments):
        command = [PROGRAMS / "rescuectl", "--url", self.stack.front, "--token-file", self.stack.run / "tokens" / "operator", *arguments]
        subprocess.run(command, check=True, capture_output=True, timeout=30, stdin=subprocess.DEVNULL)

    def hold_back(self):
        self.ctl("queue", "pause", "precheck", "--reason", "to be seen")

    def let_go(self):
        self.ctl("queue", "resume", "precheck", "--reason", "it was seen")

    def report(self, server=None, **more):
        body = {"source": "third_party", "category": "intrusion", "server": {"id": server or next(self.servers)},
                "summary": "Log-in attempts come from this address."}
        return self.stack.call("POST", "/v1/reports", "reporter", body, key=str(uuid.uuid4()), **more)

    def jobs(self, state):
        return self.stack.call("GET", f"/v1/jobs?state={state}&limit=200", "operator").json["items"]

    def hidden(self, server):
        return self.stack.run / "disks" / f"{server}.hidden"

    def break_servers(self):
        """Their disks are gone: jobs fail, and are given up. One first, so that the counter is seen to grow."""
        self.broken = [next(self.servers) for _ in range(6)]
        for server in self.broken:
            (self.stack.run / "disks" / server).rename(self.hidden(server))
        self.report(self.broken[0])
        self.stack.wait_for("a dead job", lambda: self.jobs("dead"), 30)
        self.settle()
        for server in self.broken[1:]:
            self.report(server)

    def mend_servers(self):
        for server in self.broken:
            self.hidden(server).rename(self.stack.run / "disks" / server)
        dead = self.stack.wait_for("all to be dead", lambda: found if len(found := self.jobs("dead")) == len(self.broken) else None, 60)
        for job in dead:
            self.ctl("job", "requeue", job["job_id"], "--reason", "the disk is mounted")

    def stop_worker(self):
        self.stack.pause("worker")
        self.report()

    def take_disks(self):
        (self.stack.run / "disks").rename(self.stack.run / "disks.away")

    def put_disks_back(self):
        (self.stack.run / "disks.away").rename(self.stack.run / "disks")

    # ---- sealing keys

    def offer_until(self, end_s):
        """The sealing key ends then."""
        public_keys = sealing.files(self.stack.run)[1]
        self.offered = public_keys.read_text()
        document = json.loads(self.offered)
        document["keys"][0]["accepted_until"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end_s))
        public_keys.write_text(json.dumps(document))

    def offer_as_before(self):
        sealing.files(self.stack.run)[1].write_text(self.offered)

    def take_keyring(self):
        keyring = sealing.files(self.stack.run)[0]
        keyring.rename(keyring.with_suffix(".away"))

    def put_keyring_back(self):
        keyring = sealing.files(self.stack.run)[0]
        keyring.with_suffix(".away").rename(keyring)

    # ---- messages

    def stop_redis(self):
        self.stack.kill("redis")
        self.report()

    def lose_data(self):
        """What lies in workflow's stream while it is away is gone; intake sends it again."""
        self.stack.kill("workflow")
        self.report()
        port = self.stack.ports["redis"]
        self.stack.wait_for("a message for workflow", lambda: redis_client.entries(port, "workflow"))
        self.settle()
        redis_client.command(port, "FLUSHALL")
        self.stack.wait_for("it to be sent again", lambda: redis_client.entries(port, "workflow"), 30)
        self.stack.restart("workflow")

    def leave_undecided(self):
        """Customers' requests wait for a decision that does not come, later ones are not even waited for: thrice, so that each counter is
        seen to grow."""
        case = Case(self.stack, next(self.servers))
        case.customer = case.server.replace("srv-", "C-")
        case.report()
        case.wait_prechecked()
        self.stack.kill("workflow")
        for _ in range(3):
            self.settle()
            with concurrent.futures.ThreadPoolExecutor(8) as callers:
                list(callers.map(lambda _: case.try_request("cancellations", {"reason": "It was a drill."}), range(8)))

    def fill_outbox(self):
        """Reports wait for workflow until they are refused, one first."""
        server = next(self.servers)
        self.stack.kill("workflow")
        while self.report(server).status == 202:
            pass
        self.settle()
        with concurrent.futures.ThreadPoolExecutor(4) as callers:
            list(callers.map(lambda _: self.report(server), range(40)))

    # ---- the clock, of intake alone

    def set_clock(self, offset):
        fresh = self.stack.run / "clock.new"
        fresh.write_text(offset + "\n")
        fresh.rename(self.stack.run / "clock")

    def set_clock_back(self):
        if not os.path.exists(FAKETIME):
            raise RuntimeError("the Debian package faketime is missing")
        self.set_clock("+0")
        self.stack.terminate("intake")
        self.stack.children["intake"].environment |= {
            "LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(self.stack.run / "clock"), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        self.stack.restart("intake")
        self.report()
        self.set_clock("-60s")

    def set_clock_right(self):
        self.set_clock("+0")
