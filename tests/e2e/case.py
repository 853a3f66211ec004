"""One incident, step by step, as its parties would do it: reporter, operator, web form (for the customer), provider."""
from settings import CALLERS

RECEIVED_TIMEOUT_S = 30
WORK_TIMEOUT_S = 90


class Refused(AssertionError):
    """A step was answered with something else than what was expected; `answer` says what."""

    def __init__(self, step, answer):
        super().__init__(f"{step}: {answer}")
        self.answer = answer


def expect(step, answer, *statuses):
    if answer.status not in statuses:
        raise Refused(step, answer)
    return answer


class Case:
    """`server` and its `customer`. Each step checks its answer and returns the JSON; the ids found are kept."""

    def __init__(self, stack, server="srv-1001", customer="C-1001"):
        self.stack = stack
        self.server = server
        self.customer = customer
        self.report_id = self.incident_id = self.situation_sha256 = None
        self.quoted = self.compared = None
        self.report_sha256 = None

    # ---- step by step

    def report(self, caller="reporter", category="intrusion", summary="Log-in attempts come from this address.", **more):
        body = {"source": "third_party", "category": category, "server": {"id": self.server}, "summary": summary}
        answer = self.stack.call("POST", "/v1/reports", caller, body | more)
        taken = expect("report", answer, 202).json
        self.report_id, self.incident_id = taken["report_id"], taken["incident_id"]
        return taken

    def wait_prechecked(self, timeout_s=WORK_TIMEOUT_S):
        """Until the precheck's result waits for an operator's judgement; returns the incident."""
        def there():
            incident = self.stack.incident(self.incident_id)
            return incident if incident and incident.get("precheck") else None
        return self.stack.wait_for(f"precheck of {self.incident_id}", there, timeout_s)

    def decide(self, decision, reason, **more):
        body = {"decision": decision, "reason": reason} | more
        return expect(decision, self.operator("POST", "/decisions", body), 201).json

    def confirm(self, reason="The precheck shows it."):
        decided = self.decide("confirm", reason, confirmation=["intrusion"])
        self.situation_sha256 = self.seen_by_customer()["situation"]["sha256"]
        return decided

    def compare(self):
        """What the customer is shown before it chooses; the next choice names it."""
        path = f"/v1/comparison?server_id={self.server}&incident_id={self.incident_id}"
        self.compared = expect("comparison", self.web_form("GET", path), 200).json
        return self.compared

    def choice_body(self, choice="service", **changes):
        body = {"choice": choice, "situation_sha256": self.situation_sha256}
        if self.compared:
            body["comparison"] = {"id": self.compared["comparison_id"], "sha256": self.compared["sha256"]}
        return body | changes

    def choose(self, choice="service"):
        return self.request("choices", self.choice_body(choice))

    def quote(self, work_item="investigation"):
        body = {"incident_id": self.incident_id, "server_id": self.server, "work_item": work_item}
        self.quoted = expect("quote", self.web_form("POST", "/v1/quotes", body), 201).json
        return self.quoted

    def consents(self, language="ja"):
        """Every item with the text that the catalogue shows."""
        catalogue = expect("catalogue", self.stack.call("GET", "/v1/catalogue", "web_form"), 200).json
        return [{"id": item["id"], "text_version": item["version"], "language": language} for item in catalogue["consents"]]

    def order_body(self, **changes):
        return {"server_id": self.server, "work_item": "investigation", "consents": self.consents(),
                "quote": {"id": self.quoted["quote_id"], "sha256": self.quoted["sha256"]}} | changes

    def order(self, **changes):
        return self.request("orders", self.order_body(**changes))

    def answer_hearing(self):
        questions = self.seen_by_customer()["hearing"]["questions"]
        answers = {question["id"]: f"Nothing was changed by us. ({question['id']})" for question in questions}
        return self.request("hearing-answers", {"answers": answers})

    def wait_report(self, timeout_s=WORK_TIMEOUT_S):
        """Until the customer report exists; returns it."""
        def there():
            incident = self.stack.incident(self.incident_id)
            return (incident or {}).get("report")
        self.report_sha256 = self.stack.wait_for(f"report of {self.incident_id}", there, timeout_s)["sha256"]
        return expect("report", self.operator("GET", "/report?format=json"), 200).json

    def receive_report(self):
        return self.request("report-receipts", {"report_sha256": self.report_sha256, "channel": "web"})

    def wait_charge(self, timeout_s=RECEIVED_TIMEOUT_S):
        def there():
            return (self.stack.incident(self.incident_id) or {}).get("charge")
        charge_id = self.stack.wait_for(f"charge of {self.incident_id}", there, timeout_s)["charge_id"]
        return expect("charge", self.stack.call("GET", f"/v1/charges/{charge_id}", "operator"), 200).json

    # ---- several steps

    STEPS = ("report", "wait_prechecked", "confirm", "choose", "quote", "order", "answer_hearing", "wait_report",
             "receive_report", "wait_charge")

    def run_until(self, last):
        """All steps up to and with `last`; returns what that one returned."""
        for step in self.STEPS:
            result = getattr(self, step)()
            if step == last:
                return result
        raise ValueError(last)

    # ---- talking

    def web_form(self, method, path, body=None, **more):
        return self.stack.call(method, path, "web_form", body, customer=self.customer, **more)

    def operator(self, method, path, body=None, **more):
        return self.stack.call(method, f"/v1/incidents/{self.incident_id}{path}", "operator", body, **more)

    def seen_by_customer(self):
        return expect("incident", self.web_form("GET", f"/v1/incidents/{self.incident_id}"), 200).json

    def try_request(self, kind, body, **more):
        """The answer as it comes, whatever it is."""
        return self.web_form("POST", f"/v1/incidents/{self.incident_id}/{kind}", body, **more)

    def request(self, kind, body, **more):
        """A customer's request through intake: decided at once, or followed by its status URL until it is decided."""
        answer = expect(kind, self.try_request(kind, body, **more), 201, 202)
        return answer.json if answer.status == 201 else self.follow(kind, answer.json)

    def follow(self, kind, submitted):
        def decided():
            status = self.web_form("GET", submitted["status_url"])
            return status.json if status.status == 200 and status.json["state"] != "pending" else None
        status = self.stack.wait_for(f"decision on {kind} {submitted['request_id']}", decided, RECEIVED_TIMEOUT_S)
        if status["state"] != "accepted":
            raise AssertionError(f"{kind} was refused: {status}")
        return status["answer"]

    def evidence(self, sha256):
        return expect("evidence", self.stack.call("GET", f"/v1/evidence/{sha256}", "operator"), 200)


def readers(stack, path, customer=None):
    """{caller: status} of a GET by everyone."""
    return {name: stack.call("GET", path, name, customer=customer if name == "web_form" else None).status for name in CALLERS}
