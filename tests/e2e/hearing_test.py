"""The hearing (R14) and what was shown at choice and order (R28, R29), through the front door."""
import hashlib
import json
import unittest

from stack import Stack
from stack_case import StackCase


def sha256_of(value):
    """As `jq -cSj . | sha256sum` gives it."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


class HearingAndWhatWasShown(StackCase):
    spare = 2

    def test_R14_answers_come_in_parts_and_an_operator_asks_more(self):
        case = self.new_case()
        case.report(seen_at="2026-09-13T01:00:00Z")
        for step in ("wait_prechecked", "confirm", "choose", "quote", "order"):
            getattr(case, step)()
        asked = case.seen_by_customer()["hearing"]["questions"]
        known = {fact["text"] for question in asked for fact in question["known"]}
        self.assertIn("2026-09-13T01:00:00.000Z", known, "what the report said")
        self.assertTrue(any("Debian" in text for text in known), "what the precheck saw")

        part = case.request("hearing-answers", {"answers": {"own-changes": "None."}, "complete": False})
        self.assertEqual(part["hearing"], "open")
        more = {"questions": [{"ja": "誰ですか。", "en": "Who is it?"}], "reason": "A log-in."}
        round_two = case.operator("POST", "/hearing-questions", more)
        self.assertEqual(round_two.status, 201, round_two)
        self.assertIn("more-2-1", round_two.json["questions"])
        self.assertNotIn("own-changes", round_two.json["questions"])
        incident = self.stack.incident(case.incident_id)
        self.assertEqual(incident["waiting_for_customer"], "hearing")

        answers = {question: f"An answer. ({question})" for question in round_two.json["questions"]}
        case.request("hearing-answers", {"answers": answers})
        report = case.wait_report()
        said = {item["answer"] for item in report["investigation"]["hearing"]["items"]}
        self.assertLessEqual({"None.", "An answer. (more-2-1)"}, said)
        hearing = self.stack.incident(case.incident_id)["hearing"]
        self.assertEqual(len(hearing["submissions"]), 2)
        for submission in hearing["submissions"]:
            self.assertEqual(sha256_of({key: value for key, value in submission.items() if key != "sha256"}), submission["sha256"])
        late = case.operator("POST", "/hearing-questions", more)
        self.assert_problem(late, 409, "illegal-transition")

    def test_R28_R29_R44_R45_what_was_shown_is_stored_as_shown(self):
        case = self.new_case()
        case.run_until("confirm")
        situation = case.seen_by_customer()["situation"]
        compared = case.compare()
        for step in ("choose", "quote", "order"):
            getattr(case, step)()
        incident = self.stack.incident(case.incident_id)
        self.assertEqual(incident["choice"]["shown"], situation)
        self.assertEqual(incident["choice"]["actor"]["customer"], case.customer)
        kept = incident["choice"]["comparison"]
        self.assertEqual(kept, {"recorded": True, "sha256": compared["sha256"], "document": compared})
        self.assertEqual(sha256_of({key: value for key, value in compared.items() if key != "sha256"}), compared["sha256"])
        details = [row["details"] for row in case.operator("GET", "/history?limit=200").json["items"]]
        self.assertIn({"recorded": True, "comparison_id": compared["comparison_id"], "sha256": compared["sha256"]},
                      [detail.get("comparison") for detail in details])
        order, = incident["orders"]
        self.assertEqual(order["quote"], case.quoted)
        given = {consent["id"]: consent for consent in case.consents()}
        self.assertEqual({consent["id"] for consent in order["consents"]}, set(given))
        for consent in order["consents"]:
            said = given[consent["id"]]
            self.assertEqual((consent["version"], consent["language"], consent["shown"]), (said["text_version"], said["language"], True))
            self.assertEqual(consent["text_sha256"], hashlib.sha256(consent["text"][consent["language"]].encode()).hexdigest())
            self.assertEqual(consent["actor"], order["actor"])
            self.assertEqual(consent["accepted_at"], order["submitted_at"])
        self.assertTrue(order["versions"]["terms"] and order["versions"]["specification"])
        self.assertEqual(order["shown_sha256"], sha256_of({key: order[key] for key in ("consents", "quote", "versions")}))
        case.answer_hearing()
        report = case.wait_report()
        self.assertEqual({consent["id"]: consent["version"] for consent in report["consents"]},
                         {consent["id"]: consent["version"] for consent in order["consents"]})


class HearingThatNobodyAnswers(StackCase):
    """On PostgreSQL, with a deadline that passes while the test waits."""
    spare = 1
    changes = {"workflow": {"hearing": {"deadline_s": 12}}}

    @classmethod
    def make_stack(cls):
        return Stack(spare=cls.spare, changes=cls.changes, database="postgresql")

    def test_R14_the_customer_is_reminded_and_the_work_goes_on_without_an_answer(self):
        case = self.new_case()
        case.run_until("order")

        def hearing():
            return self.stack.incident(case.incident_id)["hearing"]
        self.stack.wait_for("the reminder", lambda: hearing().get("reminded_at"), 30)
        self.stack.wait_for("the deadline", lambda: hearing()["state"] == "no_reply", 30)
        self.assertEqual(case.wait_report()["investigation"]["hearing"]["state"], "no_reply")
        actions = [row["action"] for row in case.operator("GET", "/history?limit=200").json["items"]]
        self.assertLess(actions.index("hearing.reminded"), actions.index("hearing.no_reply"))
        self.assertIn('rescue_timer_failures_total{timer="hearings"} 0', self.stack.metrics("workflow"))


if __name__ == "__main__":
    unittest.main()
