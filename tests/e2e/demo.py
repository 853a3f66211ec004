#!/usr/bin/env python3
"""`make demo`: one incident from the notice to the charge, on a server that was really broken into; then two servers that
were not. Starts everything it needs on loopback and stops it again."""
import pathlib
import re
import shutil
import sys

import settings
import verdict
from case import Case
from stack import Stack
from terminal import Terminal

OUT = settings.ROOT / "build" / "demo"


class Demo:
    def __init__(self, stack, terminal):
        self.stack = stack
        self.show = terminal
        self.faults = []

    # ---- the broken-into server

    def notice(self, case):
        self.show.step("a third party (reporter)", "POST /v1/reports")
        taken = case.report(summary="Your host 192.0.2.10 tries SSH log-ins on our servers. Please look into it.")
        self.show.say("A notice comes in: a rented server attacks others. It is stored and answered at once, with the number of the "
                      "incident it opens.")
        self.show.field("report", taken["report_id"])
        self.show.field("incident", taken["incident_id"])

    def precheck(self, case):
        self.show.step("the provider (worker)", "precheck")
        incident = case.wait_prechecked()
        self.show.say("Before the customer is told anything, the probe reads the server's disk. No charge exists. Its result waits on "
                      "the operators' work list.")
        judgement = incident["precheck"]
        self.show.field("says", judgement.get("intrusion_why", judgement))

    def confirmation(self, case):
        self.show.step("an operator", f"POST /v1/incidents/{case.incident_id}/decisions")
        case.confirm("The precheck shows a guessed log-in and what followed it.")
        self.show.say("A person judges the precheck and confirms an intrusion. The customer is shown the situation:")
        self.show.say(case.seen_by_customer()["situation"]["en"], "dim")

    def choice(self, case):
        self.show.step("the customer (web form)", f"POST /v1/incidents/{case.incident_id}/choices")
        case.quote()
        early = case.try_request("orders", case.order_body())
        case.choose("service")
        self.show.say(f"An order before the choice is refused ({early.status} {early.problem}). The customer chooses the rescue service; "
                      "who, when, and the text that was shown are kept.")

    def quote(self, case):
        self.show.step("the customer (web form)", "POST /v1/quotes")
        quote = case.quote()
        self.show.say("A quote: immutable, valid for seven days, named by its hash.")
        for line in quote["lines"]:
            self.show.field(f"{line['net_yen']:>9,} yen", line["title"]["en"])
        self.show.field(f"{quote['tax_yen']:>9,} yen", f"consumption tax, {quote['tax_percent']} %")
        self.show.field(f"{quote['total_yen']:>9,} yen", "in all", "bold")

    def order(self, case):
        self.show.step("the customer (web form)", f"POST /v1/incidents/{case.incident_id}/orders")
        body = case.order_body() | {"on_behalf_of": {"customer": case.customer, "person": "A member of staff"}}
        refused = self.stack.call("POST", f"/v1/incidents/{case.incident_id}/orders", "operator", body)
        ordered = case.order()
        self.show.say(f"Orders come through the web form only: the operator's own attempt is refused ({refused.status} "
                      f"{refused.problem}). The customer accepts each disclaimer and orders one work item for one server.")
        self.show.field("order", ordered.get("order_id", ""))

    def hearing(self, case):
        self.show.step("the customer (web form)", f"POST /v1/incidents/{case.incident_id}/hearing-answers")
        case.answer_hearing()
        self.show.say("The investigator's questions are answered. Meanwhile the probe investigates.")

    def investigation(self, case):
        self.show.step("the provider (worker)", "investigation and report")
        report = case.wait_report()
        incident = self.stack.incident(case.incident_id)
        digest = next(job["document_sha256"] for job in incident["jobs"] if job["kind"] == "investigation")
        document = case.evidence(digest).json
        self.show.say("The probe reads the disk as hostile ground and writes nothing to it. What it found is kept under the hash of its "
                      "content.")
        counts = document["counts"]
        self.show.field("read", f"{counts['files_read']} files, {counts['bytes_read']:,} bytes, {counts['lines']:,} log lines, "
                                f"{counts['events']:,} events, {len(document['gaps'])} gaps")
        self.show.field("evidence", f"sha256 {digest}")
        self.show_verdict(document)
        self.faults += verdict.misses(document, verdict.truth_of("breakin"))
        return report, document

    def show_verdict(self, document):
        judgement = document["verdict"]["intrusion"]
        self.show.title(f"Verdict: intrusion {judgement['state'].replace('_', ' ')}")
        self.show.say(judgement["why"])
        if way_in := verdict.entry(document):
            self.show.line()
            for name in ("account", "address", "at"):
                self.show.field({"at": "time"}.get(name, name), way_in[name], "bold")
            self.show.field("how", f"{way_in['title']} ({way_in['technique']}, confidence {way_in['confidence']})")
            self.show.field("because", way_in["why"])
        for each in document["findings"]:
            if each["severity"] not in ("critical", "high"):
                continue
            self.show.line()
            self.show.line(f"    {self.show.paint(each['id'], 'bold')} {self.show.paint(each['severity'], 'red')}  {each['title']}")
            for proof in each["evidence"][:2]:
                place = proof["file"] + (f":{proof['line']}" if "line" in proof else "")
                self.show.field("  " + each["time"][11:19] + " UTC", place)
                self.show.field("", proof["excerpt"][:200], "dim")

    def receipt(self, case):
        self.show.step("the customer (web form)", f"POST /v1/incidents/{case.incident_id}/report-receipts")
        OUT.mkdir(parents=True, exist_ok=True)
        for name, query in (("report.json", "format=json"), ("report.ja.html", "format=html&lang=ja"),
                            ("report.en.html", "format=html&lang=en")):
            answer = case.web_form("GET", f"/v1/incidents/{case.incident_id}/report?{query}")
            (OUT / name).write_bytes(answer.content)
            self.show.field("report", (OUT / name).relative_to(settings.ROOT))
        case.receive_report()
        self.show.say("The customer has received the report; only now is the incident complete.")

    def charge(self, case):
        self.show.step("the provider (pricing)", "GET /v1/charges/…")
        charge = case.wait_charge()
        same = charge["total_yen"] == case.quoted["total_yen"]
        self.show.say("The charge equals the quote." if same else "The charge differs from the quote!")
        self.show.field("charge", f"{charge['charge_id']}: {charge['total_yen']:,} yen")
        if not same:
            self.faults.append("the charge differs from the quote")
        incident = self.stack.wait_state(case.incident_id, "completed")
        history = case.operator("GET", "/history?limit=200").json["items"]
        self.show.field("incident", f"{incident['state']}; its story has {len(history)} entries, each chained to the one before by its hash")
        (OUT / "history.txt").write_text("".join(
            f"{row['at']}  {row['actor']:<28} {row['action']:<24} {row['reason']}\n" for row in history))
        self.show.field("story", (OUT / "history.txt").relative_to(settings.ROOT))

    # ---- the two others

    def not_broken_into(self, server, customer, scenario, words):
        self.show.step("the same for", f"{server}: {words}")
        case = Case(self.stack, server, customer)
        case.report()
        digest = case.wait_prechecked()["precheck"]["document_sha256"]
        document = case.evidence(digest).json
        faults = verdict.false_accusations(document, verdict.truth_of(scenario))
        self.show.say(document["verdict"]["intrusion"]["why"])
        self.show.field("verdict", document["verdict"]["intrusion"]["state"].replace("_", " "), "bold")
        for each in document["findings"]:
            self.show.field("seen", f"{each['severity']}: {each['title']}", "dim")
        if verdict.false_accusations(document, verdict.truth_of(scenario)):
            self.faults += [f"{scenario}: {fault}" for fault in faults]
        else:
            self.show.good("nothing found" if scenario == "clean" else "guessed at, not entered: nobody is accused")
        case.decide("unconfirm", "The precheck shows no intrusion.")
        case.decide("close", "The reporter was told.")
        self.show.say("The operator closes it. No order, no charge.")

    def metrics(self):
        self.show.title("A few of the metrics")
        wanted = {"intake": r"^rescue_http_requests_total", "workflow": r"^rescue_(incidents|jobs)\b",
                  "worker": r"^rescue_(jobs|probe)\w*_(total|count)", "pricing": r"^rescue_(charges|quotes)"}
        for service, pattern in wanted.items():
            rows = [row for row in self.stack.metrics(service).splitlines() if re.match(pattern, row)]
            for row in [row for row in rows if not row.endswith(" 0")][:4]:
                self.show.line(f"    {self.show.paint(f'{service:<10}', 'dim')}{row}")

    def play(self):
        case = Case(self.stack)
        for part in (self.notice, self.precheck, self.confirmation, self.choice, self.quote, self.order, self.hearing,
                     self.investigation, self.receipt, self.charge):
            part(case)
        self.not_broken_into("srv-1002", "C-1002", "clean", "a server nobody attacked")
        self.not_broken_into("srv-1003", "C-1003", "noisy", "guessed at from six addresses, never entered")
        self.metrics()


def main():
    show = Terminal()
    show.title("Intrusion rescue: one incident, end to end")
    show.say("Starting a private redis-server, four services and nginx on loopback …", "dim")
    shutil.rmtree(OUT, ignore_errors=True)
    with Stack() as stack:
        show.say(f"The front door is {stack.front}. All calls below go through it.")
        demo = Demo(stack, show)
        demo.play()
        show.line()
        show.say("Stopping everything …", "dim")
    if demo.faults:
        for fault in demo.faults:
            show.bad(fault)
        return 1
    show.good(f"The demo is complete. Reports: {pathlib.Path('build/demo')}/report.{{json,ja.html,en.html}}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
