"""An order that says how its server is reached: the investigation looks at the running server, over SSH, and the customer's report tells so."""
import importlib.util
import json

from live_case import TESTS, LiveCase  # first: the modules below are on its path

import sealing
from scenarios import abuse
from stack import Stack
from waiting import wait_for

INCIDENT_CASE = TESTS / "e2e" / "case.py"


def incident_case():
    """tests/e2e's `case`, whose name is that of this folder's own."""
    spec = importlib.util.spec_from_file_location("incident_case", INCIDENT_CASE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class SshJobTest(LiveCase):
    roles = ("gallery",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.incidents = incident_case()
        cls.stack = cls.enterClassContext(Stack(spare=2))
        abuse.guess_ssh(cls.host)

    def ordered(self, number, access):
        case = self.incidents.Case(self.stack, f"srv-{2000 + number}", f"C-{2000 + number}")
        case.run_until("quote")
        key = self.incidents.expect("sealing key", self.stack.call("GET", "/v1/sealing-key", "web_form"), 200).json
        case.order(access=sealing.seal(key, access))
        return case

    def job(self, case):
        jobs = self.stack.incident(case.incident_id)["jobs"]
        return next((job for job in jobs if job["kind"] == "investigation"), None)

    def test_R14_the_running_server_is_investigated_and_charged_once(self):
        case = self.ordered(1, self.host.access("admin"))
        self.stack.wait_for("the investigation", lambda: (self.job(case) or {}).get("state") == "succeeded", 120)
        sha256 = self.job(case)["document_sha256"]
        document = self.incidents.expect("document", self.stack.call("GET", f"/v1/evidence/{sha256}", "operator"), 200).json
        self.assertEqual(document["host"]["hostname"], self.host.name)
        self.assertEqual(document["verdict"]["intrusion"]["state"], "confirmed")
        self.assertIn(f"ssh {self.host.address}:22", json.dumps(document["gaps"]))
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
        case = self.ordered(2, self.host.access("root") | {"host_key": sealing.HOST_KEY})
        self.stack.wait_for("the job to be dead", lambda: (self.job(case) or {}).get("state") == "dead", 60)
        self.assertEqual(self.job(case)["failure"]["problem"], "host-key-mismatch")
        self.assertEqual(self.job(case)["attempt"], 1)
