"""How to reach a customer's running server: sealed on its whole way, and gone when the incident is over. Every store, stream, log and file of
a running stack is searched for what was sealed."""
import base64
import contextlib
import json
import pathlib
import secrets
import sqlite3
import subprocess
import unittest
import urllib.parse

import postgres
import redis_client
import sealing
import settings
from case import expect
from stack import PROGRAMS, Stack
from stack_case import StackCase


def spellings(secret):
    """A secret as it could stand somewhere, encoded."""
    raw = secret.encode()
    # Base 64 at each of the three places within a group, without what its neighbours decide.
    based = {base64.b64encode(b"x" * skip + raw)[4 if skip else 0:-4] for skip in range(3)}
    return {raw, raw.hex().encode(), urllib.parse.quote(secret, safe="").encode(), json.dumps(secret)[1:-1].encode()} | based


class Search:
    def __init__(self, stack):
        self.stack = stack

    def dump(self, service):
        """Every row of a service's database as text."""
        if self.stack.database == "postgresql":
            done = subprocess.run([postgres.program("pg_dump"), "-h", postgres.place(self.stack.run), "-p", str(postgres.PORT), "-U", postgres.USER,
                                   "--data-only", f"rescue_{service}"], check=True, capture_output=True, text=True)
            return done.stdout
        path = f"file:{self.stack.run}/data/{service}/{service}.sqlite?mode=ro"
        with contextlib.closing(sqlite3.connect(path, uri=True)) as connection:
            return "\n".join(connection.iterdump())

    def streams(self):
        """What lies in Redis, whatever kind of value."""
        port = self.stack.ports["redis"]
        return b"".join(redis_client.command(port, "DUMP", key) or b"" for key in redis_client.command(port, "KEYS", "*"))

    def rows_with(self, text):
        """The services whose database has it."""
        return [service for service in settings.SERVICES if text in self.dump(service)]

    def files_with(self, wanted, under=""):
        """Files below the stack's directory, or `under` there, that hold one of the texts. The keys' own place is left out."""
        found = []
        for path in (self.stack.run / under).rglob("*"):
            if path.is_file() and not path.is_symlink() and "disks" not in path.relative_to(self.stack.run).parts[:1]:
                with contextlib.suppress(FileNotFoundError):
                    content = path.read_bytes()
                    found += [str(path) for text in wanted if text in content]
        return found


