"""The secret of the messages is changed while the services work, step by step as docker/redis/README.md says: nothing is set aside."""
import secrets
import unittest

import redis_client
import settings
from stack_case import StackCase


class Rotation(StackCase):
    spare = 3 * len(settings.SERVICES) + 1

    def setUp(self):
        super().setUp()
        self.file = self.stack.run / "tokens" / "redis.secret"

    def play(self):
        """Messages from intake to workflow, to worker and back."""
        case = self.new_case()
        case.report()
        case.wait_prechecked()

    def restart_one_by_one(self, *lines):
        """With a report before each, which waits for the restarted one, and is worked on by old and new ones together."""
        self.file.write_text("".join(line + "\n" for line in lines))
        for name in settings.SERVICES:
            self.assertEqual(self.stack.terminate(name), 0, name)
            if name == "intake":  # it takes the reports
                self.stack.restart(name)
            case = self.new_case()
            case.report()
            if name != "intake":
                self.stack.restart(name)
            case.wait_prechecked()

    def wait_receipted(self):
        for name in settings.SERVICES:
            self.stack.wait_for(f"{name}'s messages receipted",
                                lambda name=name: "rescue_outbox_unreceipted 0" in self.stack.metrics(name), 30)

    def test_the_secret_is_changed_while_messages_flow(self):
        old, new = self.file.read_text().strip(), secrets.token_hex(32)
        self.restart_one_by_one(old, new)
        self.restart_one_by_one(new, old)
        self.wait_receipted()
        self.restart_one_by_one(new)
        self.play()
        for name in settings.SERVICES:
            letters = self.stack.call("GET", f"/v1/{name}/dead-letters", "operator").json["items"]
            self.assertEqual(letters, [], name)
        redis_client.add(self.stack.ports["redis"], "workflow", b"{}", old)
        letters = self.stack.wait_for("what is sealed with the old one to be set aside", lambda: self.stack.call(
            "GET", "/v1/workflow/dead-letters", "operator").json["items"])
        self.assertTrue(letters[0]["reason"].startswith("message-not-authentic"), letters)


if __name__ == "__main__":
    unittest.main()
