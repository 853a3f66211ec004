"""What happens to messages that come twice, in the wrong order, or make no sense."""
import json
import unittest

import redis_client
import settings
from stack_case import StackCase


class Messages(StackCase):
    spare = 4

    def setUp(self):
        super().setUp()
        self.redis = self.stack.ports["redis"]
        self.secret = (self.stack.run / "tokens" / "redis.secret").read_text().strip()

    def waiting_for_workflow(self, count):
        """The entries of workflow's stream once there are `count`; workflow does not take them meanwhile."""
        def there():
            found = redis_client.entries(self.redis, "workflow")
            return found if len(found) >= count else None
        return self.stack.wait_for(f"{count} messages for workflow", there)

    def test_a_message_that_comes_twice_has_one_effect(self):
        case = self.new_case()
        self.stack.pause("workflow")
        try:
            case.report()
            _, payload = self.waiting_for_workflow(1)[-1]
            for _ in range(3):
                redis_client.add(self.redis, "workflow", payload, self.secret)
        finally:
            self.stack.resume("workflow")
        case.wait_prechecked()
        incident = self.stack.incident(case.incident_id)
        self.assertEqual(len(incident["reports"]), 1)
        self.assertEqual(len(incident["jobs"]), 1)
        self.stack.wait_for("an empty stream", lambda: not redis_client.entries(self.redis, "workflow"))

    def test_a_message_that_comes_early_waits_for_those_before_it(self):
        case = self.new_case()
        self.stack.kill("workflow")
        case.report()
        answer = case.try_request("cancellations", {"reason": "It was a drill."})
        self.assertEqual(answer.status, 202, answer)
        first, _ = self.waiting_for_workflow(2)[-2:]
        redis_client.remove(self.redis, "workflow", first[0])
        self.stack.restart("workflow")
        self.stack.wait_for("the early message to be parked", lambda: any(
            line.get("event") == "message.handled" and line.get("outcome") == "parked" for line in self.stack.log_lines("workflow")))
        self.assertIsNone(self.stack.incident(case.incident_id))
        redis_client.add(self.redis, "workflow", first[1], self.secret)
        case.follow("cancellations", answer.json)
        self.stack.wait_state(case.incident_id, "cancelled")

    def test_what_a_stranger_puts_into_a_stream_changes_nothing(self):
        case = self.new_case()
        case.report()
        case.wait_prechecked()
        path = "/v1/workflow/dead-letters"
        before = len(self.stack.call("GET", path, "operator").json["items"])
        outbox_before = self.stack.incident(case.incident_id)["version"]
        forged = json.dumps({
            "id": "msg_forged", "from": "intake", "to": "workflow", "type": "request.submitted", "incident_id": case.incident_id,
            "sequence": 2, "traceparent": "", "created_us": 0, "body": {
                "request_id": "req_forged", "kind": "cancellation", "submitted_us": 0,
                "actor": {"key_id": "k", "customer": case.customer, "person": "nobody"}, "body": {"reason": "forged"}}}).encode()
        for secret in ("", "0" * 64):
            redis_client.add(self.redis, "workflow", forged, secret)
        letters = self.stack.wait_for("the dead letters", lambda: self.grown(path, before + 2))
        self.assertTrue(letters[-1]["reason"].startswith("message-not-authentic"), letters[-1])
        again = self.stack.call("POST", f"{path}/{letters[-1]['number']}/requeues", "operator", {"reason": "Let us see."})
        self.assert_problem(again, 409, "dead-letter-not-authentic")
        incident = self.stack.incident(case.incident_id)
        self.assertEqual((incident["state"], incident["version"]), ("precheck", outbox_before))

    def test_each_service_reaches_its_own_streams_only(self):
        for service, others in {"intake": ("pricing", "worker"), "pricing": ("intake", "worker"), "worker": ("intake", "pricing")}.items():
            login = (service, (self.stack.run / "tokens" / f"redis-{service}").read_text().strip())
            self.assertIsInstance(redis_client.command(self.redis, "XLEN", redis_client.stream_key(service), login=login), int)
            for other in others:
                with self.assertRaisesRegex(ValueError, "NOPERM"):
                    redis_client.command(self.redis, "XRANGE", redis_client.stream_key(other), "-", "+", login=login)
            for forbidden in (("FLUSHALL",), ("CONFIG", "GET", "*"), ("KEYS", "*"), ("SHUTDOWN",)):
                with self.assertRaisesRegex(ValueError, "NOPERM"):
                    redis_client.command(self.redis, *forbidden, login=login)

    def test_what_makes_no_sense_becomes_a_dead_letter_and_can_be_requeued_with_a_reason(self):
        for service in settings.SERVICES:
            with self.subTest(service):
                path = f"/v1/{service}/dead-letters"
                before = len(self.stack.call("GET", path, "operator").json["items"])
                nonsense = [b"", b"no json", b"{}", b"\xff\x00", json.dumps({
                    "id": "msg_x", "from": "intake", "to": service, "type": "no.such.type", "incident_id": "inc_x", "sequence": 1,
                    "traceparent": "", "created_us": 0, "body": {}}).encode()]
                for payload in nonsense:
                    redis_client.add(self.redis, service, payload, self.secret)
                letters = self.stack.wait_for(f"{service}'s dead letters", lambda: self.grown(path, before + len(nonsense)))
                self.assertTrue(all(letter["reason"] for letter in letters), letters)
                number = letters[-1]["number"]
                without_reason = self.stack.call("POST", f"{path}/{number}/requeues", "operator", {})
                self.assert_problem(without_reason, 422, pointer="/reason")
                again = self.stack.call("POST", f"{path}/{number}/requeues", "operator", {"reason": "Let us see."})
                self.assert_problem(again, 409)
                self.stack.wait_for("an empty stream", lambda: not redis_client.entries(self.redis, service))

    def grown(self, path, size):
        items = self.stack.call("GET", path + "?limit=200", "operator").json["items"]
        return items if len(items) >= size else None

    def test_metrics_count_depth_and_age_of_the_queues(self):
        case = self.new_case()
        self.stack.kill("worker")
        case.report()
        self.stack.wait_for("a message for worker", lambda: redis_client.entries(self.redis, "worker"))
        self.stack.restart("worker")
        case.wait_prechecked()
        for service in settings.SERVICES:
            text = self.stack.metrics(service)
            self.assertRegex(text, r"(?m)^rescue_queue_depth", service)
            self.assertRegex(text, r"(?m)^rescue_queue_oldest_seconds", service)


if __name__ == "__main__":
    unittest.main()
