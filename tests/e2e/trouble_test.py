"""Trouble is visible and bounded: a full disk, a Redis without memory, a clock that was set back. Readiness says why, reports are
refused whole with 503 and Retry-After, reading goes on, and all recovers by itself."""
import os
import threading
import unittest
import uuid

import ledger
import small_disk
from client import send
from redis_client import command
from stack import Stack
from stack_case import StackCase

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
QUICK = {"workflow": {"jobs": {"lease_s": 3, "redispatch_after_s": 2}}}


class TroubleCase(StackCase):
    changes = QUICK
    spare = 4

    def report_body(self, server="srv-2001"):
        return {"source": "third_party", "category": "intrusion", "server": {"id": server}, "summary": "Log-in attempts. " * 200}

    def try_report(self, key=None):
        return self.stack.call("POST", "/v1/reports", "reporter", self.report_body(), key=key or str(uuid.uuid4()))

    def readiness(self, service):
        """{what is waited for: why}; empty when it is ready."""
        answer = send(self.stack.url(service), "GET", "/readyz")
        return {waited["name"]: waited["why"] for waited in answer.json["waiting_for"]} if answer.status == 503 else {}

    def wait_ready(self, service):
        self.stack.wait_for(f"{service} to be ready again", lambda: not self.readiness(service))

    def assert_refused(self, answer, *problems):
        self.assert_problem(answer, 503)
        self.assertIn(answer.problem, problems)
        self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)