class SealedAccess(StackCase):
    spare = 3
    # Nothing listens there: a worker that opens the box tries, and says that it failed.
    changes = {"workflow": {"jobs": {"attempts_max": 1}}, "worker": {"outside": {"allow": "127.0.0.0/8"}}}

    def setUp(self):
        super().setUp()
        self.search = Search(self.stack)
        self.secrets = [f"swordfish {secrets.token_hex(12)}" for _ in range(4)]

    def key(self):
        return expect("sealing key", self.stack.call("GET", "/v1/sealing-key", "web_form"), 200).json

    def queue(self, what, reason):
        expect(what, self.stack.call("POST", f"/v1/job-queues/investigation/{what}", "operator", {"reason": reason}), 201)

    def rotate(self, *more):
        keyring, public_keys = sealing.files(self.stack.run)
        subprocess.run([PROGRAMS / "rescuectl", "sealing-key", "rotate", "--keyring", keyring, "--public", public_keys, *more], check=True,
                       stdout=subprocess.DEVNULL)

    def refused_in_clear(self, case, secret):
        clear = sealing.by_password(secret)
        box = sealing.seal(self.key(), clear)
        text = json.dumps(clear)
        pem = f"-----BEGIN RSA PRIVATE KEY-----\n{secret}\n-----END RSA PRIVATE KEY-----\n"
        for access in (clear, box | {"password": secret}, box | {"sealed": text}, box | {"sealed": base64.b64encode(text.encode()).decode()},
                       box | {"sealed": pem}, box | {"sealed": base64.b64encode(pem.encode()).decode()}, {"ssh": [clear]}):
            refused = case.try_request("orders", case.order_body(access=access))
            self.assert_problem(refused, 422, "access-in-clear-text")
            self.assertNotIn(secret, refused.text)
            self.assert_problem(case.try_request("access", {"access": access}), 422, "access-in-clear-text")

    def complete(self, case):
        """To the end: by the investigation's own result, or by hand where there is none, since nothing listens at that address."""
        def ended():
            jobs = self.stack.incident(case.incident_id)["jobs"]
            return next((job["state"] for job in jobs if job["kind"] == "investigation" and job["state"] in ("succeeded", "dead")), None)
        if self.stack.wait_for("the investigation to end", ended, 90) == "dead":
            kept = expect("evidence", self.stack.call("POST", "/v1/evidence", "operator", {
                "content_base64": base64.b64encode(b"13:00 203.0.113.9\n").decode()}), 201).json
            expect("attachment", case.operator("POST", "/attachments", {
                "sha256": kept["sha256"], "name": "netflow.csv", "description": "From the router."}), 201)
            words = {"ja": "ログがない。", "en": "No logs."}
            expect("completion", case.operator("POST", "/manual-completions", {
                "outcome": "limited_evidence", "reason": words, "evidence_read": [kept["sha256"]]}), 201)
        case.answer_hearing()
        case.wait_report()
        case.receive_report()
        self.stack.wait_state(case.incident_id, "completed")

    def test_the_search_finds_what_is_there(self):
        case = self.new_case()
        case.report(summary="An address that attacks: swordfish.")
        case.wait_prechecked()
        self.assertIn("workflow", self.search.rows_with("swordfish"))
        self.assertTrue(self.search.files_with(spellings("swordfish"), "data"))

    def test_nothing_has_what_was_sealed_and_the_box_goes_with_the_incident(self):
        case = self.new_case()
        case.run_until("quote")
        self.refused_in_clear(case, self.secrets[0])
        first, second = (sealing.seal(self.key(), sealing.by_password(secret, user=f"u-{secret[-8:]}")) for secret in self.secrets[1:3])

        self.queue("pauses", "The box is looked for while it waits.")
        case.order(access=first)
        self.assertEqual(self.stack.incident(case.incident_id)["access"]["key_id"], first["key_id"])
        self.assertEqual(case.seen_by_customer()["access"]["given"], True)
        # intake has handed it on: workflow alone keeps it.
        self.stack.wait_for("workflow alone to have it", lambda: self.search.rows_with(first["sealed"]) == ["workflow"])
        case.request("access", {"access": second})
        self.stack.wait_for("the first to be gone", lambda: self.search.rows_with(first["sealed"]) == [])
        self.queue("resumptions", "It was looked for.")
        self.complete(case)

        self.assertEqual(self.stack.incident(case.incident_id)["access"], {"given": False})
        history = [row["action"] for row in case.operator("GET", "/history?limit=200").json["items"]]
        self.assertEqual([action for action in history if action.startswith("access.")],
                         ["access.received", "access.received", "access.deleted"])
        for box in (first, second):
            self.stack.wait_for("the box to be gone", lambda box=box: self.search.rows_with(box["sealed"]) == [])
            self.stack.wait_for("the box to be gone from Redis", lambda box=box: box["sealed"].encode() not in self.search.streams())
        self.look_everywhere(self.secrets[:3] + [f"u-{secret[-8:]}" for secret in self.secrets[1:3]], (first, second))

    def look_everywhere(self, clear, boxes):
        wanted = set().union(*(spellings(secret) for secret in clear))
        self.assertEqual([text for text in wanted if text in self.search.streams()], [])
        self.assertEqual(self.search.files_with(wanted), [], "while everything runs")
        limits = (self.worker_process() / "limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0")
        for name in ("intake", "workflow", "worker"):
            self.assertEqual(self.stack.terminate(name), 0, name)
        self.assertEqual(self.search.files_with(wanted), [], "after an orderly end")
        if self.stack.database == "sqlite":
            # Deleted rows are overwritten, not only forgotten.
            for name in ("intake", "workflow", "worker"):
                self.assertEqual(self.search.files_with({box["sealed"][:60].encode() for box in boxes}, f"data/{name}"), [])

    def worker_process(self):
        return pathlib.Path("/proc") / str(self.stack.children["worker"].pid)

    def test_a_box_to_the_earlier_key_is_taken_for_a_while_and_one_to_an_unknown_key_never(self):
        case = self.new_case()
        case.run_until("quote")
        earlier = self.key()
        self.rotate()
        self.assertNotEqual(self.key()["key_id"], earlier["key_id"], "intake reads the file again")
        case.request("access", {"access": sealing.seal(earlier, sealing.by_password(self.secrets[3]))})
        self.rotate("--grace-days", "0")
        box = sealing.seal(earlier, sealing.by_password(self.secrets[3]))
        for access in (box, box | {"key_id": "seal-0123456789abcdef"}):
            refused = case.try_request("orders", case.order_body(access=access))
            self.assert_problem(refused, 422, "access-key-unknown", "/access/key_id")
        case.order(access=sealing.seal(self.key(), sealing.by_password(self.secrets[3])))
        self.assertIn("rescue_access_kept{key_id=\"" + self.key()["key_id"] + "\"} 1", self.stack.metrics("workflow"))


class SealedAccessOnPostgresql(SealedAccess):
    spare = 3

    @classmethod
    def make_stack(cls):
        return Stack(spare=cls.spare, changes=cls.changes, database="postgresql")


if __name__ == "__main__":
    unittest.main()
