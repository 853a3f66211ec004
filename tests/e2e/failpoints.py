"""The failpoints of the code (libs/base/include/rescue/base/failpoint.hpp), and a stack that plays incidents while one service
meets one of them."""
import collections
import contextlib
import dataclasses
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time
import uuid

import ledger
import postgres
import settings
from case import Case
from client import send
from recipients import Endpoint, new_secret
from redis_client import command
from settings import ROOT, SERVICES
from stack import Stack
from standing import state_of
from waiting import wait_for

PRESET = "release"
PROGRAMS = ROOT / "build" / PRESET / "tests" / "failpoints"
LEASE_S = 2
# Short leases, so that work of a killed worker is taken up again within seconds.
QUICK = {"workflow": {"jobs": {"lease_s": LEASE_S, "redispatch_after_s": 2}, "notices": {
    "timeout_s": 1, "retry_pauses_s": ",".join("1" * 20), "report_delivery": "receipt", "allow_http": True,
    "allow_private_addresses": True}}}
PAUSE_S = LEASE_S + 1
ANSWERED_BY_NOBODY = (502, 503, 504)
REST_TIMEOUT_S = 150
STEP_TIMEOUT_S = 300  # where every third write fails for ever, a job is tried again and again, after pauses that grow


def listed():
    """Names of all failpoints in the code."""
    names = collections.Counter()
    for file in [*(ROOT / "libs").rglob("*.cpp"), *(ROOT / "services").rglob("*.cpp")]:
        names.update(re.findall(r'failpoint\("([a-z._]+)"\)', file.read_text()))
    return sorted(names)


def build():
    subprocess.run([ROOT / "tools" / "build", PRESET, *(f"rescue-{name}-failpoints" for name in SERVICES), "rescue-probe"], check=True)


def spread(count, most):
    """At most `most` of 1…count, the first and the last among them."""
    return sorted({1 + round(at * (count - 1) / max(1, most - 1)) for at in range(most)}) if count else []


@dataclasses.dataclass(frozen=True)
class Trial:
    """`service` does `action` (tests/failpoints/hook.cpp) at the `hit`-th time that it gets to `failpoint`; when it has been
    killed, `redis` says what becomes of Redis before it is started again: nothing, "flushed", or "deleted" with its data."""
    service: str
    failpoint: str
    hit: str
    action: str = "kill"
    redis: str = ""

    def __str__(self):
        return f"{self.service} {self.failpoint} {self.hit} {self.action}" + (f", Redis {self.redis}" if self.redis else "")