@unittest.skipIf(small_disk.NOT_RUN, small_disk.NOT_RUN)
class FullDisk(TroubleCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(spare=cls.spare, changes=cls.changes)
        cls.addClassCleanup(cls.stack.stop)
        cls.intake_disk = small_disk.SmallDisk(cls.stack.run / "data" / "intake", "3m")
        cls.addClassCleanup(cls.intake_disk.unmount)
        cls.evidence_disk = small_disk.SmallDisk(cls.stack.run / "data" / "worker" / "evidence", "8m")
        cls.addClassCleanup(cls.evidence_disk.unmount)
        cls.stack.start()
        cls.taken = 0

    def report_until_refused(self, answers, keys):
        """One reporter; it goes on until it is refused."""
        while not answers or answers[-1].status == 202:
            keys.append(str(uuid.uuid4()))
            answers.append(self.try_report(keys[-1]))

    def stored(self, service):
        return {row[0] for row in ledger.rows(self.stack, service, "SELECT report_id FROM reports")}

    def test_reports_are_refused_whole_while_intakes_disk_is_full(self):
        before = self.stored("intake")
        first = self.try_report()
        self.assertEqual(first.status, 202, first)
        reporters = [([], []) for _ in range(4)]
        threads = [threading.Thread(target=self.report_until_refused, args=reporter) for reporter in reporters]
        for thread in threads:
            thread.start()
        self.intake_disk.fill()
        for thread in threads:
            thread.join()
        for answers, _ in reporters:
            self.assert_refused(answers[-1], "database-full", "database-unavailable")
        why = self.stack.wait_for("intake to say it", lambda: self.readiness("intake").get("database"))
        self.assertRegex(why, "full|disk|I/O")
        seen = self.stack.call("GET", first.json["status_url"], "reporter")
        self.assertEqual(seen.status, 200, seen)

        self.intake_disk.free()
        self.wait_ready("intake")
        again = [self.try_report(keys[-1]) for _, keys in reporters]
        self.assertEqual([answer.status for answer in again], [202] * len(again))
        accepted = {answer.json["report_id"] for answers, _ in reporters for answer in answers[:-1]}
        accepted |= {answer.json["report_id"] for answer in (first, *again)}
        self.assertEqual(self.stored("intake") - before, accepted)
        self.stack.wait_for("all to be committed", lambda: ledger.everything_is_receipted(self.stack), 60)
        self.assertEqual(self.stored("workflow") - before, accepted)
        self.assertEqual(ledger.audit_faults(self.stack), [])

    def test_a_job_whose_evidence_finds_no_room_is_tried_again(self):
        case = self.new_case()
        self.evidence_disk.fill()
        case.report()
        self.stack.wait_for("worker to say it", lambda: "No space" in self.readiness("worker").get("evidence", ""), 30)

        def failure():
            jobs = self.stack.incident(case.incident_id)["jobs"]
            return next((job["failure"] for job in jobs if job.get("failure")), None)
        failed = self.stack.wait_for("the job to fail", failure, 30)
        self.assertEqual((failed["code"], failed["problem"]), ("unavailable", "evidence-store-unavailable"))
        left = [file for file in self.evidence_disk.path.rglob("*") if file.is_file() and file != self.evidence_disk.filler]
        self.assertEqual(left, [], "no half file is left")
        self.evidence_disk.free()
        self.wait_ready("worker")
        case.wait_prechecked()
        self.assertEqual(ledger.evidence_faults(self.stack), [])


class RedisWithoutMemory(TroubleCase):
    def set_memory(self, bytes_max):
        command(self.stack.ports["redis"], "CONFIG", "SET", "maxmemory", bytes_max)

    def test_reports_are_taken_and_go_on_when_there_is_memory_again(self):
        self.addCleanup(self.set_memory, "256mb")
        case = self.new_case()
        self.set_memory(1)
        case.report()
        self.stack.wait_for("intake to say it", lambda: "OOM" in self.readiness("intake").get("redis", ""))
        self.set_memory("256mb")
        case.wait_prechecked()
        self.wait_ready("intake")


class FullOutbox(TroubleCase):
    changes = QUICK | {"intake": {"outbox": {"max": 5}}}

    def test_intake_refuses_instead_of_growing_while_workflow_is_away(self):
        self.stack.kill("workflow")
        answers = [self.try_report() for _ in range(6)]
        self.assertEqual([answer.status for answer in answers[:5]], [202] * 5)
        self.assert_refused(answers[5], "outbox-full")
        self.assertIn("5 messages wait", self.readiness("intake")["outbox"])
        self.assertRegex(self.stack.metrics("intake"), r"(?m)^rescue_outbox_max 5$")
        self.stack.restart("workflow")
        self.wait_ready("intake")
        self.assertEqual(self.try_report().status, 202)


class ClockSetBack(TroubleCase):
    def set_clock(self, offset):
        """Of intake alone, seen at its next look."""
        fresh = self.stack.run / "clock.new"
        fresh.write_text(offset + "\n")
        fresh.rename(self.stack.run / "clock")

    def setUp(self):
        super().setUp()
        self.assertTrue(os.path.exists(FAKETIME), "the Debian package faketime is missing: tools/install-deps")
        self.set_clock("+0")
        self.stack.terminate("intake")
        self.stack.children["intake"].environment |= {
            "LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(self.stack.run / "clock"), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        self.stack.restart("intake")

    def recorded(self):
        return [row[0] for row in ledger.rows(self.stack, "intake", "SELECT at_us FROM audit ORDER BY number")]

    def test_nothing_is_taken_until_the_clock_has_caught_up(self):
        self.assertEqual(self.try_report().status, 202)
        self.set_clock("-60s")
        self.assert_refused(self.try_report(), "clock-behind")
        self.assertRegex(self.readiness("intake")["clock"], r"the wall clock is (5\d|60) s behind what has been recorded")
        self.assertEqual(self.stack.terminate("intake"), 0)
        self.stack.restart("intake", wait=False)
        self.stack.wait_for("intake to notice it after a start", self.stack.tolerant(lambda: self.readiness("intake").get("clock")))
        self.assert_refused(self.try_report(), "clock-behind")
        self.set_clock("+0")
        self.wait_ready("intake")
        self.assertEqual(self.try_report().status, 202)
        self.assertEqual(self.recorded(), sorted(self.recorded()))

    def test_a_small_correction_stops_nobody_and_keeps_the_order(self):
        self.assertEqual(self.try_report().status, 202)
        self.set_clock("-3s")
        self.assertEqual([self.try_report().status for _ in range(3)], [202] * 3)
        self.assertEqual(self.readiness("intake"), {})
        self.assertEqual(self.recorded(), sorted(self.recorded()))


if __name__ == "__main__":
    unittest.main()
