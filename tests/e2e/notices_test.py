"""Notices to the customer and the reporter, to a real endpoint and a real mail server."""
import json
import subprocess
import unittest

import settings
from case import Case
from recipients import Endpoint, MailServer, make_certificate, new_secret, verify
from stack import PROGRAMS, Stack
from stack_case import StackCase

KINDS = ["report_taken", "report_closed", "situation", "order_accepted", "hearing_questions", "report_ready", "customer_task", "completed", "charge"]


class NoticesCase(StackCase):
    """Every customer of a spare server has an endpoint and an address, the reporter an address."""
    spare = 6
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.endpoint, cls.mail = Endpoint(), MailServer()
        cls.addClassCleanup(cls.endpoint.stop)
        cls.addClassCleanup(cls.mail.stop)
        cls.secrets = [new_secret(), new_secret()]
        super().setUpClass()

    @classmethod
    def make_stack(cls):
        stack = Stack(spare=cls.spare)
        secrets = stack.run / "webhook.secrets"
        stack.run.mkdir(parents=True, exist_ok=True)
        secrets.write_text("\n".join(cls.secrets) + "\n")
        customers = {"C-1003": {"language": "en", "webhooks": [
            {"id": name, "url": endpoint.url, "secrets_file": str(secrets)} for name, endpoint in cls.over_tls(stack.run).items()]}}
        customers |= {f"C-{2000 + number}": {
            "language": "ja", "mail": [f"admin-{2000 + number}@customer.example"],
            "webhooks": [{"id": f"c-{2000 + number}", "url": cls.endpoint.url, "secrets_file": str(secrets)}]}
            for number in range(1, cls.spare + 1)}
        contacts = settings.write_json(stack.run / "contacts-of-notices.json", {
            "customers": customers, "reporters": {"reporter": {"language": "en", "mail": ["abuse@reporter.example"]}}})
        stack.changes = {"workflow": {"notices": {
            "contacts_file": str(contacts), "allow_private_addresses": True, "allow_http": True, "timeout_s": 2,
            "retry_pauses_s": "1,1,1,1,1,1,1,1", "report_delivery": "receipt",
            "mail": {"relay_url": cls.mail.url, "from": "rescue@provider.example", "require_tls": False}, "ca_file": str(stack.run / "known.pem")} | cls.settings}}
        return stack

    @classmethod
    def over_tls(cls, directory):
        """Endpoints of the customer C-1003: one whose certificate is trusted, one that anybody could be."""
        cls.tls = {name: Endpoint(certificate=make_certificate(directory, name)) for name in ("known", "stranger")}
        for endpoint in cls.tls.values():
            cls.addClassCleanup(endpoint.stop)
        return cls.tls

    def setUp(self):
        super().setUp()
        self.endpoint.answer, self.mail.reply = 204, None

    def notices(self, case):
        return case.operator("GET", "/notices").json["items"]

    def wait_notices(self, case, state="delivered", count=1, timeout_s=30):
        def there():
            found = [notice for notice in self.notices(case) if notice["state"] == state]
            return found if len(found) >= count else None
        return self.stack.wait_for(f"{count} notices {state}", there, timeout_s)

    def story(self, notice):
        return self.stack.call("GET", f"/v1/notices/{notice['notice_id']}", "operator").json


