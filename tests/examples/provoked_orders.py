"""What can be wrong with orders beside the first one: a quote that another order used, and those that go on from it. Provoker brings
`post`, `get`, the stack and the cases."""
import contextlib
import re

from case import Case
from settings import ANNEXES, ROOT

# Workflow as a later release is: it knows a larger work item (tests/examples/later_workflow.cpp).
LATER = "rescue-workflow-later"
LATER_PROGRAM = ROOT / "build" / "release" / "tests" / "examples" / "rescue-workflow"
LARGER = "investigation_recovery"


def offer_larger(run):
    """Annexes in which the larger work item is on offer."""
    place = run / "annexes" / "prices.yaml"
    text = (ANNEXES / "prices.yaml").read_text()
    offered, count = re.subn(rf"(- work_item: {LARGER}\n +available: )false\n +unavailable_reason:\n.*\n.*\n", r"\1true\n", text)
    assert count == 1, "the price list reads otherwise"
    place.write_text(offered)


class Orders:
    def join(self, case):
        """Another report about the case's server; returns the id that it has, which leads to the case."""
        again = self.post("/v1/reports", self.report_body(server={"id": case.server}), "reporter").json
        self.stack.wait_for("the report to join", lambda: self.get(f"/v1/reports/{again['report_id']}").json.get("merged_into"))
        return again["incident_id"]

    def decided(self, case, body):
        """An order, to its decision."""
        answer = case.try_request("orders", body)
        if answer.status == 202:
            self.stack.wait_for("the decision", lambda: case.web_form("GET", answer.json["status_url"]).json["state"] != "pending")

    def quote_under(self, incident_id, case, work_item="investigation"):
        return case.web_form("POST", "/v1/quotes", {"incident_id": incident_id, "server_id": case.server, "work_item": work_item})

    def stand_alone(self, case, joined):
        """What joined the case, an incident of its own now, and as far as the choice."""
        self.post(f"/v1/incidents/{joined}/unmerges", {"reason": "to be seen"})
        other = Case(self.stack, case.server, case.customer)
        other.incident_id = joined
        other.wait_prechecked()
        other.confirm()
        other.choose()
        return other

    def used_quote(self, case, joined):
        """The case was ordered by a quote for what had joined it, which is then ordered by the same quote."""
        other = self.stand_alone(case, joined)
        other.quoted = case.quoted
        self.decided(other, other.order_body())
        self.cancelled_work(other)

    def cancelled_work(self, case):
        """There is no report to go on from."""
        case.quote()
        case.order()
        self.stack.wait_state(case.incident_id, "working")
        asked = case.operator("POST", "/decisions", {"decision": "cancel", "reason": "to be seen"}).json
        self.post(f"/v1/tasks/{asked['task_id']}/completions", {"outcome": "granted", "note": "to be seen"}, "other_operator")
        case.wait_charge()
        self.quote_under(case.incident_id, case, LARGER)

    @contextlib.contextmanager
    def later_workflow(self):
        child = self.stack.children["workflow"]
        shipped = child.command
        for command in ([str(LATER_PROGRAM), *shipped[1:]], shipped):
            self.stack.terminate("workflow")
            child.command = command
            self.stack.restart("workflow")
            if command is not shipped:
                yield

    def further_orders(self):
        """After the time for them, which is a second here; and by a quote from before the first order was charged."""
        done, case = self.done, self.confirmed
        for work_item in ("investigation", LARGER):
            self.quote_under(done.incident_id, done, work_item)
        case.receive_report()
        case.wait_charge()
        self.stack.wait_state(case.incident_id, "completed")
        case.quoted = self.early
        with self.later_workflow():
            self.decided(case, case.order_body(work_item=LARGER))