class FailpointStack(Stack):
    """Servers are small, so that the work on them takes no time. Calls are repeated, with the same idempotency key, until
    somebody answers; what has died is started again meanwhile, with no failpoint armed."""
    trial = None

    def __init__(self, servers=4, **options):
        super().__init__(spare=servers, changes=QUICK, services=PROGRAMS, **options)
        self.endpoint = Endpoint()
        self.servers = [(f"srv-{2000 + number}", f"C-{2000 + number}") for number in range(1, servers + 1)]
        self.faults = []
        self.played = 0

    def prepare(self):
        for server in [*settings.SCENARIO_OF, *(server for server, _ in self.servers)]:
            self.lay_out_disk(server)
        self.changes = settings.merged(QUICK, {"workflow": {"notices": {"contacts_file": str(self.write_contacts())}}})
        super().prepare()

    def stop(self):
        super().stop()
        self.endpoint.stop()

    def write_contacts(self):
        """Each customer has the one endpoint."""
        secrets = self.run / "webhook.secrets"
        settings.write_secret(secrets, new_secret())
        customers = {customer: {"language": "ja", "webhooks": [
            {"id": customer, "url": self.endpoint.url, "secrets_file": str(secrets)}]} for _, customer in self.servers}
        return settings.write_json(self.run / "contacts-of-notices.json", {"customers": customers})

    def notice_faults(self, case):
        return ledger.notice_faults(self, case, {headers["webhook-id"] for headers, _ in list(self.endpoint.received)})

    def lay_out_disk(self, server):
        """Something is found there, and something else each time: evidence that is there already would not be stored."""
        disk = self.run / "disks" / server / "etc"
        disk.mkdir(parents=True, exist_ok=True)
        (disk / "passwd").write_text(f"root:x:0:0:root:/root:/bin/bash\nroot{uuid.uuid4().hex[:8]}:x:0:0::/root:/bin/bash\n")

    # ---- one trial

    def arm(self, trial):
        """Starts the trial's service anew. It may be gone before it is ready."""
        if self.trial and self.trial.service != trial.service:
            self.start_plain(self.trial.service)
        self.trial = trial
        self.lay_out_disk(self.next_server()[0])
        self.reached_path(trial.service).unlink(missing_ok=True)
        self.kill(trial.service)
        self.tell(trial.service, RESCUE_FAILPOINT=f"{trial.failpoint} {trial.hit} {trial.action}",
                  RESCUE_FAILPOINT_LOG=str(self.reached_path(trial.service)))
        self.children[trial.service].start()

    def start_over(self, trial):
        """As `arm`, with all databases, evidence and Redis empty: the first start of everything."""
        self.trial = trial
        self.reached_path(trial.service).unlink(missing_ok=True)
        for name in SERVICES:
            self.kill(name)
            self.tell(name, RESCUE_FAILPOINT=None)
            shutil.rmtree(self.run / "data" / name)
            (self.run / "data" / name).mkdir()
            if self.database == "postgresql":
                postgres.query(self.run, f"rescue_{name}", "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        self.lose_redis("deleted")
        self.tell(trial.service, RESCUE_FAILPOINT=f"{trial.failpoint} {trial.hit} {trial.action}",
                  RESCUE_FAILPOINT_LOG=str(self.reached_path(trial.service)))
        for name in SERVICES:
            self.children[name].start()
        for name in SERVICES:
            self.wait_for(f"{name} to be ready", self.tolerant(lambda: self.revive() or self.is_ready(name)), 60)

    def is_ready(self, name):
        return send(self.url(name), "GET", "/readyz").status == 200

    def start_plain(self, name):
        self.kill(name)
        self.tell(name, RESCUE_FAILPOINT=None, RESCUE_FAILPOINT_LOG=None)
        self.restart(name)

    def tell(self, name, **variables):
        """Environment of the next start; None takes a variable out."""
        environment = self.children[name].environment | variables
        self.children[name].environment = {key: value for key, value in environment.items() if value is not None}

    def reached_path(self, name):
        return self.run / f"{name}.failpoints"

    def reached(self, name, word="reached"):
        """{failpoint: times} since the service was told to write them down."""
        with contextlib.suppress(FileNotFoundError):
            words = [line.split() for line in self.reached_path(name).read_text().splitlines()]
            return collections.Counter(point for kind, point in words if kind == word)
        return collections.Counter()

    def fired(self):
        return bool(self.trial and self.reached(self.trial.service, "fired"))

    def revive(self):
        """What has died is started again; only the failpoint may have killed it."""
        for name in SERVICES:
            child = self.children[name]
            if child.running():
                continue
            # A service whose disk fails while it starts says so, ends, and is started again by whoever runs it.
            expected = {"kill": -signal.SIGKILL, "fail": 1}.get(self.trial.action if self.fired() else "")
            if not self.trial or name != self.trial.service or child.process.returncode != expected:
                self.faults.append(f"{self.trial}: {name} ended with {child.process.returncode}:\n{child.tail(5)}")
            elif self.trial.redis:
                self.lose_redis(self.trial.redis)
            self.tell(name, RESCUE_FAILPOINT=None)
            child.start()

    def lose_redis(self, how):
        if how == "flushed":
            command(self.ports["redis"], "FLUSHALL")
            return
        self.kill("redis")
        shutil.rmtree(self.run / "data" / "redis")
        (self.run / "data" / "redis").mkdir()
        self.restart("redis")

    def call(self, method, path, caller, body=None, **more):
        more.setdefault("key", str(uuid.uuid4()))

        def answered():
            self.revive()
            answer = super(FailpointStack, self).call(method, path, caller, body, **more)
            if self.is_no_answer(answer):
                return None
            self.note_answer(answer, method, path, caller, body, more)
            return answer
        return wait_for(f"{method} {path}", answered, 60)

    def next_server(self):
        return self.servers[self.played % len(self.servers)]

    def wait_for(self, what, probe, timeout_s=STEP_TIMEOUT_S):
        return super().wait_for(what, probe, max(timeout_s, STEP_TIMEOUT_S))

    def is_no_answer(self, answer):
        """The request is to be sent again."""
        return answer.status in ANSWERED_BY_NOBODY

    def note_answer(self, *_):
        """For those who hold it against the services later."""

    def play(self):
        """One incident from the report to the charge; returns its case."""
        case = Case(self, *self.next_server())
        self.played += 1
        case.run_until("wait_charge")
        return case

    def wait_for_rest(self, at_rest):
        def resting():
            self.revive()
            return at_rest(self) and ledger.notices_are_settled(self)
        wait_for("every message committed by its recipient, every notice sent", resting, REST_TIMEOUT_S)

    def count_hits(self):
        """{service: {failpoint: times}} of one incident."""
        for name in SERVICES:
            self.kill(name)
            self.tell(name, RESCUE_FAILPOINT_LOG=str(self.reached_path(name)))
            self.restart(name)
        self.play()
        wait_for("every notice sent", lambda: ledger.notices_are_settled(self), 30)
        counts = {name: self.reached(name) for name in SERVICES}
        for name in SERVICES:
            self.start_plain(name)
        return counts


class WhenStopped:
    """Calls `act(pid)`, in a thread, once the stack's armed service has stopped itself."""

    def __init__(self, stack, act):
        self.pid = stack.children[stack.trial.service].pid
        self.act = act
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.attend)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def attend(self):
        while not self.over.wait(0.01):
            if state_of(self.pid) == "T":
                self.act(self.pid)
                return


def resume(pid):
    """After a pause that is longer than a lease."""
    ends = time.monotonic() + PAUSE_S
    wait_for("the end of the pause", lambda: time.monotonic() >= ends, PAUSE_S + 5)
    os.kill(pid, signal.SIGCONT)
