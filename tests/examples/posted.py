"""The way of an incident, each step with the example that api/examples has for it: only ids and hashes are put in."""
import json

import sealing
from case import Case, expect

CUSTOMER, SERVER = "C-1001", "srv-1001"


def placed(example, live):
    """The example with what only the running services can know: its ids and hashes."""
    return {key: placed(value, live[key]) if isinstance(live.get(key), dict) else live.get(key, value) for key, value in example.items()}


class Way:
    def __init__(self, stack, contract, posted):
        """`posted` takes the names of the examples that were posted."""
        self.stack = stack
        self.posted = posted
        self.files = {file.name: (file, operation) for file, kind, operation, _ in contract.examples() if kind == "request"}
        self.case = Case(stack, SERVER, CUSTOMER)

    def post(self, name, caller="web_form", live=None, statuses=(201, 202), **ids):
        """`ids` beside the incident's stand in the path."""
        file, operation = self.files[name]
        path = operation.path.format(incident_id=self.case.incident_id, id=self.case.incident_id, **ids)
        answer = self.stack.call("POST", path, caller, placed(json.loads(file.read_text()), live or {}))
        expect(name, answer, *statuses)
        self.posted.append(name)
        return answer.json

    def post_mail(self, name):
        """A complaint as the mail it came as."""
        file, operation = self.files[name]
        answer = self.stack.call("POST", operation.path, "reporter", file.read_bytes(), headers={"Content-Type": "message/rfc822"})
        expect(name, answer, 202)
        self.posted.append(name)
        return answer.json

    def follow(self, name, **more):
        """A customer's request, to its decision."""
        taken = self.post(name, **more)
        return self.case.follow(name, taken) if "status_url" in taken else taken

    def walk(self):
        case = self.case
        taken = self.post("report-third-party.json", caller="reporter", statuses=(202,))
        case.report_id, case.incident_id = taken["report_id"], taken["incident_id"]
        case.wait_prechecked()
        self.post("report-customer.json", statuses=(202,))
        self.post("report-complaint.json", caller="reporter", statuses=(202,))
        self.post_mail("report-mail.eml")
        case.confirm()
        shown = case.compare()
        self.follow("choice.json", live={"situation_sha256": case.situation_sha256,
                                         "comparison": {"id": shown["comparison_id"], "sha256": shown["sha256"]}})
        case.quoted = self.post("quote-request.json", live={"incident_id": case.incident_id})
        self.follow("order.json", live={"quote": {"id": case.quoted["quote_id"], "sha256": case.quoted["sha256"]}})
        self.post("hearing-questions.json", caller="operator")
        self.follow("notice-receipt.json", live={"notice_id": self.shown_notice()})
        self.follow("hearing-answers.json")
        case.wait_report()
        # Not before: the investigation would go by it, and it leads nowhere.
        self.follow("access.json", live={"access": self.box()})
        self.follow("report-receipt.json", live={"report_sha256": case.report_sha256})
        charge = case.wait_charge()
        self.stack.wait_state(case.incident_id, "completed")
        self.post("credit-note-request.json", caller="operator", charge_id=charge["charge_id"])
        self.follow("customer-task-completion.json", live={"task_id": case.seen_by_customer()["customer_tasks"][0]["task_id"]})
        self.cancelled()
        self.read_all(case)

    def box(self):
        key = expect("sealing key", self.stack.call("GET", "/v1/sealing-key", "web_form"), 200).json
        return sealing.seal(key, sealing.by_password("swordfish"))

    def shown_notice(self):
        """One that the customer has not said to have seen."""
        notices = self.case.operator("GET", "/notices").json["items"]
        return next(notice["notice_id"] for notice in notices if notice["state"] == "shown" and notice["audience"] == "customer")

    def cancelled(self):
        """A second incident, of the same customer's server: the first one is over."""
        case, self.case = self.case, Case(self.stack, SERVER, CUSTOMER)
        self.case.report()
        self.case.wait_prechecked()
        self.follow("cancellation.json")
        self.stack.wait_state(self.case.incident_id, "cancelled")
        self.case = case

    def read_all(self, case):
        """Everything that can be read about it, by everyone who may."""
        incident = f"/v1/incidents/{case.incident_id}"
        paths = ["/v1/incidents", incident, f"{incident}/history", f"{incident}/report?format=json", f"{incident}/report?format=html&lang=ja",
                 "/v1/tasks", "/v1/jobs", "/v1/job-queues", "/v1/job-pauses", "/v1/charges", "/v1/catalogue", "/v1/worker/attempts",
                 f"{incident}/sla", f"{incident}/notes", f"{incident}/notices", "/v1/notices", "/v1/customer-tasks", "/v1/fees",
                 "/v1/business-calendar", "/v1/supported-systems", f"/v1/comparison?server_id={SERVER}", "/v1/charges/totals?month=2026-01",
                 "/v1/charges/export?month=2026-01&format=json", "/v1/charges/export?month=2026-01&format=csv",
                 f"/v1/quotes/{case.quoted['quote_id']}", f"/v1/comparisons/{case.compared['comparison_id']}", f"/v1/reports/{case.report_id}",
                 f"/v1/reports/{case.report_id}/original",
                 *(f"/v1/{service}/dead-letters" for service in ("intake", "workflow", "pricing", "worker"))]
        for path in paths:
            expect(path, self.stack.call("GET", path, "operator"), 200)
