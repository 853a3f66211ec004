"""The contract's rules at the doors: what is refused, with which problem, and what a repeated call gets."""
import unittest
import uuid

from stack_case import StackCase


class Rules(StackCase):
    spare = 20

    def report(self, **changes):
        body = {"source": "third_party", "category": "intrusion", "server": {"id": "srv-1001"}, "summary": "It attacks us."} | changes
        return self.stack.call("POST", "/v1/reports", "reporter", {key: value for key, value in body.items() if value is not None})

    def test_R4_any_other_source_is_refused(self):
        self.assert_problem(self.report(source="rumour"), 422, pointer="/source")

    def test_R6_a_server_without_a_contract_is_refused(self):
        for server in ({"id": "srv-9999"}, {"id": "srv-1009"}, {"address": "192.0.2.254"}):
            self.assert_problem(self.report(server=server), 422, "not-under-contract", "/server")

    def test_reports_are_checked_field_by_field(self):
        faults = [({"summary": None}, "/summary"), ({"category": "fire"}, "/category"), ({"colour": "red"}, "/colour"),
                  ({"summary": 7}, "/summary"), ({"summary": "x" * 20_001}, "/summary"), ({"seen_at": "yesterday"}, "/seen_at"),
                  ({"server": {"id": "srv-1001", "rack": 3}}, "/server/rack"), ({"complaint": {"kind": "noise"}}, "/complaint/kind"),
                  ({"complaint": {"kind": "phishing_url", "url": "javascript:x"}}, "/complaint/url")]
        for change, pointer in faults:
            with self.subTest(pointer):
                self.assert_problem(self.report(**change), 422, pointer=pointer)

    def test_garbage_is_answered_with_a_problem(self):
        headers = {"Content-Type": "application/json"}
        for body in (b"", b"{", b"[]", b"null", b'{"source":', b"\xff\xfe", b"{}{}", b'{"a":1,"a":2}', b"[" * 5000, b"\x00" * 64):
            with self.subTest(body[:12]):
                answer = self.stack.call("POST", "/v1/reports", "reporter", body, headers=headers)
                self.assertIn(answer.status, (400, 422), answer)
                self.assert_problem(answer, answer.status)
        wrong = self.stack.call("POST", "/v1/reports", "reporter", b"{}", headers={"Content-Type": "text/plain"})
        self.assertIn(wrong.status, (400, 415, 422), wrong)

    def test_creating_needs_an_idempotency_key(self):
        body = {"source": "third_party", "category": "intrusion", "server": {"id": "srv-1001"}, "summary": "x"}
        answer = self.stack.call("POST", "/v1/reports", "reporter", body, headers={"Idempotency-Key": ""})
        self.assertIn(answer.status, (400, 422), answer)

    def test_a_repeated_call_gets_the_same_answer_and_another_body_422(self):
        case = self.new_case()
        key = str(uuid.uuid4())
        body = {"source": "third_party", "category": "intrusion", "server": {"id": case.server}, "summary": "It attacks us."}
        first = self.stack.call("POST", "/v1/reports", "reporter", body, key=key)
        again = self.stack.call("POST", "/v1/reports", "reporter", body, key=key)
        self.assertEqual((first.status, first.content), (again.status, again.content))
        other = self.stack.call("POST", "/v1/reports", "reporter", body | {"summary": "Something else."}, key=key)
        self.assert_problem(other, 422, "idempotency-key-reused")

    def test_R42_a_second_report_is_merged_and_says_so(self):
        case = self.new_case()
        case.report()
        self.stack.wait_state(case.incident_id, "precheck")
        second = self.stack.call("POST", "/v1/reports", "other_reporter", {
            "source": "third_party", "category": "unknown", "server": {"id": case.server}, "summary": "It attacks us too."}).json
        self.assertNotEqual(second["incident_id"], case.incident_id)

        def taken():
            report = self.stack.call("GET", second["status_url"], "other_reporter").json
            return report if report["state"] == "taken" else None
        self.assertEqual(self.stack.wait_for("the second report to be taken", taken)["merged_into"], case.incident_id)
        alias = self.stack.incident(second["incident_id"])
        self.assertEqual(alias, {"incident_id": second["incident_id"], "merged_into": case.incident_id})
        self.assertEqual(len(self.stack.incident(case.incident_id)["reports"]), 2)

    def test_R27_an_unconfirmed_incident_cannot_be_ordered(self):
        case = self.new_case()
        case.report()
        case.wait_prechecked()
        case.decide("unconfirm", "It was another server.")
        case.quote()
        self.assert_problem(case.try_request("orders", case.order_body()), 409)

    def test_R29_an_order_comes_after_the_choice_and_not_after_self_remediation(self):
        case = self.new_case()
        case.run_until("confirm")
        case.quote()
        self.assert_problem(case.try_request("orders", case.order_body()), 409)
        case.choose("self_remediation")
        self.assert_problem(case.try_request("orders", case.order_body()), 409)
        case.choose("service")
        self.assertTrue(case.order())

    def test_R22_an_order_is_for_one_server(self):
        case = self.new_case()
        case.run_until("quote")
        two = case.try_request("orders", case.order_body(server_id=[case.server, "srv-1001"]))
        self.assert_problem(two, 422, "one-server-per-order", "/server_id")
        other = case.try_request("orders", case.order_body(server_id="srv-1001"))
        self.assert_problem(other, 409)

    def test_R33_to_R45_each_missing_consent_is_named(self):
        case = self.new_case()
        case.run_until("quote")
        consents = case.consents()
        self.assertEqual(len(consents), 13)
        for missing in consents:
            given = [consent for consent in consents if consent != missing]
            problem = self.assert_problem(case.try_request("orders", case.order_body(consents=given)), 422, "missing-consent",
                                          "/consents")
            self.assertIn(missing["id"], problem["detail"])

    def test_R45_a_consent_to_a_text_that_is_not_in_force_is_refused_with_the_right_one(self):
        case = self.new_case()
        case.run_until("quote")
        consents = case.consents("en")
        right = consents[1]["text_version"]
        old = [consents[0], consents[1] | {"text_version": "0.9"}, *consents[2:]]
        problem = self.assert_problem(case.try_request("orders", case.order_body(consents=old)), 422, "consent-not-in-force",
                                      "/consents/1/text_version")
        self.assertIn(consents[1]["id"], problem["detail"])
        self.assertIn(right, problem["detail"])
        case.request("orders", case.order_body(consents=[consent["id"] for consent in consents]))
        order, = self.stack.incident(case.incident_id)["orders"]
        self.assertEqual({(consent["language"], consent["shown"]) for consent in order["consents"]}, {("ja", False)},
                         "ids alone: the text in force, and nothing said of what was shown")

    def test_R12_R27_work_that_was_not_confirmed_or_is_not_offered_is_refused(self):
        case = self.new_case()
        case.run_until("quote")
        for work_item in ("mail_abuse_response", "investigation_recovery", "investigation_recovery_reinstall"):
            answer = case.try_request("orders", case.order_body(work_item=work_item))
            self.assertIn(answer.status, (409, 422), answer)
            self.assert_problem(answer, answer.status)

    def test_an_order_names_its_quote_by_id_and_hash(self):
        case = self.new_case()
        case.run_until("quote")
        wrong = case.order_body(quote={"id": case.quoted["quote_id"], "sha256": "0" * 64})
        answer = case.try_request("orders", wrong)
        self.assertIn(answer.status, (409, 422), answer)
        self.assertTrue(case.order(), "the right hash is accepted afterwards")
        self.assert_problem(case.try_request("orders", case.order_body()), 409)

    def test_quotes_are_for_what_is_offered(self):
        case = self.new_case()
        case.report()
        body = {"incident_id": case.incident_id, "server_id": case.server, "work_item": "investigation_recovery"}
        self.assert_problem(case.web_form("POST", "/v1/quotes", body), 422, "work-item-not-available")

    def test_R23_each_server_needs_an_order_of_its_own_and_gives_a_charge(self):
        first, second = self.new_case(), self.new_case()
        first.run_until("quote")
        second.run_until("choose")
        second.quoted = first.quoted
        with self.assertRaises(AssertionError):
            second.order()
        second.quote()
        charges = []
        for case in (first, second):
            case.order()
            case.answer_hearing()
            case.wait_report()
            case.receive_report()
            charges.append(case.wait_charge())
        self.assertNotEqual(charges[0]["charge_id"], charges[1]["charge_id"])
        self.assertEqual([charge["incident_id"] for charge in charges], [first.incident_id, second.incident_id])
        self.assertEqual([charge["total_yen"] for charge in charges], [first.quoted["total_yen"], second.quoted["total_yen"]])

    def test_R28_the_choice_is_about_the_text_that_was_shown(self):
        case = self.new_case()
        case.run_until("confirm")
        stale = case.try_request("choices", {"choice": "service", "situation_sha256": "0" * 64})
        self.assert_problem(stale, 409, "situation-changed", "/situation_sha256")

    def test_R28_a_choice_names_the_comparison_that_was_shown_for_it_or_none(self):
        case, other = self.new_case(), self.new_case()
        for one in (case, other):
            one.run_until("confirm")
            one.compare()
        shown = case.choice_body()["comparison"]
        for wrong, problem, pointer in (({"comparison": shown | {"sha256": "0" * 64}}, "comparison-mismatch", "/comparison/sha256"),
                                        ({"comparison": other.choice_body()["comparison"]}, "comparison-mismatch", "/comparison/id"),
                                        ({"comparison": shown | {"id": "cmp_" + "0" * 26}}, "comparison-not-found", "/comparison/id")):
            refused = case.try_request("choices", case.choice_body(**wrong))
            self.assert_problem(refused, 404 if problem.endswith("found") else 409, problem, pointer)
        self.assertTrue(case.choose()["comparison_recorded"])
        path = f"/v1/comparisons/{shown['id']}"
        self.assertEqual(case.web_form("GET", path).json, case.compared)
        self.assert_problem(other.web_form("GET", path), 404, "comparison-not-found")
        other.compared = None
        self.assertFalse(other.choose("self_remediation")["comparison_recorded"])
        self.assertEqual(self.stack.incident(other.incident_id)["choice"]["comparison"], {"recorded": False})

    def test_R31_the_report_is_received_before_the_incident_completes(self):
        case = self.new_case()
        case.run_until("order")
        early = case.try_request("report-receipts", {"report_sha256": "0" * 64, "channel": "web"})
        self.assert_problem(early, 409)
        case.answer_hearing()
        case.wait_report()
        wrong = case.try_request("report-receipts", {"report_sha256": "0" * 64, "channel": "web"})
        self.assert_problem(wrong, 409, "report-mismatch")
        self.assertEqual(self.stack.incident(case.incident_id)["state"], "reporting")

    def test_decisions_compare_the_version(self):
        case = self.new_case()
        case.report()
        version = case.wait_prechecked()["version"]
        stale = case.operator("POST", "/decisions", {
            "decision": "confirm", "confirmation": ["intrusion"], "reason": "Seen.", "version": version + 7})
        self.assert_problem(stale, 409, "version-conflict", "/version")

    def test_R41_cancelling_before_the_work_costs_nothing(self):
        case = self.new_case()
        case.run_until("quote")
        case.request("cancellations", {"reason": "We moved everything away."})
        self.stack.wait_state(case.incident_id, "cancelled")
        self.assertEqual(self.stack.call("GET", f"/v1/charges?incident_id={case.incident_id}", "operator").json["items"], [])


if __name__ == "__main__":
    unittest.main()
