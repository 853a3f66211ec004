"""Jobs are held back and let go by operators, and what a stopped worker had begun is done by its next start."""
import subprocess
import unittest

from stack import PROGRAMS
from stack_case import StackCase


class Jobs(StackCase):
    spare = 4

    def ctl(self, *arguments):
        command = [PROGRAMS / "rescuectl", "--url", self.stack.front, "--token-file", self.stack.run / "tokens" / "operator", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def job(self, case):
        jobs = self.stack.call("GET", f"/v1/jobs?incident_id={case.incident_id}", "operator").json["items"]
        return jobs[0] if jobs else None

    def wait_job(self, case, what, holds):
        def there():
            job = self.job(case)
            return job if job and holds(job) else None
        return self.stack.wait_for(what, there, 30)

    def test_a_queue_is_held_back_and_let_go(self):
        self.ctl("queue", "pause", "precheck", "--reason", "the disks are being moved")
        case = self.new_case()
        case.report()
        job = self.wait_job(case, "the job", lambda job: True)
        self.assertEqual((job["state"], job["paused"], job["attempt"]), ("queued", "queue", 1))
        self.assertIn("held back by operator:", self.ctl("queues"))
        self.assertIn("held back (queue)", self.ctl("jobs"))
        self.assertIn("the disks are being moved", self.ctl("pauses"))
        self.assertIn('rescue_job_queue_paused{queue="precheck"} 1', self.stack.metrics("workflow"))
        attempts = self.stack.call("GET", f"/v1/worker/attempts?job_id={job['job_id']}", "operator").json["items"]
        self.assertEqual(attempts, [], "nothing was handed out")
        self.ctl("queue", "resume", "precheck", "--reason", "they are back")
        case.wait_prechecked()
        self.assertIn("Nothing is held back", self.ctl("pauses"))

    def test_what_a_worker_has_not_begun_is_called_back(self):
        case = self.new_case()
        self.stack.pause("worker")
        try:
            case.report()
            self.wait_job(case, "the job", lambda job: job["state"] == "queued")
            self.ctl("incident", "pause", case.incident_id, "--reason", "the customer asked us to wait")
            self.assertEqual(self.job(case)["paused"], "incident")
        finally:
            self.stack.resume("worker")
        # It comes back under a new number, or the worker was faster and it goes on.
        job = self.wait_job(case, "the job's return", lambda job: job["attempt"] == 2 or job["state"] != "queued")
        if job["attempt"] == 2:
            self.assertEqual((job["state"], job["deaths"], job["failures"]), ("queued", 0, 0))
        self.ctl("incident", "resume", case.incident_id, "--reason", "now")
        case.wait_prechecked()

    def test_a_worker_that_stops_in_good_order_costs_no_attempt(self):
        case = self.new_case()
        case.report()
        self.wait_job(case, "the work", lambda job: job["state"] == "leased" or job["state"] == "succeeded")
        self.assertEqual(self.stack.terminate("worker"), 0)
        # Said before it ended, not by its next start: that may come after the lease.
        self.wait_job(case, "the job's return", lambda job: job["state"] in ("queued", "succeeded"))
        self.stack.restart("worker")
        case.wait_prechecked()
        job = self.job(case)
        self.assertEqual((job["state"], job["attempt"], job["deaths"]), ("succeeded", 1, 0))


if __name__ == "__main__":
    unittest.main()