class BothChannels(NoticesCase):
    def test_R28_R31_one_incidents_notices_arrive_by_both_channels(self):
        case = self.new_case()
        case.run_until("wait_charge")
        delivered = self.wait_notices(case, count=len(KINDS))
        self.assertEqual(sorted(notice["kind"] for notice in delivered), sorted(KINDS))
        to_customer = [notice for notice in delivered if notice["audience"] == "customer"]
        mine = {notice["notice_id"]: notice for notice in delivered}
        address = f"admin-{case.customer.removeprefix('C-')}@customer.example"

        def arrived():
            hooks = {headers["webhook-id"] for headers, _ in self.endpoint.received} & set(mine)
            mails = [message for _, to, message in self.mail.received if to == [address]]
            # What the customer did first (answered, chose, received) need not be sent any more.
            sent = {notice["notice_id"] for notice in to_customer
                    if all(delivery["state"] != "dropped" for delivery in self.story(notice)["deliveries"])}
            return sent and sent <= hooks and len(mails) >= len(sent) and (sent, mails)
        sent, mails = self.stack.wait_for("both channels", arrived, 30)
        self.assertGreaterEqual(len(sent), 3)
        for headers, body in self.endpoint.received:
            for secret in self.secrets:
                verify(secret, headers, body)
            with self.assertRaises(AssertionError):
                verify(new_secret(), headers, body)
            with self.assertRaises(AssertionError):
                verify(self.secrets[0], headers, body + b" ")
        for message in mails:
            notice = mine[message["Message-ID"].strip("<>").split("@")[0]]
            self.assertEqual(message["Subject"], notice["texts"]["ja"]["subject"])
            self.assertEqual(MailServer.text_of(message).replace("\r\n", "\n").strip(), notice["texts"]["ja"]["text"].strip())
            self.assertEqual(message["From"], "rescue@provider.example")
            self.assertEqual(message["Auto-Submitted"], "auto-generated")
        ids = [message["Message-ID"] for message in mails]
        self.assertEqual(len(ids), len(set(ids)))

    def test_the_reporter_is_told_without_a_word_about_the_customer(self):
        case = self.new_case()
        case.report()

        def told():
            return [message for _, to, message in self.mail.received
                    if to == ["abuse@reporter.example"] and case.report_id in message["Subject"]]
        message = self.stack.wait_for("the reporter's mail", told, 20)[0]
        text = message["Subject"] + MailServer.text_of(message)
        for hidden in (case.customer, case.server):
            self.assertNotIn(hidden, text)
        seen = self.stack.call("GET", "/v1/notices", "reporter").json["items"]
        self.assertIn(case.report_id, json.dumps(seen))
        self.assertNotIn(case.customer, json.dumps(seen))
        self.assertLessEqual({notice["kind"] for notice in seen}, {"report_taken", "report_closed"})
        self.assertEqual(self.stack.call("GET", "/v1/notices", "other_reporter").json["items"], [])

    def test_R2_a_declined_incident_sends_guidance_and_creates_no_order_job_or_charge(self):
        case = self.new_case()
        case.run_until("confirm")
        jobs = len(self.stack.incident(case.incident_id)["jobs"])
        case.choose("self_remediation")
        guidance = next(notice for notice in self.wait_notices(case, count=3) if notice["kind"] == "self_remediation_guidance")
        self.assertIn("再インストール", guidance["texts"]["ja"]["text"])
        self.stack.wait_for("the guidance", lambda: any(
            body["data"]["notice_id"] == guidance["notice_id"] for body in self.endpoint.bodies("self_remediation_guidance")), 20)
        incident = self.stack.incident(case.incident_id)
        self.assertEqual((incident["orders"], len(incident["jobs"]), incident["charge"]), ([], jobs, None))

    def test_R35_a_stop_window_is_logged_and_told(self):
        case = self.new_case()
        window = {"from": "2099-09-18T10:00:00+09:00", "until": "2099-09-18T11:00:00+09:00", "reason": "the disk is copied"}
        case.run_until("confirm")
        self.assert_problem(case.operator("POST", "/stop-windows", window), 409, "illegal-transition")
        for step in ("choose", "quote", "order"):
            getattr(case, step)()
        self.assert_problem(case.operator("POST", "/stop-windows", window | {"until": window["from"]}), 422, "out-of-range", "/until")
        self.ctl("incident", "stop", case.incident_id, "--from", window["from"], "--until", window["until"], "--reason", window["reason"])
        self.stack.wait_for("the notice", lambda: any(
            body["data"]["facts"].get("incident_id") == case.incident_id for body in self.endpoint.bodies("stop_window")), 20)
        actions = [row["action"] for row in case.operator("GET", "/history?limit=200").json["items"]]
        self.assertIn("stop_window.announced", actions)

    def test_an_undeliverable_notice_is_an_operators_task_who_settles_it(self):
        self.endpoint.answer, self.mail.reply = 500, "550 5.1.1 no such user"
        case = self.new_case()
        case.run_until("confirm")
        notice = next(notice for notice in self.wait_notices(case, "undeliverable", 2, 60) if notice["kind"] == "situation")
        story = self.story(notice)
        outcome = {delivery["channel"]: delivery for delivery in story["deliveries"]}
        self.assertEqual(len(outcome["mail"]["attempts"]), 1, "refused for good is not tried again")
        self.assertIn("550", outcome["mail"]["detail"])
        self.assertEqual(len(outcome["webhook"]["attempts"]), 9)
        tasks = self.stack.call("GET", f"/v1/tasks?state=open&incident_id={case.incident_id}", "operator").json["items"]
        self.assertIn(notice["notice_id"], [task["details"].get("notice_id") for task in tasks])
        self.assertIn("550", self.ctl("notice", notice["notice_id"]))
        other = next(one for one in self.notices(case) if one["kind"] == "report_taken")
        self.mail.reply = None
        self.ctl("notice", "retry", other["notice_id"], "--reason", "the address exists now")
        self.stack.wait_for("the retried notice", lambda: self.story(other)["state"] == "delivered", 20)
        self.ctl("notice", "settle", notice["notice_id"], "--channel", "phone", "--how", "read to the owner")
        self.assertIn("read to the owner", self.story(notice)["receipt"]["detail"])
        tasks = self.stack.call("GET", f"/v1/tasks?state=open&incident_id={case.incident_id}", "operator").json["items"]
        self.assertNotIn(notice["notice_id"], [task["details"].get("notice_id") for task in tasks])
        self.assertIn("delivered", self.ctl("notices", "--incident", case.incident_id))

    def test_an_endpoint_that_is_gone_is_disabled_and_enabled_again(self):
        self.endpoint.answer = 410
        case = self.new_case()
        case.run_until("confirm")
        endpoint = f"c-{case.customer.removeprefix('C-')}"
        self.stack.wait_for("the endpoint's end", lambda: "disabled" in self.ctl("endpoints"), 20)
        self.assertRegex(self.stack.metrics("workflow"), r"(?m)^rescue_notice_endpoints_disabled 1$")
        self.endpoint.answer = 204
        self.ctl("endpoint", "enable", endpoint, "--reason", "they mended it")
        self.assertNotIn("disabled", self.ctl("endpoints"))
        self.assertRegex(self.stack.metrics("workflow"), r'rescue_notices_total\{channel="webhook",outcome="failed"\}')

    def test_over_tls_only_an_endpoint_with_a_trusted_certificate_is_told(self):
        case = Case(self.stack, "srv-1003", "C-1003")
        case.run_until("confirm")
        notice = next(notice for notice in self.wait_notices(case, count=2) if notice["kind"] == "situation")
        self.assertEqual((notice["receipt"]["channel"], notice["receipt"]["by"]), ("webhook", "known"))
        headers, body = self.tls["known"].received[0]
        verify(self.secrets[1], headers, body)

        def refused():
            return next(delivery["problem"] for delivery in self.story(notice)["deliveries"] if delivery["destination"] == "stranger")
        self.assertEqual(self.stack.wait_for("the stranger's refusal", refused, 20), "tls-failed")
        self.assertEqual(self.tls["stranger"].received, [])

    def ctl(self, *arguments):
        command = [PROGRAMS / "rescuectl", "--url", self.stack.front, "--token-file", self.stack.run / "tokens" / "operator", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout


class AcrossCrashes(NoticesCase):
    settings = {"timeout_s": 1, "report_delivery": "receipt_or_webhook"}
    spare = 3

    def test_kill_9_while_delivering_loses_no_notice(self):
        self.endpoint.answer = 500
        cases = [self.new_case() for _ in range(2)]
        for case in cases:
            case.run_until("confirm")
        before = len(self.endpoint.received)
        for _ in range(4):
            self.stack.wait_for("an attempt", lambda: len(self.endpoint.received) > before, 30)
            self.stack.kill("workflow")
            before = len(self.endpoint.received)
            self.stack.restart("workflow")
        self.endpoint.answer = 204
        for case in cases:
            self.wait_notices(case, count=2, timeout_s=60)
            ids = {notice["notice_id"] for notice in self.notices(case) if notice["audience"] == "customer"}
            self.assertLessEqual(ids, {headers["webhook-id"] for headers, _ in self.endpoint.received})

    def test_R31_an_endpoints_yes_to_the_report_completes_the_incident(self):
        case = self.new_case()
        case.run_until("wait_report")
        incident = self.stack.wait_state(case.incident_id, "completed")
        self.assertEqual(incident["report"]["delivery"]["channel"], "webhook")
        data = next(body for body in self.endpoint.bodies("report_ready") if body["data"]["facts"]["incident_id"] == case.incident_id)["data"]
        self.assertIn(case.incident_id, json.dumps(data["report"]))
        case.wait_charge()


class WithoutContacts(StackCase):
    spare = 1

    def test_notices_are_shown_and_seen_by_the_web_form(self):
        case = self.new_case()
        case.run_until("order")
        path = f"/v1/incidents/{case.incident_id}/notices"
        shown = case.web_form("GET", path).json["items"]
        self.assertEqual({notice["kind"]: notice["state"] for notice in shown},
                         {"situation": "delivered", "order_accepted": "shown", "hearing_questions": "shown"})
        accepted = next(notice for notice in shown if notice["kind"] == "order_accepted")
        self.assertNotIn("recipient", accepted)
        seen = case.request("notice-receipts", {"notice_id": accepted["notice_id"]})
        self.assertEqual(seen["state"], "delivered")
        unknown = case.try_request("notice-receipts", {"notice_id": "ntc_01arz3ndektsv4rrffq69g5fav"})
        self.assert_problem(unknown, 404, "notice-not-found", "/notice_id")
        self.assert_problem(self.stack.call("GET", path, "web_form", customer="C-1002"), 403, "not-your-server")
        self.assertEqual(self.stack.call("GET", "/v1/notices", "web_form", customer="C-1002").json["items"], [])


if __name__ == "__main__":
    unittest.main()
