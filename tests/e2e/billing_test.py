"""What is due, what is taken back, what billing gets, and what is left to the customer."""
import csv
import datetime
import io
import json
import subprocess
import unittest

from stack import PROGRAMS
from stack_case import StackCase


class Billing(StackCase):
    spare = 2

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.new_case()
        cls.charge = cls.case.run_until("wait_charge")
        booked = datetime.datetime.fromisoformat(cls.charge["created_at"].replace("Z", "+00:00"))
        cls.month = booked.astimezone(datetime.timezone(datetime.timedelta(hours=9))).strftime("%Y-%m")

    def ctl(self, *arguments, code=0):
        command = [PROGRAMS / "rescuectl", "--url", self.stack.front, "--token-file", self.stack.run / "tokens" / "operator", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stdout + done.stderr

    def test_R40_the_customer_has_a_task_after_the_end_and_says_when_it_is_done(self):
        shown = self.case.seen_by_customer()
        self.assertEqual(shown["state"], "completed")
        tasks = self.case.web_form("GET", f"/v1/customer-tasks?state=open&incident_id={self.case.incident_id}").json["items"]
        self.assertEqual(tasks, shown["customer_tasks"])
        task = tasks[0]
        self.assertEqual(task["advice"], "customer-password", "the way in was a guessed password")
        self.assertIn(task["task_id"], self.ctl("customer-tasks"))
        told = self.notices_of_tasks()
        self.assertEqual(len(told), len(tasks), "one notice for each task")
        self.assertIn(task["title"]["ja"], told[0]["texts"]["ja"]["text"])
        done = self.case.request("customer-task-completions", {"task_id": task["task_id"], "note": "Every password is new."})
        self.assertEqual(done["state"], "done")
        after = self.stack.incident(self.case.incident_id)["customer_tasks"][0]
        self.assertEqual((after["state"], after["note"]), ("done", "Every password is new."))
        self.assertEqual(self.notices_of_tasks()[0]["state"], "delivered", "who has done it knows of it")
        again = self.case.try_request("customer-task-completions", {"task_id": task["task_id"]})
        self.assert_problem(again, 409, "customer-task-done")
        history = self.case.operator("GET", "/history?limit=200").json["items"]
        self.assertIn("customer_task.done", [row["action"] for row in history])

    def notices_of_tasks(self):
        shown = self.case.web_form("GET", f"/v1/incidents/{self.case.incident_id}/notices").json["items"]
        return [notice for notice in shown if notice["kind"] == "customer_task"]

    def test_R42_a_month_is_exported_credited_and_reconciled_to_the_yen(self):
        charge_id = self.charge["charge_id"]
        refused = self.ctl("credit", charge_id, "--total", "1", "--reason", "the report came late", "--lines", "1:10000", code=1)
        self.assertIn("total_yen 11000", refused)
        made = self.ctl("credit", charge_id, "--total", "11000", "--reason", "=the report came late", "--lines", "1:10000")
        self.assertIn("11000 together", made)
        seen = self.case.web_form("GET", f"/v1/charges/{charge_id}").json
        self.assertEqual((seen["credited_yen"], seen["total_yen"]), (11000, self.charge["total_yen"]))
        self.assertIn("the report came late", self.ctl("charge", charge_id))

        rows = list(csv.DictReader(io.StringIO(self.ctl("export", self.month))))
        pages = json.loads(self.ctl("export", self.month, "--format", "json"))["items"]
        totals = self.stack.call("GET", f"/v1/charges/totals?month={self.month}", "internal").json
        for sums in ((sum(int(row["total_yen"]) for row in rows), len(rows)), (sum(item["total_yen"] for item in pages), len(pages))):
            self.assertEqual(sums, (totals["total_yen"], totals["count"]))
        self.assertEqual(rows[-1]["reason"], "'=the report came late", "no text is taken for a formula")

        self.assertEqual(self.stack.call("GET", "/v1/fees?state=unmatched", "internal").json["items"], [])
        self.assertIn("each with its one charge", self.ctl("reconcile", self.month))
        self.assertIn(charge_id, self.ctl("fees", "--month", self.month))

    def test_R42_R32_what_is_not_built_yet_is_refused_after_the_report_too(self):
        quote = {"incident_id": self.case.incident_id, "server_id": self.case.server, "work_item": "investigation"}
        self.assert_problem(self.case.web_form("POST", "/v1/quotes", quote), 409, "work-item-covered")
        quote["work_item"] = "investigation_recovery"
        self.assert_problem(self.case.web_form("POST", "/v1/quotes", quote), 422, "work-item-not-available")
        order = self.case.try_request("orders", self.case.order_body(work_item="investigation_recovery"))
        self.assert_problem(order, 422, "work-item-not-available")
        self.assertEqual(self.stack.incident(self.case.incident_id)["followed_by"], [])


class CreditsOfTwo(StackCase):
    spare = 1
    changes = {"pricing": {"credit_notes": {"second_person": True}}}

    def test_R42_a_credit_waits_for_another_operator_and_what_is_not_left_becomes_a_task(self):
        case = self.new_case()
        charge = case.run_until("wait_charge")
        path = f"/v1/charges/{charge['charge_id']}"

        def ask():
            asked = self.stack.call("POST", f"{path}/credit-notes", "operator", {"reason": "Late.", "total_yen": charge["total_yen"]})
            self.assertEqual(asked.status, 202, asked)
            task = f"/v1/tasks/{asked.json['task_id']}"
            self.stack.wait_for("the task", lambda: self.stack.call("GET", task, "other_operator").status == 200)
            return task
        granted = {"outcome": "granted", "note": "It was late."}
        tasks = [ask(), ask()]
        self.assertEqual(self.stack.call("GET", path, "operator").json["credited_yen"], 0)
        self.assert_problem(self.stack.call("POST", f"{tasks[0]}/completions", "operator", granted), 403, "second-person-needed")
        for task in tasks:
            answer = self.stack.call("POST", f"{task}/completions", "other_operator", granted)
            self.assertEqual(answer.status, 201, answer)
        refused = self.stack.wait_for("the second to be refused", lambda: self.stack.call(
            "GET", f"/v1/tasks?state=open&kind=credit_refused&incident_id={case.incident_id}", "operator").json["items"])
        self.assertEqual(refused[0]["details"]["problem"], "charge-credited")
        notes = self.stack.call("GET", f"{path}/credit-notes", "operator").json["items"]
        self.assertEqual([(note["total_yen"], note["created_by"]) for note in notes], [(charge["total_yen"], "operator:operator")])


if __name__ == "__main__":
    unittest.main()
