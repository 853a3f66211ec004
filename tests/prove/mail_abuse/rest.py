"""One scene through the REST API: from the complaint to the charge, a second time, and back."""
import contextlib
import json
import subprocess
import time
import traceback

import sealing
from case import Case, expect
from live_stack import LiveStack
from scenes import Play

WORK_S = 600
COMPLAINT = {"open_relay": {"kind": "open_relay", "port": 25, "protocol": "tcp"}, "abused_account": {"kind": "spam"}, "abused_script": {"kind": "spam"}}


def started(run, servers):
    return LiveStack(servers, run=run)


class Order(Case):
    """An incident of mail abuse on a server that runs."""

    def __init__(self, stack, number, host, user):
        super().__init__(stack, f"srv-{2000 + number}", f"C-{2000 + number}")
        self.host, self.user = host, user

    def prechecked(self, way):
        """The provider's own look at the disk, mounted read-only for it and for nothing else."""
        with mounted(self.host.root, self.stack.run / "disks" / self.server):
            self.report(category="mail_abuse", summary="Spam comes from this address.", complaint=COMPLAINT[way])
            return self.wait_prechecked(WORK_S)

    def ordered(self):
        """The customer orders, and says in a sealed box how to get in."""
        self.decide("confirm", "Spam waits in its queue.", confirmation=["mail_abuse"])
        self.situation_sha256 = self.seen_by_customer()["situation"]["sha256"]
        self.choose()
        self.quote("mail_abuse_response")
        key = expect("sealing key", self.stack.call("GET", "/v1/sealing-key", "web_form"), 200).json
        self.order_sealed(sealing.seal(key, self.host.access(self.user)))
        self.answer_hearing()

    def order_sealed(self, access):
        return self.request("orders", self.order_body(work_item="mail_abuse_response", access=access))

    def worked(self):
        """What was done, as the evidence tells; the customer has the report and is charged once."""
        self.wait_report(WORK_S)
        incident = self.stack.incident(self.incident_id)
        digest = next(job["document_sha256"] for job in incident["jobs"] if job["kind"] == "mail_abuse_response")
        self.receive_report()
        self.wait_charge()
        return json.loads(self.evidence(digest).content)["response"]


@contextlib.contextmanager
def mounted(root, place):
    subprocess.run(["mount", "--bind", "-o", "ro", root, place], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def play(stack, net, sink, scene, number):
    """Faults are the play's own; what breaks it is one, too."""
    with net.host(scene.roles) as host:
        one = Play(scene, host, sink)
        try:
            act(stack, one, number)
        except Exception as broken:
            traceback.print_exc()
            one.faults.append(f"{scene}: {type(broken).__name__}: {broken}"[:500])
            stack.report_faults()
        sink.open()
    return one


def act(stack, one, number):
    # By key as root, and by password with sudo: both are ways in that customers have.
    user = "admin" if one.scene.way == "open_relay" else "root"
    one.abuse()
    before = one.configuration()
    begun = time.monotonic()
    response = answered(stack, one, number, user)
    print(f"  {one.scene}: {response['outcome']} after {time.monotonic() - begun:.0f} s: {[step['title'] for step in response['steps']]}", flush=True)
    one.hold(f"the outcome is {response['outcome']}: {response['manual']}", response["outcome"] == "full")
    one.ended()
    after = one.configuration()
    again = answered(stack, one, number, user)
    one.hold(f"the second time was not without steps: {again['steps']}", all(step["state"] != "done" for step in again["steps"]))
    one.same_configuration("the second time", after)
    undo(stack, one, number, response)
    one.same_configuration("undone", before)
    one.undone = not any("undone" in fault for fault in one.faults)


def answered(stack, one, number, user):
    incident = Order(stack, number, one.host, user)
    incident.prechecked(one.scene.way)
    incident.ordered()
    return incident.worked()


def undo(stack, one, number, response):
    """By the record of each step, the last one first. The incident that did them is over, so its access is handed in once more."""
    incident_id = stack.call("GET", f"/v1/incidents?server_id=srv-{2000 + number}", "operator").json["items"][-1]["incident_id"]
    told = undone(stack, incident_id, one.host.access("root"))
    numbers = sorted((step["number"] for step in response["steps"] if "number" in step), reverse=True)
    one.hold(f"the undo tells {told}", told.get("outcome") == "full" and told.get("undone") == numbers)


def undone(stack, incident_id, access, **more):
    """How the undo of this incident's response ended."""
    key = expect("sealing key", stack.call("GET", "/v1/sealing-key", "operator"), 200).json
    body = {"reason": "The provider puts it back.", "access": sealing.seal(key, access)} | more
    job_id = expect("undo", stack.call("POST", f"/v1/incidents/{incident_id}/undos", "operator", body), 201).json["job_id"]

    def ended():
        job = next(job for job in stack.incident(incident_id)["jobs"] if job["job_id"] == job_id)
        return job if job["state"] not in ("queued", "leased") else None

    job = stack.wait_for("the undo", ended, WORK_S)
    return job.get("summary", {}).get("undo") or {"state": job["state"], "failure": job.get("failure")}
