"""Whatever falls over in the middle of an incident, it completes once, with one charge."""
import unittest

from stack_case import StackCase

# Short leases, so that work of a killed worker is taken up again within seconds.
QUICK = {"workflow": {"jobs": {"lease_s": 3, "redispatch_after_s": 2}}}


class Durability(StackCase):
    spare = 12
    changes = QUICK

    def assert_completed_once(self, case):
        case.wait_charge()
        incident = self.stack.wait_state(case.incident_id, "completed")
        charges = self.stack.call("GET", f"/v1/charges?incident_id={case.incident_id}", "operator").json["items"]
        self.assertEqual(len(charges), 1, charges)
        self.assertEqual(charges[0]["total_yen"], case.quoted["total_yen"])
        rows = case.operator("GET", "/history?limit=200").json["items"]
        steps = [row["details"].get("to") for row in rows if row["action"] == "incident.transition"]
        self.assertEqual(steps.count("completed"), 1)
        self.assertEqual(steps.count("ordered"), 1)
        self.assertEqual(len([order for order in incident["orders"] if order["state"] == "accepted"]), 1)

    def finish(self, case, after):
        for step in case.STEPS[case.STEPS.index(after) + 1:]:
            getattr(case, step)()
        self.assert_completed_once(case)

    def test_a_report_is_taken_while_everything_else_is_down(self):
        case = self.new_case()
        for name in ("workflow", "pricing", "worker", "redis"):
            self.stack.kill(name)
        case.report()
        for name in ("redis", "pricing", "worker", "workflow"):
            self.stack.restart(name)
        self.finish(case, "report")

    def test_a_choice_made_while_workflow_is_down_is_decided_when_it_is_back(self):
        case = self.new_case()
        case.run_until("confirm")
        self.stack.kill("workflow")
        answer = case.try_request("choices", {"choice": "service", "situation_sha256": case.situation_sha256})
        self.assertEqual(answer.status, 202, answer)
        self.assertEqual(answer.headers["location"], answer.json["status_url"])
        pending = case.web_form("GET", answer.json["status_url"]).json
        self.assertEqual(pending["state"], "pending")
        self.stack.restart("workflow")
        case.follow("choices", answer.json)
        self.finish(case, "choose")

    def test_a_refusal_comes_late_too(self):
        case = self.new_case()
        case.run_until("confirm")
        self.stack.kill("workflow")
        case.quote()
        answer = case.try_request("orders", case.order_body())  # before any choice: R29
        self.assertEqual(answer.status, 202, answer)
        self.stack.restart("workflow")

        def decided():
            status = case.web_form("GET", answer.json["status_url"]).json
            return status if status["state"] != "pending" else None
        status = self.stack.wait_for("the decision", decided, 30)
        self.assertEqual((status["state"], status["problem"]["status"]), ("refused", 409))

    def test_intake_killed_after_the_report(self):
        case = self.new_case()
        case.report()
        self.stack.kill("intake")
        self.stack.restart("intake")
        self.finish(case, "report")

    def test_intake_killed_while_an_order_waits(self):
        case = self.new_case()
        case.run_until("quote")
        self.stack.pause("workflow")
        try:
            answer = case.try_request("orders", case.order_body())
            self.assertEqual(answer.status, 202, answer)
            self.stack.kill("intake")
        finally:
            self.stack.resume("workflow")
        self.stack.restart("intake")
        case.follow("orders", answer.json)
        self.finish(case, "order")

    def test_pricing_killed_before_the_order(self):
        case = self.new_case()
        case.run_until("quote")
        self.stack.kill("pricing")
        # The consents come from pricing's catalogue, which is away: name them from what every order needs.
        body = {"server_id": case.server, "work_item": "investigation",
                "quote": {"id": case.quoted["quote_id"], "sha256": case.quoted["sha256"]},
                "consents": [f"consent-r{rule}" for rule in range(33, 46)]}
        answer = case.try_request("orders", body)
        self.assertEqual(answer.status, 202, answer)
        self.stack.restart("pricing")
        case.follow("orders", answer.json)
        self.finish(case, "order")

    def test_pricing_killed_before_the_charge(self):
        case = self.new_case()
        case.run_until("wait_report")
        self.stack.kill("pricing")
        case.receive_report()
        self.stack.wait_state(case.incident_id, "completed")
        self.stack.restart("pricing")
        self.assert_completed_once(case)

    def test_workflow_killed_during_the_work(self):
        case = self.new_case()
        case.run_until("order")
        self.stack.kill("workflow")
        self.stack.restart("workflow")
        self.finish(case, "order")

    def test_worker_killed_during_the_work(self):
        case = self.new_case()
        case.run_until("quote")
        self.stack.pause("worker")
        case.order()
        self.stack.resume("worker")
        self.stack.kill("worker")
        self.stack.restart("worker")
        self.finish(case, "order")

    def test_worker_killed_before_the_precheck(self):
        case = self.new_case()
        self.stack.kill("worker")
        case.report()
        self.stack.restart("worker")
        self.finish(case, "report")

    def test_redis_killed_while_an_order_is_under_way(self):
        case = self.new_case()
        case.run_until("quote")
        self.stack.kill("redis")
        body = case.order_body()
        answer = case.try_request("orders", body)
        self.assertEqual(answer.status, 202, answer)
        self.stack.restart("redis")
        case.follow("orders", answer.json)
        self.finish(case, "order")

    def test_redis_that_lost_everything_loses_no_incident(self):
        """SQL is the truth: what Redis held is sent again."""
        case = self.new_case()
        case.run_until("order")
        self.stack.kill("redis")
        for file in (self.stack.run / "data" / "redis").rglob("*"):
            if file.is_file():
                file.unlink()
        self.stack.restart("redis")
        self.finish(case, "order")

    def test_services_end_cleanly_on_SIGTERM(self):
        for name in ("intake", "workflow", "pricing", "worker"):
            self.assertEqual(self.stack.terminate(name), 0, f"{name}:\n{self.stack.children[name].tail()}")
            self.stack.restart(name)


if __name__ == "__main__":
    unittest.main()
