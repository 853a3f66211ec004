"""An order that says how its server is reached: the investigation looks at the running server, over SSH, and the incident is charged once."""
import json

from live_stack import LiveStack, StackCase  # first: what follows is on its path

import sealing
import settings
from case import Case, expect
from scenarios import abuse
from waiting import wait_for


class SshStack(LiveStack):
    """With a recording of another server as each one's disk, so that the precheck finds something."""

    def prepare(self):
        super().prepare()
        for number in range(1, self.spare + 1):
            disk = self.run / "disks" / f"srv-{2000 + number}"
            disk.rmdir()
            settings.copy_tree(settings.unpacked("breakin"), disk)


class SshJobTest(StackCase):
    roles = ("gallery",)

    @classmethod
    def make_stack(cls):
        return SshStack(2)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        abuse.guess_ssh(cls.host)

    def ordered(self, number, access):
        case = Case(self.stack, f"srv-{2000 + number}", f"C-{2000 + number}")
        case.run_until("quote")
        key = expect("sealing key", self.stack.call("GET", "/v1/sealing-key", "web_form"), 200).json
        case.order(access=sealing.seal(key, access))
        return case

    def job(self, case):
        jobs = self.stack.incident(case.incident_id)["jobs"]
        return next((job for job in jobs if job["kind"] == "investigation"), None)

    def ended(self, case):
        job = self.stack.wait_for("the investigation", lambda: (one := self.job(case)) and one["state"] in ("succeeded", "dead") and one, 180)
        return job["state"], (job.get("failure") or {}).get("problem"), job.get("document_sha256")

    def test_R14_the_running_server_is_investigated_and_charged_once(self):
        case = self.ordered(1, self.host.access("admin"))
        state, problem, sha256 = self.ended(case)
        self.assertEqual((state, problem), ("succeeded", None))
        document = expect("document", self.stack.call("GET", f"/v1/evidence/{sha256}", "operator"), 200).json
        self.assertEqual(document["host"]["hostname"], self.host.name)
        self.assertIn(document["verdict"]["intrusion"]["state"], ("suspected", "confirmed"), "a guessed log-in")
        self.assertIn("(over SSH)", json.dumps(document["gaps"]))
        self.assertIn("live", document)
        case.answer_hearing()
        case.wait_report()
        case.receive_report()
        case.wait_charge()
        charges = self.stack.call("GET", f"/v1/charges?incident_id={case.incident_id}", "operator").json["items"]
        self.assertEqual(len(charges), 1)
        wait_for("nothing of us to run there", lambda: "program investigate" not in self.host.shell(
            "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null || true; echo; done"))

    def test_another_host_key_waits_for_a_person_at_once(self):
        with self.net.host() as other:
            case = self.ordered(2, other.access("root") | {"host_key": sealing.HOST_KEY})
            self.assertEqual(self.ended(case)[:2], ("dead", "host-key-mismatch"))
            self.assertEqual(self.job(case)["attempt"], 1)
