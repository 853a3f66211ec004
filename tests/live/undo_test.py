"""A response to mail abuse on a live host, planned, done and undone through the REST API."""
import sys

from live_case import TESTS

from case import expect
from live_stack import StackCase

sys.path.insert(0, str(TESTS / "prove" / "mail_abuse"))

import rest  # noqa: E402
import scenes  # noqa: E402
import sealing  # noqa: E402

SPAM, USUAL = 24, 10


class UndoTest(StackCase):
    roles = ("mail",)

    def tearDown(self):
        self.sink.open()
        self.host.drain()

    def test_R13_a_response_is_planned_done_and_undone_byte_for_byte(self):
        play = scenes.Play(scenes.Scene("mail", "open_relay", SPAM, USUAL), self.host, self.sink)
        play.abuse()
        before, main_cf = play.configuration(), self.main_cf()
        incident = rest.Order(self.stack, 1, self.host, "root")
        incident.prechecked("open_relay")
        plan = self.planned(incident)
        self.assertIn("Changes /etc/postfix/main.cf", plan["text"])
        self.assertEqual(plan["messages"]["abuse"], SPAM, plan)
        self.assertEqual(before, play.configuration(), "a plan changes nothing")
        self.assertFalse((self.host.root / ".rescue-fence").exists(), "and takes no lock")

        incident.ordered()
        response = incident.worked()
        self.assertEqual(response["outcome"], "full", response["manual"])
        self.assertFalse(play.still_abused())
        self.assertNotEqual(main_cf, self.main_cf())

        told = rest.undone(self.stack, incident.incident_id, self.host.access("root"), queue=True)
        self.assertEqual(told["outcome"], "full", told)
        self.assertEqual(told["queue"] | {"released": 0}, {"restored": SPAM, "not_kept": 0, "released": 0})
        self.assertEqual(main_cf, self.main_cf())
        self.assertEqual(before, play.configuration())
        self.assertTrue(play.still_abused(), "the relay is open as it was")
        again = rest.undone(self.stack, incident.incident_id, self.host.access("root"))
        self.assertEqual((again["outcome"], again["undone"], again["already"]), ("full", [], told["undone"]))
        self.told(incident)

    def main_cf(self):
        return (self.host.root / "etc/postfix/main.cf").read_bytes()

    def planned(self, incident):
        key = expect("sealing key", self.stack.call("GET", "/v1/sealing-key", "operator"), 200).json
        body = {"reason": "To be read before the order.", "access": sealing.seal(key, self.host.access("root"))}
        expect("plan", incident.operator("POST", "/response-plans", body), 201)

        def ended():
            job = next(job for job in self.stack.incident(incident.incident_id)["jobs"] if job["kind"] == "mail_abuse_plan")
            return job if job["state"] not in ("queued", "leased") else None

        job = self.stack.wait_for("the plan", ended, rest.WORK_S)
        self.assertEqual(job["state"], "succeeded", job)
        return job["summary"]["plan"]

    def told(self, incident):
        """The incident is over as it was, charged once, and its history has the undo."""
        self.assertEqual(self.stack.incident(incident.incident_id)["state"], "completed")
        charges = self.stack.call("GET", f"/v1/charges?incident_id={incident.incident_id}", "operator").json["items"]
        self.assertEqual(len(charges), 1)
        actions = [row["action"] for row in incident.operator("GET", "/history?limit=200").json["items"]]
        for action, times in (("response.undo_asked", 2), ("response.undone", 2)):
            self.assertEqual(actions.count(action), times, actions)
