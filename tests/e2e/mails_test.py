"""Complaints as mails, through the front door."""
from stack_case import StackCase

HEAD = (b"From: Dana <dana@garden.example>\r\nTo: abuse@hoster.example\r\nDate: Thu, 17 Sep 2026 22:01:33 +0000\r\n"
        b"Subject: [Ticket#17] complaint\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n")
READABLE = HEAD + b"192.0.2.10 is an open relay on port 25/tcp.\r\n"
UNREADABLE = HEAD + b"Somebody of yours sends us spam \xff\x00 and does not stop.\r\n"
SECRETS = ("C-1001", "srv-1001", "192.0.2.10", "customer")


class Mails(StackCase):
    def hand_in(self, mail, **more):
        return self.stack.call("POST", "/v1/reports", "reporter", mail, headers={"Content-Type": "message/rfc822"}, **more)

    def status(self, taken, state):
        """The sender's answer once the report is in that state."""
        def there():
            answer = self.stack.call("GET", taken["status_url"], "reporter")
            return answer if answer.json["state"] == state else None
        return self.stack.wait_for(f"{taken['report_id']} {state}", there)

    def read_task(self, taken):
        """The open task of that mail, or None."""
        tasks = self.stack.call("GET", "/v1/tasks?kind=read_report&state=open", "operator").json["items"]
        return next((one for one in tasks if one["details"]["report_id"] == taken["report_id"]), None)

    def test_what_can_be_read_is_an_incident_and_its_sender_learns_nothing_of_the_customer(self):
        taken = self.hand_in(READABLE)
        self.assertEqual(taken.status, 202, taken)
        self.stack.wait_state(taken.json["incident_id"], "precheck")
        told = self.status(taken.json, "taken")
        self.assertEqual(told.json["reference"], "17")
        for secret in SECRETS:
            self.assertNotIn(secret, taken.text + told.text)

    def test_what_cannot_be_read_waits_for_a_person_who_makes_a_report_of_it(self):
        taken = self.hand_in(UNREADABLE).json
        self.assertEqual(taken["state"], "for_person")
        task = self.stack.wait_for("the task", lambda: self.read_task(taken))
        original = self.stack.call("GET", task["details"]["original"], "operator")
        self.assertEqual(original.content, UNREADABLE)
        self.assert_problem(self.stack.call("GET", task["details"]["original"], "reporter"), 403)
        report = {"source": "third_party", "category": "mail_abuse", "server": {"id": "srv-1001"}, "summary": "read", "of_report": taken["report_id"]}
        made = self.stack.call("POST", "/v1/reports", "operator", report)
        self.assertEqual(made.json["incident_id"], taken["incident_id"])
        told = self.status(taken, "taken")
        for secret in SECRETS:
            self.assertNotIn(secret, told.text)
        self.stack.wait_for("no task", lambda: not self.read_task(taken))

    def test_what_nothing_follows_from_is_closed(self):
        taken = self.hand_in(UNREADABLE + b"again").json
        task = self.stack.wait_for("the task", lambda: self.read_task(taken))
        done = self.stack.call("POST", f"/v1/tasks/{task['task_id']}/completions", "operator", {"outcome": "no_complaint", "note": "an advertisement"})
        self.assertEqual(done.status, 201, done)
        told = self.status(taken, "closed")
        for secret in SECRETS + ("advertisement",):
            self.assertNotIn(secret, told.text)

    def test_a_mail_may_be_as_large_as_any_body(self):
        self.assertEqual(self.hand_in(HEAD + b"x" * (250 * 1024)).status, 202)
        self.assert_problem(self.hand_in(HEAD + b"x" * (260 * 1024)), 413)
