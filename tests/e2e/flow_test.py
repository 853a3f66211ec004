"""One incident through all eight steps (R25–R32), and what can be seen of it afterwards."""
import hashlib
import json
import re
import unittest

import settings
import verdict
from case import Case
from client import send
from stack_case import StackCase

NOTICE_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ORDER_TRACE = "0af7651916cd43dd8448eb211c80319c"


def traceparent(trace_id):
    return {"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"}


class WholeFlow(StackCase):
    spare = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = Case(cls.stack, "srv-1001", "C-1001")
        answer = cls.stack.call("POST", "/v1/reports", "reporter", {
            "source": "third_party", "category": "intrusion", "server": {"address": "192.0.2.10"},
            "summary": "SSH log-in attempts come from this address.", "seen_at": "2026-09-13T01:00:00Z"},
            headers=traceparent(NOTICE_TRACE))
        assert answer.status == 202, answer
        cls.accepted = answer
        cls.case.report_id, cls.case.incident_id = answer.json["report_id"], answer.json["incident_id"]
        for step in Case.STEPS[1:]:
            if step == "order":
                cls.case.request("orders", cls.case.order_body(), headers=traceparent(ORDER_TRACE))
            else:
                cls.charge = getattr(cls.case, step)()
        cls.incident = cls.stack.wait_state(cls.case.incident_id, "completed")

    def test_R25_report_is_answered_with_an_incident_id_and_a_status_url(self):
        self.assertEqual(self.accepted.headers["location"], self.accepted.json["status_url"])
        def status():
            return self.stack.call("GET", self.accepted.json["status_url"], "reporter").json
        self.stack.wait_for("the report to be closed with its incident", lambda: status()["state"] == "closed")
        report = status()
        self.assertEqual(report["incident_id"], self.case.incident_id)
        self.assertIsNone(report["merged_into"])

    def test_R25_to_R32_every_step_is_in_the_history_in_order(self):
        rows = self.case.operator("GET", "/history?limit=200").json["items"]
        steps = [row["details"]["to"] for row in rows if row["action"] == "incident.transition"]
        self.assertEqual(steps, ["precheck", "confirmed", "awaiting_choice", "awaiting_choice", "ordered", "scheduled", "working",
                                 "reporting", "completed"])
        for row in rows:
            self.assertTrue(row["actor"] and row["at"] and row["action"], row)
            self.assertRegex(row["hash"], r"^[0-9a-f]{64}$")
        numbers = [row["number"] for row in rows]
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_events_tell_each_step_once_through_the_front_door(self):
        def events(caller, last=None):
            path = f"/v1/incidents/{self.case.incident_id}/events"
            answer = self.stack.call("GET", path, caller, customer=self.case.customer if caller == "web_form" else None,
                                     headers={"Last-Event-ID": last} if last else None)
            self.assertEqual(answer.headers["content-type"], "text/event-stream", answer)
            self.assertRegex(answer.text, r"\Aretry: [0-9]+\n\n")
            return [dict(re.findall(r"^(\w+): (.*)$", block, re.MULTILINE)) for block in answer.text.split("\n\n")[1:] if block]
        steps = ["reported", "precheck", "confirmed", "awaiting_choice", "awaiting_choice", "ordered", "scheduled", "working", "reporting", "completed"]
        for caller in ("operator", "web_form"):
            told = events(caller)
            states = [one for one in told if one["event"] == "state"]
            self.assertEqual([json.loads(one["data"])["to"] for one in states], steps)
            self.assertEqual({"state", "progress"} | ({"history"} if caller == "operator" else set()), {one["event"] for one in told})
            last = [one["id"] for one in told if "id" in one][-1]
            self.assertEqual([one["event"] for one in events(caller, last)], ["progress"])
            rest = events(caller, states[7]["id"])
            self.assertEqual([json.loads(one["data"])["to"] for one in rest if one["event"] == "state"], ["reporting", "completed"])

    def test_the_clocks_were_kept_and_all_time_adds_up(self):
        sla = self.case.operator("GET", "/sla").json
        self.assertEqual({(clock["clock"], clock["run"], clock["state"]) for clock in sla["clocks"]},
                         {(name, 1, "met") for name in ("first_response", "precheck", "start", "report")})
        for clock in sla["clocks"]:
            self.assertEqual(clock["used_us"], sum(step["used_us"] for step in clock["steps"]), clock)
        time = sla["time"]
        self.assertEqual(time["elapsed_us"], time["provider_us"] + time["customer_us"] + time["closed_us"])
        self.assertGreater(time["customer_us"], 0, "the customer was waited for")
        for earlier, later in zip(time["segments"], time["segments"][1:]):
            self.assertEqual(earlier["to"], later["from"])

    def test_R14_report_has_hearing_evidence_and_all_sections(self):
        report = self.case.operator("GET", "/report?format=json")
        self.assertEqual(report.headers["etag"].strip('"'), self.case.report_sha256)
        truth = verdict.truth_of("breakin")
        for fact in (truth["account"], truth["attacker_address"], truth["web_shell"]["path"], truth["cron"]["path"],
                     truth["key"]["path"]):
            self.assertIn(fact, report.text)

    def test_report_is_one_page_in_two_languages_without_anything_from_elsewhere(self):
        for language in ("ja", "en"):
            page = self.case.web_form("GET", f"/v1/incidents/{self.case.incident_id}/report?format=html&lang={language}")
            self.assertEqual(page.status, 200)
            self.assertTrue(page.headers["content-type"].startswith("text/html"), page.headers)
            self.assertIn(f'lang="{language}"', page.text)
            self.assertNotRegex(page.text, r'(?i)<script|\bsrc\s*=\s*"(?!data:)|<link|@import')

    def test_evidence_is_served_under_the_hash_of_its_content(self):
        for job in self.incident["jobs"]:
            content = self.case.evidence(job["document_sha256"]).content
            self.assertEqual(hashlib.sha256(content).hexdigest(), job["document_sha256"])
        unknown = self.stack.call("GET", "/v1/evidence/" + "0" * 64, "operator")
        self.assert_problem(unknown, 404)

    def test_R41_charge_equals_the_quote_and_there_is_one(self):
        self.assertEqual(self.charge["total_yen"], self.case.quoted["total_yen"])
        self.assertEqual(self.charge["lines"], self.case.quoted["lines"])
        charges = self.stack.call("GET", f"/v1/charges?incident_id={self.case.incident_id}", "operator").json["items"]
        self.assertEqual([charge["charge_id"] for charge in charges], [self.charge["charge_id"]])

    def test_R32_a_completed_incident_cannot_be_changed(self):
        late = self.case.try_request("choices", {"choice": "service", "situation_sha256": self.case.situation_sha256})
        self.assert_problem(late, 409, "illegal-transition")
        decision = self.case.operator("POST", "/decisions", {"decision": "cancel", "reason": "Too late."})
        self.assert_problem(decision, 409, "illegal-transition")

    def test_one_trace_runs_through_the_logs_of_all_services(self):
        for trace, services in ((NOTICE_TRACE, ("intake", "workflow", "worker")), (ORDER_TRACE, settings.SERVICES)):
            for service in services:
                events = [line["event"] for line in self.stack.log_lines(service) if line.get("trace_id") == trace]
                self.assertTrue(events, f"{service} logged nothing with the trace {trace}")

    def test_logs_are_one_json_object_per_line_and_hold_no_token(self):
        for service in settings.SERVICES:
            text = self.stack.log_path(service).read_text()
            for token in self.stack.tokens.values():
                self.assertNotIn(token, text)
            lines = list(self.stack.log_lines(service))
            self.assertEqual(len(lines), len(text.splitlines()), service)
            for line in lines:
                self.assertEqual(line["service"], service)
                self.assertTrue(line["event"] and line["time"] and line["level"], line)

    def test_metrics_are_there_and_their_labels_bounded(self):
        wanted = {"intake": ["rescue_http_requests_total", "rescue_build_info"],
                  "workflow": ["rescue_http_requests_total", "rescue_incidents", "rescue_jobs"],
                  "pricing": ["rescue_http_requests_total"], "worker": ["rescue_http_requests_total"]}
        for service, names in wanted.items():
            text = self.stack.metrics(service)
            for name in names:
                self.assertRegex(text, rf"(?m)^{name}", service)
            for changing in (self.case.incident_id, self.case.report_id, "C-1001", "srv-1001"):
                self.assertNotIn(changing, text, f"{service} has a label without bounds")
            families = {}
            for row in text.splitlines():
                if match := re.match(r"([a-z_]+)\{", row):
                    families[match.group(1)] = families.get(match.group(1), 0) + 1
            for family, rows in families.items():
                self.assertLess(rows, 2000, family)

    def test_health_and_readiness_say_what_they_wait_for(self):
        for service in settings.SERVICES:
            self.assertEqual(send(self.stack.url(service), "GET", "/healthz").status, 200)
            ready = send(self.stack.url(service), "GET", "/readyz")
            self.assertEqual(ready.status, 200, ready)

    def test_lists_page_by_cursor(self):
        first = self.case.operator("GET", "/history?limit=2").json
        self.assertEqual(len(first["items"]), 2)
        second = self.case.operator("GET", f"/history?limit=2&cursor={first['next_cursor']}").json
        self.assertGreater(second["items"][0]["number"], first["items"][-1]["number"])
        self.assert_problem(self.case.operator("GET", "/history?limit=0"), 400, "bad-query")


if __name__ == "__main__":
    unittest.main()
