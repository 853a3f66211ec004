"""The operators' desk, through the front door: an investigation ended by hand, on evidence that a person brought, up to the charge."""
import base64
import unittest

from case import expect
from stack_case import StackCase


class Desk(StackCase):
    spare = 3

    @staticmethod
    def words(text):
        return {"ja": f"{text}(日本語)", "en": text}

    def post(self, path, body, caller="operator"):
        return self.stack.call("POST", path, caller, body)

    def bring(self, case, content):
        kept = expect("evidence", self.post("/v1/evidence", {"content_base64": base64.b64encode(content).decode()}), 201).json
        expect("attachment", case.operator("POST", "/attachments", {
            "sha256": kept["sha256"], "name": "netflow.csv", "description": "From the router."}), 201)
        return kept["sha256"]

    def test_R14_R15_an_investigation_is_ended_by_a_person_and_charged_as_quoted(self):
        case = self.new_case()
        self.post("/v1/job-queues/investigation/pauses", {"reason": "This one is done by hand."})
        self.addCleanup(self.post, "/v1/job-queues/investigation/resumptions", {"reason": "The test is over."})
        case.run_until("order")
        sha256 = self.bring(case, b"13:00 203.0.113.9 443 12 MB\n")
        expect("finding", case.operator("POST", "/findings", {
            "title": self.words("The router saw 12 MB leave"), "why": self.words("Nothing legitimate runs then"),
            "severity": "high", "confidence": "medium", "attack_ids": ["T1071"],
            "evidence": [{"sha256": sha256, "file": "netflow.csv"}]}), 201)
        done = expect("completion", case.operator("POST", "/manual-completions", {
            "outcome": "limited_evidence", "reason": self.words("The logs were erased"), "evidence_read": [sha256]}), 201).json
        self.assertEqual(done["state"], "working", "the hearing is not over")
        case.answer_hearing()
        report = case.wait_report()
        self.assertEqual((report["outcome"]["state"], report["outcome"]["by"]), ("limited_evidence", "person"))
        self.assertEqual([finding["by"] for finding in report["investigation"]["findings"]["items"]], ["person"])
        case.receive_report()
        self.assertEqual(case.wait_charge()["total_yen"], case.quoted["total_yen"])

    def test_two_operators_share_the_work_list(self):
        case = self.new_case()
        case.report()
        case.wait_prechecked()
        tasks = self.stack.call("GET", f"/v1/tasks?incident_id={case.incident_id}&holder=nobody", "operator").json["items"]
        path = f"/v1/tasks/{tasks[0]['task_id']}"
        expect("claim", self.post(path + "/claims", {}, "other_operator"), 201)
        self.assert_problem(self.post(path + "/claims", {}), 409, "task-claimed")
        expect("hand-over", self.post(path + "/hand-overs", {"to": "operator", "reason": "The shift ends."}, "other_operator"), 201)
        expect("note", case.operator("POST", "/notes", {"text": "Called the customer."}), 201)
        self.assertEqual([note["text"] for note in case.operator("GET", "/notes").json["items"]], ["Called the customer."])
        self.assertIn('rescue_tasks_open{claimed="yes",kind="judge_precheck"} 1', self.stack.metrics("workflow"))
        case.confirm()

    def test_R42_an_unmerged_report_is_an_incident_of_its_own_and_intake_knows(self):
        case = self.new_case()
        case.report()
        case.wait_prechecked()
        second = expect("report", self.stack.call("POST", "/v1/reports", "reporter", {
            "source": "third_party", "category": "intrusion", "server": {"id": case.server}, "summary": "Again."}), 202).json

        def merged_into(wanted):
            status = self.stack.call("GET", f"/v1/reports/{second['report_id']}", "reporter").json
            return status["state"] == "taken" and status["merged_into"] == wanted
        self.stack.wait_for("the report to join", lambda: merged_into(case.incident_id))
        expect("unmerge", self.post(f"/v1/incidents/{second['incident_id']}/unmerges", {"reason": "Another account."}), 201)
        self.stack.wait_for("intake to know", lambda: merged_into(None))
        self.assertEqual(self.stack.incident(second["incident_id"])["state"], "precheck")


if __name__ == "__main__":
    unittest.main()
