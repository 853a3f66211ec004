"""Annexes change while the services run: what is new counts for what comes then, what was quoted stays, what is broken is named."""
import unittest

import settings
from client import send
from stack import Stack
from stack_case import StackCase


class Annexes(StackCase):
    spare = 4

    @classmethod
    def make_stack(cls):
        stack = Stack(spare=cls.spare)
        contacts = settings.write_json(stack.run / "contacts.json", {"customers": {}, "reporters": {}})
        stack.changes["workflow"] = {"notices": {"contacts_file": str(contacts)}}
        return stack

    def setUp(self):
        super().setUp()
        self.folder = self.stack.run / "annexes"
        self.before = {path.name: path.read_text() for path in self.folder.iterdir()}
        self.addCleanup(self.put_back)

    def put_back(self):
        for name, text in self.before.items():
            self.write(name, text)
        for service in ("intake", "pricing", "workflow"):
            self.stack.wait_for(f"{service} without warnings", lambda: not self.ready(service)["warnings"])

    def write(self, name, text):
        fresh = self.folder / (name + ".new")
        fresh.write_text(text)
        fresh.rename(self.folder / name)

    def edit(self, name, *pairs):
        text = self.before[name]
        for old, new in pairs:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        self.write(name, text)

    def warning(self, service, name):
        return next((one for one in self.ready(service)["warnings"] if one["name"] == name), None)

    def ready(self, service):
        return send(self.stack.url(service), "GET", "/readyz").json

    def version_in_force(self, annex):
        return self.stack.call("GET", "/v1/catalogue", "operator").json["versions"][annex]

    def test_R9_a_new_price_list_counts_for_new_quotes_and_a_quote_is_charged_as_it_was(self):
        case = self.new_case()
        old = case.run_until("quote")
        self.edit("prices.yaml", ("prices-1", "prices-2"), ("net_yen: 50000", "net_yen: 64000"))
        self.stack.wait_for("the new list", lambda: self.version_in_force("prices") == "prices-2")
        case.order()
        case.answer_hearing()
        case.wait_report()
        case.receive_report()
        charge = case.wait_charge()
        self.assertEqual((charge["total_yen"], charge["annex_versions"]), (old["total_yen"], old["annex_versions"]))
        self.assertEqual(self.new_case().run_until("quote")["net_yen"], 64_000)

    def test_R9_a_broken_file_leaves_the_last_good_one_in_force_and_is_named_with_its_line(self):
        self.edit("consents.yaml", ("rule: R34", "rule: R99"))
        for service in ("intake", "pricing", "workflow"):
            report = self.stack.wait_for(f"a warning of {service}", lambda: (lambda r: r if r["warnings"] else None)(self.ready(service)))
            self.assertTrue(report["ready"], report)
            self.assertIn("consents.yaml:10: /consents/1/rule: ", report["warnings"][0]["why"])
            self.assertIn('rescue_annex_broken{annex="consents"} 1', self.stack.metrics(service))
            self.assertIn("annex.broken", [line.get("event") for line in self.stack.log_lines(service)])
        self.assertEqual(len(self.stack.call("GET", "/v1/catalogue", "operator").json["consents"]), 13)

    def test_broken_contracts_and_contacts_are_named_with_their_line_as_annexes_are(self):
        where = {"contracts": ("intake", "pricing", "workflow"), "contacts": ("workflow",)}
        for annex, services in where.items():
            place = self.stack.run / f"{annex}.json"
            good = place.read_text()
            broken = good.replace('{\n', '{\n  "colour": "red",\n', 1)
            self.replace(place, broken)
            for service in services:
                with self.subTest(f"{annex} of {service}"):
                    warned = self.stack.wait_for(f"a warning of {service}", lambda service=service, annex=annex: self.warning(service, annex))
                    self.assertTrue(self.ready(service)["ready"])
                    self.assertIn(f"{annex}.json:2: /colour: ", warned["why"])
                    self.assertIn(f'rescue_annex_broken{{annex="{annex}"}} 1', self.stack.metrics(service))
                    self.assertIn("annex.broken", [line.get("event") for line in self.stack.log_lines(service)])
            self.replace(place, good)
        case = self.new_case()
        case.report()

    @staticmethod
    def replace(place, text):
        fresh = place.with_name(place.name + ".new")
        fresh.write_text(text)
        fresh.rename(place)

    def test_R9_an_unlisted_system_goes_to_a_person_and_the_flow_goes_on_from_there(self):
        case = self.new_case()
        case.run_until("choose")
        rows = self.before["operating_systems.csv"].splitlines(keepends=True)
        self.write("operating_systems.csv", "".join(row for row in rows if not row.startswith("debian-12,")))
        wish = {"incident_id": case.incident_id, "server_id": case.server, "work_item": "investigation"}
        refused = self.stack.wait_for("a refusal", lambda: (lambda a: a if a.status == 422 else None)(
            case.web_form("POST", "/v1/quotes", wish)))
        self.assert_problem(refused, 422, "os-not-listed", "/server_id")

        def task():
            items = self.stack.call("GET", f"/v1/tasks?state=open&incident_id={case.incident_id}", "operator").json["items"]
            return next((item for item in items if item["kind"] == "judge_system"), None)
        task_id = self.stack.wait_for("the task", task)["task_id"]
        judgement = {"standing": "past_support", "reason": "Close enough to what we know."}
        quote = self.stack.call("POST", "/v1/quotes", "operator", wish | {"system_judgement": judgement})
        self.assertEqual([line["rule"] for line in quote.json["lines"]], ["R21", "R8"], quote)
        done = self.stack.call("POST", f"/v1/tasks/{task_id}/completions", "operator", {"outcome": "quoted", "note": "Quoted."})
        self.assertEqual(done.status, 201, done)
        case.quoted = case.web_form("GET", f"/v1/quotes/{quote.json['quote_id']}").json
        self.assertTrue(case.quoted["limited_work"]["ja"])
        case.order()
        case.answer_hearing()
        case.wait_report()
        case.receive_report()
        self.assertEqual(case.wait_charge()["total_yen"], quote.json["total_yen"])


if __name__ == "__main__":
    unittest.main()
