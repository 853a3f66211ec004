"""R6 with the provider's own directory of contracts over HTTP: an incident through it, and all that may be wrong with it."""
import concurrent.futures
import json
import pathlib
import tempfile
import time
import unittest

import ports
import settings
from client import send
from directory import Directory
from stack import Stack
from stack_case import StackCase

TOKEN = "rk_directory_of_the_tests"
WAIT_MS = 1_000
# What a look-up may take, and what a loaded machine adds to it.
BOUND_S = WAIT_MS / 1_000 + 4
MOVED = [{"id": "srv-0900", "customer": "C-0900", "addresses": ["203.0.113.10"], "hostname": "moved.example.net", "os": "debian-12",
          "contract": {"from": "2020-01-01", "to": "2026-08-31"}},
         {"id": "srv-0901", "customer": "C-0901", "addresses": ["203.0.113.10"], "hostname": "moved.example.net", "os": "debian-12",
          "contract": {"from": "2026-09-01", "to": None}}]


class ContractsOverHttp(StackCase):
    spare = 8

    @classmethod
    def make_stack(cls):
        place = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        settings.write_secret(place / "token", TOKEN)
        settings.write_contracts(place, cls.spare)
        servers = json.loads((place / "contracts.json").read_text())["servers"] + MOVED
        cls.directory = Directory(ports.free_port(), servers, TOKEN).open()
        cls.addClassCleanup(cls.directory.close)
        contracts = {"file": "", "url": f"http://127.0.0.1:{cls.directory.port}", "token_file": str(place / "token"),
                     "wait_ms": WAIT_MS, "unknown_fresh_s": 1}
        return Stack(spare=cls.spare, changes={name: {"contracts": contracts} for name in ("intake", "pricing", "workflow")})

    def setUp(self):
        super().setUp()
        self.directory.mode = "ok"
        if not self.directory.server:
            self.directory.open()
        self.directory.may_go_on.clear()
        for name in ("intake", "pricing"):
            self.stack.wait_ready(name)

    def report(self, **server):
        more = {"seen_at": server.pop("seen_at")} if "seen_at" in server else {}
        return self.stack.call("POST", "/v1/reports", "reporter", {
            "source": "third_party", "category": "intrusion", "server": server, "summary": "It attacks us."} | more)

    def assert_refused_in_time(self, **server):
        begun = time.monotonic()
        answer = self.report(**server)
        self.assertLess(time.monotonic() - begun, BOUND_S)
        self.assert_problem(answer, 503, "contracts-unavailable")
        self.assertEqual(answer.headers["retry-after"], "5")

    def waits_for_contracts(self):
        answer = send(self.stack.url("intake"), "GET", "/readyz")
        return answer.status == 503 and "contracts" in answer.text

    def test_R6_an_incident_goes_through_with_the_providers_directory(self):
        case = self.new_case()
        charge = case.run_until("wait_charge")
        self.assertEqual(charge["total_yen"], case.quoted["total_yen"])
        asked = [query["id"][0] for query in self.directory.calls if "id" in query]
        self.assertIn(case.server, asked)

    def test_R6_unknown_and_ended_contracts_are_refused_with_the_reason(self):
        self.assert_problem(self.report(id="srv-9999"), 422, "not-under-contract", "/server")
        ended = self.assert_problem(self.report(id="srv-1009"), 422, "not-under-contract", "/server")
        self.assertIn("2025-03-31", ended["detail"])

    def test_R6_an_address_is_looked_up_for_the_time_of_the_complaint(self):
        def holder(**more):
            answer = self.report(address="203.0.113.10", **more)
            self.assertEqual(answer.status, 202, answer)
            return self.stack.wait_for("the incident", lambda: self.stack.incident(answer.json["incident_id"]))["server_id"]
        self.assertEqual(holder(seen_at="2026-08-18T12:00:00+09:00"), "srv-0900")
        self.assertEqual(holder(), "srv-0901")
        by_name = self.report(hostname="Moved.Example.Net")
        self.assertEqual(by_name.status, 202, by_name)

    def test_a_directory_that_is_down_means_503_and_nothing_half_taken(self):
        before = self.stack.sql("intake", "SELECT COUNT(*) FROM reports")
        self.directory.close()
        self.assert_refused_in_time(id=self.new_case().server)
        self.stack.wait_for("/readyz to say so", self.waits_for_contracts)
        self.assertEqual(self.stack.sql("intake", "SELECT COUNT(*) FROM reports"), before)
        self.directory.open()
        self.stack.wait_ready("intake")
        self.assertEqual(self.report(id="srv-1003").status, 202)

    def test_what_is_known_goes_on_while_the_directory_is_down(self):
        self.assertEqual(self.report(id="srv-1002").status, 202)
        self.directory.close()
        self.assertEqual(self.report(id="srv-1002").status, 202)

    def test_slow_dripping_and_overloaded_directories_are_given_up_in_time(self):
        for mode in ("slow", "drip", "503", "401"):
            with self.subTest(mode):
                self.directory.mode = "ok"
                self.stack.wait_ready("intake")
                self.directory.mode = mode
                self.assert_refused_in_time(address=f"203.0.113.{50 + len(mode)}")
                # The other routes of the same listener do not wait with it.
                begun = time.monotonic()
                self.assertEqual(send(self.stack.url("intake"), "GET", "/healthz").status, 200)
                self.assertLess(time.monotonic() - begun, 2)
                self.directory.may_go_on.set()
        self.directory.mode = "ok"

    def test_a_slow_directory_holds_up_no_listener(self):
        self.directory.mode = "slow"
        with concurrent.futures.ThreadPoolExecutor(12) as callers:
            waiting = [callers.submit(self.report, address=f"203.0.113.{100 + number}") for number in range(12)]
            begun = time.monotonic()
            self.assertEqual(send(self.stack.url("intake"), "GET", "/healthz").status, 200)
            self.assertLess(time.monotonic() - begun, WAIT_MS / 1_000)
            self.assertEqual({answer.result().status for answer in waiting}, {503})
        self.directory.may_go_on.set()

    def test_garbage_huge_answers_and_wrong_types_are_refused_in_time(self):
        for mode in ("garbage", "huge", "wrong_types"):
            with self.subTest(mode):
                self.directory.mode = mode
                self.assert_refused_in_time(address=f"203.0.113.{70 + len(mode)}")
        self.directory.mode = "ok"

    def test_a_quote_without_the_directory_is_503_and_an_order_is_not_lost(self):
        case = self.new_case()
        case.run_until("quote")
        other = self.new_case()
        other.report()
        self.directory.close()
        body = {"incident_id": other.incident_id, "server_id": "srv-1001", "work_item": "investigation"}
        answer = self.stack.call("POST", "/v1/quotes", "web_form", body, customer="C-1001")
        self.assert_problem(answer, 503, "contracts-unavailable")
        self.assertTrue(case.order(), "what was known at the quote is good for its order")


if __name__ == "__main__":
    unittest.main()
