"""The restore drill: a backup while everything runs, then all is lost and put back. On both back ends."""
import datetime
import json
import shutil
import subprocess
import unittest

import postgres
import redis_client
import settings
from case import Refused
from load import Orders, Reports
from stack import PROGRAMS, Stack
from stack_case import StackCase

QUICK = {"workflow": {"jobs": {"lease_s": 3, "redispatch_after_s": 2}}}
REPORTS_MIN = 30


class Drill:
    spare = 15
    changes = QUICK

    # ---- the program

    def ctl(self, *arguments, code=0):
        command = [str(part) for part in (PROGRAMS / "rescuectl", "--json", *arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout) if code == 0 else done.stderr

    def with_settings(self, *arguments):
        files = [part for name in settings.SERVICES for part in (f"--{name}", self.stack.run / f"{name}.json")]
        return [*arguments, *files]

    def back_up(self, directory):
        return self.ctl(*self.with_settings("backup", "--to", directory))

    def restore(self, directory, *more, code=0):
        return self.ctl(*self.with_settings("restore", "--from", directory, "--reason", "the drill", *more), code=code)

    # ---- the stack

    def children(self, *names):
        return [child for child in self.stack.children if child.split("-")[0] in names]

    def stop_services(self):
        for name in self.children("nginx", *settings.SERVICES):
            self.stack.terminate(name)

    def start_services(self):
        for name in self.children("nginx", *settings.SERVICES):
            self.stack.restart(name, wait=False)
        for name in self.children("nginx", *settings.SERVICES):
            self.stack.wait_ready(name)

    def lose_everything(self):
        """The disks of the databases and of Redis; both run again, with nothing in them."""
        for name in self.children("redis", "postgres"):
            self.stack.kill(name)
        for directory in (self.stack.run / "data").iterdir():
            shutil.rmtree(directory)
        (self.stack.run / "data" / "redis").mkdir()
        if self.stack.database == "postgresql":
            postgres.lay_out(self.stack.run)
        for name in self.children("redis", "postgres"):
            self.stack.restart(name)

    def count(self, service, what):
        return int(self.stack.sql(service, f"SELECT COUNT(*) FROM {what}")[0][0])

    # ---- what is looked at

    def finish(self, case, after):
        for step in case.STEPS[case.STEPS.index(after) + 1:]:
            getattr(case, step)()
        self.stack.wait_state(case.incident_id, "completed")

    def finish_order(self, case):
        """Of a case whose order may be in the backup or not: the customer orders again where no answer is known."""
        try:
            case.order()
        except (Refused, AssertionError):  # it is there already
            pass
        accepted = f"orders WHERE incident_id = '{case.incident_id}' AND state = 'accepted'"
        self.stack.wait_for(f"order of {case.incident_id}", lambda: self.count("workflow", accepted) == 1)
        self.finish(case, "order")

    def assert_completed_once(self, case):
        incident = self.stack.incident(case.incident_id)
        self.assertEqual(incident["state"], "completed")
        charges = self.stack.call("GET", f"/v1/charges?incident_id={case.incident_id}", "operator").json["items"]
        self.assertEqual([charge["total_yen"] for charge in charges], [case.quoted["total_yen"]])
        history = case.operator("GET", "/history?limit=200").json["items"]
        steps = [row["details"]["to"] for row in history if row["action"] == "incident.transition"]
        self.assertEqual(steps, ["precheck", "confirmed", "awaiting_choice", "awaiting_choice", "ordered", "scheduled", "working",
                                 "reporting", "completed"])

    def assert_all_is_told(self):
        """Every message has its receipt, none waits for another, none was given up."""
        self.stack.wait_for("receipts for everything", lambda: all(
            self.count(name, "outbox") + self.count(name, "parked") == 0 for name in settings.SERVICES), 60)
        for name in settings.SERVICES:
            self.assertEqual(self.count(name, "dead_letters"), 0, name)

    # ---- the tests

    def test_everything_is_lost_and_put_back(self):
        waiting = {}
        for step in ("wait_charge", "wait_report", "quote", "choose", "confirm", "wait_prechecked"):
            waiting[step] = self.new_case()
            waiting[step].run_until(step)
        ordering = [self.new_case() for _ in range(3)]
        for case in ordering:
            case.run_until("quote")
        waiting["order"] = self.new_case()
        waiting["order"].run_until("order")
        waiting["report"] = self.new_case()
        waiting["report"].report()

        reporters = [Reports(self.stack, self.new_case().server) for _ in range(2)]
        self.stack.wait_for("reports", lambda: all(len(one.answered) > REPORTS_MIN for one in reporters))
        customer = Orders(ordering)
        directory = self.stack.run / "backup"
        backup = self.back_up(directory)["manifest"]
        then = [len(one.answered) for one in reporters]
        self.stack.wait_for("more reports", lambda: all(len(one.answered) > REPORTS_MIN + before
                                                        for one, before in zip(reporters, then)))
        self.assertIn("in use", self.restore(directory, "--replace", code=1))
        customer.join()
        for worker in (customer, *reporters):
            worker.end()
        answered = [answer for one in reporters for answer in one.answered]
        print(f"    writers held for {backup['held_us'] / 1000:.1f} ms; slowest report meanwhile "
              f"{max(took for _, _, took in answered) * 1000:.0f} ms", flush=True)
        self.assertLess(backup["held_us"], 1_000_000)

        self.stop_services()
        self.lose_everything()
        self.ctl("backup", "verify", directory)
        restored = self.restore(directory)
        self.assertEqual(restored["aside"], {})
        self.start_services()

        self.assert_reports_are_there(answered, datetime.datetime.fromisoformat(backup["cut_at"]).timestamp())
        for name in settings.SERVICES:
            told = self.stack.sql(name, "SELECT reason, number FROM audit WHERE action = 'store.restored'")
            self.assertEqual([reason for reason, _ in told], ["the drill"], name)
            self.assertEqual(int(told[0][1]), backup["services"][name]["audit_rows"] + 1, name)
        for step, case in waiting.items():
            self.finish(case, step)
        for case in ordering:
            self.finish_order(case)
        for case in (*waiting.values(), *ordering):
            self.assert_completed_once(case)
        self.assert_all_is_told()
        # A backup walks each audit chain.
        after = self.back_up(self.stack.run / "backup-after")["manifest"]
        for name in settings.SERVICES:
            self.assertGreater(after["services"][name]["audit_rows"], backup["services"][name]["audit_rows"])

    def assert_reports_are_there(self, answered, cut_at):
        before = [report for at, report, _ in answered if at < cut_at]
        after = [report for at, report, took in answered if at - took > cut_at + 1]
        print(f"    {len(before)} reports answered before the moment, {len(answered) - len(before)} after", flush=True)
        self.assertGreater(len(before), REPORTS_MIN)
        lost = [report for report in before if self.stack.call("GET", f"/v1/reports/{report}", "reporter").status != 200]
        self.assertEqual(lost, [])
        for report in after[:5]:
            self.assertEqual(self.stack.call("GET", f"/v1/reports/{report}", "reporter").status, 404, "it is of a later time")

    def test_what_redis_holds_of_a_later_time_is_not_taken(self):
        """Its numbers are given again to other messages: taken, it would have these dropped as duplicates."""
        known, later = self.new_case(), self.new_case()
        for case in (known, later):
            case.run_until("quote")
        bodies = {case: case.order_body() for case in (known, later)}
        for name in self.children("pricing"):
            self.stack.terminate(name)

        def ordered(case):
            answer = case.try_request("orders", bodies[case])
            self.assertEqual(answer.status, 202, answer)
            sent = f"outbox WHERE recipient = 'pricing' AND incident_id = '{case.incident_id}' AND sent_us IS NOT NULL"
            self.stack.wait_for("the message to pricing", lambda: self.count("workflow", sent) == 1)
            return answer.json
        submitted = ordered(known)
        directory = self.stack.run / "backup-later"
        backup = self.back_up(directory)["manifest"]
        self.assertGreaterEqual(backup["services"]["workflow"]["outbox_rows"], 1)
        ordered(later)
        self.stop_services()
        lying = redis_client.command(self.stack.ports["redis"], "XLEN", redis_client.stream_key("pricing"))
        self.assertGreaterEqual(lying, 2)

        self.assertIn("--replace", self.restore(directory, code=1))
        restored = self.restore(directory, "--replace")
        self.assertEqual(sorted(restored["aside"]), sorted(settings.SERVICES))
        self.assertGreaterEqual(restored["messages_discarded"], lying)
        self.assertEqual(self.count("workflow", "outbox WHERE sent_us IS NOT NULL"), 0)
        self.assertGreaterEqual(self.count("workflow", "outbox WHERE recipient = 'pricing'"), 1)
        self.start_services()

        known.follow("orders", submitted)
        later.order()
        for case in (known, later):
            self.finish(case, "order")
            self.assert_completed_once(case)
        self.assert_all_is_told()


class SqliteDrill(Drill, StackCase):
    pass


class PostgresqlDrill(Drill, StackCase):
    @classmethod
    def make_stack(cls):
        return Stack(spare=cls.spare, changes=cls.changes, database="postgresql", replicas=2)


if __name__ == "__main__":
    unittest.main()
