"""Who may do what: every role at every door it has no business at."""
import unittest

from client import send
from stack_case import StackCase


class Roles(StackCase):
    spare = 3

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.new_case()
        cls.case.run_until("quote")

    def test_R24_only_the_web_form_may_order(self):
        body = self.case.order_body() | {"on_behalf_of": {"customer": self.case.customer, "person": "A member of staff"}}
        for role in ("internal", "operator", "reporter"):
            answer = self.stack.call("POST", f"/v1/incidents/{self.case.incident_id}/orders", role, body)
            problem = self.assert_problem(answer, 403)
            self.assertIn("web_form", problem["detail"])
        self.assertEqual(self.stack.incident(self.case.incident_id)["state"], "awaiting_choice")

    def test_no_key_and_wrong_keys_get_401(self):
        token = self.stack.token("operator")
        wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
        for headers in ({}, {"Authorization": f"Bearer {wrong}"}, {"Authorization": f"Basic {token}"}, {"Authorization": "Bearer "},
                        {"Authorization": f"Bearer {token} "[:-8]}):
            answer = send(self.stack.front, "GET", "/v1/incidents", headers=headers)
            self.assert_problem(answer, 401)

    def test_doors_are_closed_to_the_roles_they_are_not_for(self):
        incident = f"/v1/incidents/{self.case.incident_id}"
        closed = [("GET", "/v1/incidents", "reporter"), ("GET", incident, "reporter"), ("GET", incident + "/history", "reporter"),
                  ("GET", incident + "/history", "web_form"), ("GET", "/v1/tasks", "reporter"), ("GET", "/v1/jobs", "reporter"),
                  ("GET", "/v1/evidence/" + "0" * 64, "reporter"), ("GET", "/v1/evidence/" + "0" * 64, "web_form"),
                  ("GET", "/v1/worker/attempts", "internal"), ("GET", "/v1/intake/dead-letters", "reporter"),
                  ("POST", incident + "/decisions", "internal"), ("POST", incident + "/decisions", "web_form"),
                  ("POST", incident + "/choices", "operator"), ("POST", incident + "/hearing-answers", "operator"),
                  ("POST", incident + "/report-receipts", "internal"), ("POST", incident + "/cancellations", "reporter"),
                  ("POST", "/v1/quotes", "reporter"), ("GET", incident + "/notices", "reporter"), ("GET", "/v1/notices/x", "web_form"),
                  ("POST", "/v1/notices/x/settlements", "internal"), ("POST", "/v1/notices/x/retries", "web_form"),
                  ("GET", "/v1/notice-endpoints", "web_form"), ("POST", "/v1/notice-endpoints/x/enablings", "internal"),
                  ("POST", incident + "/stop-windows", "web_form"), ("POST", incident + "/notice-receipts", "operator")]
        for method, path, role in closed:
            with self.subTest(f"{method} {path} as {role}"):
                body = {} if method == "POST" else None
                problem = self.assert_problem(self.stack.call(method, path, role, body), 403)
                self.assertTrue(any(name in problem["detail"] for name in ("operator", "internal", "web_form")), problem)

    def test_customers_see_and_touch_their_own_servers_only(self):
        path = f"/v1/incidents/{self.case.incident_id}"
        other = "C-1002"
        self.assert_problem(self.stack.call("GET", path, "web_form", customer=other), 403)
        choice = {"choice": "self_remediation", "situation_sha256": self.case.situation_sha256}
        answer = self.stack.call("POST", path + "/choices", "web_form", choice, customer=other)
        self.assert_problem(answer, 403, "not-your-server")
        listed = self.stack.call("GET", "/v1/incidents", "web_form", customer=other).json["items"]
        self.assertNotIn(self.case.incident_id, [item["incident_id"] for item in listed])
        report = {"source": "customer", "category": "intrusion", "server": {"id": self.case.server}, "summary": "Not mine."}
        self.assert_problem(self.stack.call("POST", "/v1/reports", "web_form", report, customer=other), 403, "not-your-server")

    def test_reporters_see_their_own_reports_only(self):
        path = f"/v1/reports/{self.case.report_id}"
        self.assertEqual(self.stack.call("GET", path, "reporter").status, 200)
        self.assert_problem(self.stack.call("GET", path, "other_reporter"), 404)

    def test_only_the_web_form_may_hand_in_a_customers_own_report(self):
        body = {"source": "customer", "category": "intrusion", "server": {"id": "srv-2002"}, "summary": "My server is slow."}
        for role in ("reporter", "internal", "operator"):
            self.assert_problem(self.stack.call("POST", "/v1/reports", role, body), 403)
        self.assertEqual(self.stack.call("POST", "/v1/reports", "web_form", body, customer="C-2002").status, 202)


if __name__ == "__main__":
    unittest.main()
