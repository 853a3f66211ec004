"""The operators' command line against the running services."""
import json
import subprocess
import unittest

from stack import PROGRAMS
from stack_case import StackCase


class Rescuectl(StackCase):
    spare = 3

    def ctl(self, *arguments, code=0):
        command = [PROGRAMS / "rescuectl", "--url", self.stack.front, "--token-file", self.stack.run / "tokens" / "operator", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stderr

    def test_an_operator_leads_an_incident_to_its_report(self):
        case = self.new_case()
        case.report()
        case.wait_prechecked()
        self.assertIn(case.incident_id, self.ctl("incidents"))
        self.assertIn("judge_precheck", self.ctl("tasks"))
        self.ctl("confirm", case.incident_id, "--as", "intrusion", "--reason", "the log-in was not the customer's")
        case.situation_sha256 = case.seen_by_customer()["situation"]["sha256"]
        for step in case.STEPS[case.STEPS.index("choose"):]:
            getattr(case, step)()
        story = self.ctl("incident", case.incident_id)
        self.assertIn("completed", story)
        self.assertIn("the log-in was not the customer's", story)
        shown = self.ctl("shown", case.incident_id)
        self.assertIn("consent-r33", shown)
        self.assertIn("nothing is recorded as shown", shown)
        report = json.loads(self.ctl("report", case.incident_id))
        self.assertIn(case.incident_id, json.dumps(report))
        self.assertIn("<html", self.ctl("report", case.incident_id, "--html", "--lang", "en"))

    def test_an_operator_ends_an_investigation_by_hand(self):
        case = self.new_case()
        self.ctl("queue", "pause", "investigation", "--reason", "this one is done by hand")
        self.addCleanup(self.ctl, "queue", "resume", "investigation", "--reason", "the test is over")
        case.run_until("wait_prechecked")
        task = json.loads(self.ctl("tasks", "--json", "--incident", case.incident_id, "--holder", "nobody"))["items"][0]["task_id"]
        self.assertIn("operator:operator", self.ctl("task", "claim", task))
        self.ctl("task", "note", task, "--text", "asked the data centre")
        self.assertIn("asked the data centre", self.ctl("task", task))
        for step in ("confirm", "choose", "quote", "order"):
            getattr(case, step)()
        found = self.stack.run / "netflow.csv"
        found.write_text("13:00 203.0.113.9 443 12 MB\n")
        sha256 = self.ctl("evidence", "bring", str(found)).strip()
        self.ctl("evidence", "attach", case.incident_id, "--sha256", sha256, "--name", "netflow.csv", "--about", "from the router")
        self.ctl("finding", case.incident_id, "--severity", "high", "--confidence", "medium", "--attack", "T1071", "--title-ja", "通信",
                 "--title-en", "Traffic", "--why-ja", "理由", "--why-en", "Nothing runs then", "--evidence", sha256, "--file", "netflow.csv")
        self.assertIn("cause_unknown", self.ctl("finish", case.incident_id, "--outcome", "cause_unknown", "--reason-ja", "不明",
                                                "--reason-en", "no trace is left", "--evidence", sha256))
        case.answer_hearing()
        self.assertEqual(case.wait_report()["outcome"]["by"], "person")
        self.assertIn("netflow.csv", self.ctl("incident", case.incident_id))
        self.assertIn("asked the data centre", self.ctl("notes", case.incident_id))

    def test_what_is_refused_is_said_and_gives_exit_code_1(self):
        case = self.new_case()
        case.report()
        case.wait_prechecked()
        self.ctl("unconfirm", case.incident_id, "--reason", "nothing there")
        said = self.ctl("confirm", case.incident_id, "--as", "intrusion", "--reason", "twice", code=1)
        self.assertIn("409", said)
        self.assertIn("possible: ", said)
        self.ctl("incident", "inc_unknown", code=1)
        self.ctl("no-such-command", code=2)

    def test_a_key_made_here_is_taken_by_a_service(self):
        keys = self.stack.run / "keys.json"
        made = self.ctl("key", "new", "--id", "night-1", "--role", "operator", "--name", "night shift", "--file", str(keys))
        token = next(word for word in made.split() if word.startswith("rk_"))
        self.assertNotIn(token, keys.read_text())
        self.stack.terminate("workflow")
        self.stack.restart("workflow")
        answer = self.stack.caller("operator")
        answer.token = token
        self.assertEqual(answer.get("/v1/tasks").status, 200)
        self.ctl("key", "disable", "--id", "night-1", "--file", str(keys))
        self.stack.terminate("workflow")
        self.stack.restart("workflow")
        self.assertEqual(answer.get("/v1/tasks").status, 401)


if __name__ == "__main__":
    unittest.main()
