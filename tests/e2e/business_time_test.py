"""Business hours from outside: an order at night, and lists of holidays that change while a service runs."""
import datetime
import pathlib
import tempfile
import unittest
import urllib.error
import urllib.request

from stack_case import StackCase

TOKYO = datetime.timezone(datetime.timedelta(hours=9))


def opening():
    """A full hour of today or tomorrow, five to six hours from now."""
    return (datetime.datetime.now(TOKYO) + datetime.timedelta(hours=6)).replace(minute=0, second=0, microsecond=0)


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class BusinessTime(StackCase):
    spare = 2

    @classmethod
    def make_stack(cls):
        cls.opens = opening()
        place = tempfile.TemporaryDirectory(prefix="holidays-")
        cls.addClassCleanup(place.cleanup)
        cls.company = pathlib.Path(place.name) / "company.csv"
        cls.company.write_text("date,name\n")
        cls.changes = {"workflow": {"business": {"hours": f"every-day {cls.opens:%H}:00-{cls.opens:%H}:30",
                                                 "company_holidays_file": str(cls.company)}}}
        return super().make_stack()

    def readiness(self):
        url = f"http://127.0.0.1:{self.stack.ports['workflow']}/readyz"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def test_R11_an_order_at_night_alone_waits_for_the_opening(self):
        case = self.new_case()
        case.run_until("order")
        incident = self.stack.wait_state(case.incident_id, "scheduled")
        work = incident["orders"][0]["work"]
        self.assertFalse(work["out_of_hours"])
        self.assertEqual(moment(work["begins_at"]), self.opens)
        self.assertEqual(work["begins_why"][-1]["day"], f"{self.opens:%Y-%m-%d}")
        job = next(job for job in incident["jobs"] if job["kind"] == "investigation")
        self.assertEqual((job["state"], moment(job["not_before"])), ("queued", self.opens))
        attempts = self.stack.call("GET", f"/v1/worker/attempts?job_id={job['job_id']}", "operator").json["items"]
        self.assertEqual(attempts, [], "nothing was handed out")
        clocks = {clock["clock"]: clock for clock in case.operator("GET", "/sla").json["clocks"]}
        self.assertEqual(moment(clocks["start"]["started_at"]), self.opens)
        self.assertEqual((clocks["start"]["state"], clocks["start"]["used_us"]), ("running", 0))

    def test_R10_business_hours_and_R43_the_next_business_day_are_asked_from_outside(self):
        answer = self.stack.call("GET", "/v1/business-calendar?at=2026-09-18T03:00:00Z", "web_form")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json["next_business_day"], "2026-09-19", "these hours know no holiday")
        self.assert_problem(self.stack.call("GET", "/v1/business-calendar?at=soon", "operator"), 400, "bad-query")

    def test_R9_a_broken_list_of_holidays_is_named_and_the_last_one_stays(self):
        self.company.write_text("date,name\n2026-02-30,nothing\n")
        self.stack.wait_for("the broken list to be seen", lambda: "company.csv:2: must be a day that exists" in self.readiness(), 60)
        self.assertIn('rescue_annex_broken{annex="company_holidays"} 1', self.stack.metrics("workflow"))
        self.assertEqual(self.stack.call("GET", "/v1/business-calendar", "operator").status, 200, "the last good one is in force")
        self.company.write_text("date,name\n")
        self.stack.wait_for("the mended list to be taken", lambda: "company.csv" not in self.readiness(), 60)
        self.assertIn('rescue_annex_broken{annex="company_holidays"} 0', self.stack.metrics("workflow"))


if __name__ == "__main__":
    unittest.main()
