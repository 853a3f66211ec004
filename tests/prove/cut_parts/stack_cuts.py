"""Whole incidents of mail abuse on live hosts, side by side, each with its link cut twice: what must be true in the end."""
import concurrent.futures
import subprocess
import time
import traceback

import ledger
from cutting import cut, requeue
from leftovers import nothing_stays
from live_stack import LiveStack
from plan import moments
from rest import Order
from scenes import Play, Scene
from watch import GIVEN_UP, KIND, job_of, over

SILENCE_S = 12  # of ssh.silence_s, which is a minute where nobody says so
WORK_S = 420
SCENES = [("mail", "abused_account"), ("mail", "open_relay"), ("mail", "abused_account"), ("mail", "open_relay"), ("exim", "open_relay")]


class CutPlay:
    """One host, its incident, and its cuts."""

    def __init__(self, stack, number, play, planned):
        self.stack, self.play, self.planned = stack, play, planned
        self.order = Order(stack, number, play.host, "admin" if play.scene.way == "open_relay" else "root")
        self.cuts, self.faults, self.charges = [], [], 0
        self.done = False
        self.asked = 0  # times that a person had to decide
        self.half_changed = []
        self.left = ""

    def work(self):
        """From the complaint to the charge."""
        before = self.play.configuration()
        self.order.prechecked(self.play.scene.way)
        self.order.ordered()
        for moment in self.planned:
            one = cut(self.order, self.play, moment, SILENCE_S)
            print(f"  {one.line or one.faults}", flush=True)
            self.cuts.append(one)
        begun = time.monotonic()
        self.stack.wait_for(f"the end of the work at {self.play.host.name}", self.ended, WORK_S)
        self.done = True
        response = self.order.worked()
        print(f"  {self.play.scene} ({self.play.host.name}): {response['outcome']} {time.monotonic() - begun:.0f} s after the last cut, "
              f"{job_of(self.order)['attempt']} attempts, {[(step['state'], step['title']) for step in response['steps']]}", flush=True)
        self.play.hold(f"the outcome is {response['outcome']}: {response['manual']}", response["outcome"] == "full")
        self.left = nothing_stays(self.play.host, 3 * SILENCE_S)
        self.judge_configuration(before, self.play.configuration())
        self.faults += ledger.incident_faults(self.stack, self.order, KIND)
        self.charges = len(self.order.stack.call("GET", f"/v1/charges?incident_id={self.order.incident_id}", "operator").json["items"])
        self.judge_attempts()
        self.faults += [f"in the end there is still {self.left!r}"] if self.left else []

    def ended(self):
        job = job_of(self.order)
        if job and job["state"] in GIVEN_UP:
            requeue(self.order, job, self.faults)
        return over(job)

    def judge_configuration(self, before, after):
        """As it was seen at each cut, every file is as it was or as it became."""
        for one in self.cuts:
            seen = one.configuration or {}
            odd = [path for path in before.keys() | after.keys() | seen.keys() if seen.get(path) not in (before.get(path), after.get(path))]
            if one.configuration is not None and odd:
                self.half_changed.append(f"half changed: {sorted(odd)}")

    def judge_attempts(self):
        """Every attempt began once and ended with a word."""
        job = job_of(self.order)
        told = [action for action, details in ledger.history(self.stack, self.order.incident_id) if details.get("job_id") == job["job_id"]]
        begun, ended = told.count("job.started"), sum(told.count(action) for action in ("job.retry", "job.dead", "job.stopped", "job.succeeded"))
        if (begun, ended) != (job["attempt"], job["attempt"]):
            self.faults.append(f"{job['attempt']} attempts, of which {begun} began and {ended} ended: {told}")
        self.asked = told.count("job.dead") + told.count("job.stopped")

    def every_fault(self):
        return [f"{self.play.scene} ({self.play.host.name}): {fault}" for one in self.cuts for fault in one.faults] + [
            f"{self.play.scene} ({self.play.host.name}): {fault}" for fault in self.faults + self.half_changed] + self.play.faults


def side_by_side(plays, work):
    """What breaks one is a fault of that one."""
    def guarded(one):
        try:
            work(one)
        except Exception as broken:
            traceback.print_exc()
            one.faults.append(f"{type(broken).__name__}: {broken}"[:500])
    with concurrent.futures.ThreadPoolExecutor(len(plays)) as pool:
        list(pool.map(guarded, plays))


def slow_down(host):
    """To a line on which a program is some seconds under way, where this machine can (sch_tbf)."""
    limits = ["rate", "60mbit", "burst", "64kb", "latency", "400ms"]
    done = subprocess.run(["tc", "-n", "router", "qdisc", "replace", "dev", f"to-{host.name}", "root", "tbf", *limits], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"the link of {host.name} stays fast: {done.stderr.strip()}", flush=True)


def changes():
    return {"worker": {"jobs": {"concurrency": len(SCENES)}, "ssh": {"silence_s": SILENCE_S}}}


def cuts(net, hosts, chance, spam, usual):
    """Plays all of it; the hosts are those of SCENES, in order. Returns the plays and the faults that are nobody's own."""
    with net.sink() as sink, LiveStack(len(SCENES), changes(), run=net.work / "run") as stack:
        plays = [CutPlay(stack, number, Play(Scene(*scene, spam, usual), host, sink), planned)
                 for number, (scene, host, planned) in enumerate(zip(SCENES, hosts, moments(chance, SILENCE_S)), 1)]
        side_by_side(plays, lambda one: one.play.begin_abuse())
        sink.close()
        side_by_side(plays, lambda one: one.play.fill_queue())
        side_by_side(plays, CutPlay.work)
        sink.open()
        side_by_side(plays, lambda one: one.play.ended())
        faults = ledger.audit_faults(stack) + ledger.evidence_faults(stack) + ledger.integrity_faults(stack)
        if faults or any(one.every_fault() for one in plays):
            stack.report_faults()
    return plays, faults
