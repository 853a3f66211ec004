"""Three replicas of each service on one PostgreSQL, which goes away in the middle of an incident and comes back."""
import unittest

import settings
from case import Case
from client import send
from stack import Stack
from stack_case import StackCase


class Replicas(StackCase):
    spare = 0

    @classmethod
    def make_stack(cls):
        return Stack(database="postgresql", replicas=3)

    def processes(self):
        return [name for name in self.stack.children if name.split("-")[0] in settings.SERVICES]

    def not_ready_for_the_database(self, name):
        ready = send(self.stack.url(name), "GET", "/readyz")
        return ready.status == 503 and "database" in [item["name"] for item in ready.json["waiting_for"]]

    def test_an_incident_goes_on_where_postgresql_went_away(self):
        self.assertEqual(len(self.processes()), 12)
        case = Case(self.stack, "srv-1001", "C-1001")
        case.run_until("order")

        self.assertEqual(self.stack.terminate("postgres"), 0)
        for name in self.processes():
            self.stack.wait_for(f"{name} says that its database is away", lambda name=name: self.not_ready_for_the_database(name))
        refused = self.stack.call("POST", "/v1/reports", "reporter", {
            "source": "third_party", "category": "intrusion", "server": {"id": "srv-1003"}, "summary": "It sends spam."})
        self.assert_problem(refused, 503, "database-unavailable")
        self.assertTrue(refused.headers["retry-after"], refused)
        for name in self.processes():
            self.assertTrue(self.stack.children[name].running(), name)

        self.stack.restart("postgres")
        for name in self.processes():
            self.stack.wait_ready(name)
        for step in case.STEPS[case.STEPS.index("order") + 1:]:
            charge = getattr(case, step)()
        self.stack.wait_state(case.incident_id, "completed")
        self.assertEqual(charge["total_yen"], case.quoted["total_yen"])
        charges = self.stack.sql("pricing", f"SELECT charge_id FROM charges WHERE incident_id = '{case.incident_id}'")
        self.assertEqual(charges, [(charge["charge_id"],)])
        history = case.operator("GET", "/history?limit=200").json["items"]
        steps = [row["details"]["to"] for row in history if row["action"] == "incident.transition"]
        self.assertEqual(steps, ["precheck", "confirmed", "awaiting_choice", "awaiting_choice", "ordered", "scheduled", "working",
                                 "reporting", "completed"])


if __name__ == "__main__":
    unittest.main()
