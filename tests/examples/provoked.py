"""Every problem that OpenAPI names, brought about from outside. `all_of` goes through the groups; which problem came is read from the
answers, so that nothing counts as provoked that was not seen."""
import uuid

import sealing
from case import Case
from provoked_desk import ZEROS, Desk, unknown
from provoked_money import Money
from provoked_orders import LARGER, Orders
from trouble import FAKETIME
from watched import TWINS


class Provoker(Desk, Money, Orders):
    def __init__(self, stack, disk, done):
        """`disk`: the small one that intake's database is on; `done`: the case that the examples went through to its end."""
        self.stack = stack
        self.disk = disk
        self.done = done
        self.servers = iter(range(2001, 2001 + stack.spare))

    def new_case(self):
        number = next(self.servers)
        return Case(self.stack, f"srv-{number}", f"C-{number}")

    def all_of(self):
        for group in (self.http, self.too_many, self.keys_and_roles, self.fields, self.sealed_access, self.reports, self.reading, self.requests, self.orders, self.work, self.desk,
                      self.notices, self.customer_tasks, self.further_orders, self.money, self.merging, self.annexes, self.evidence, self.letters,
                      self.full_disk, self.full_outbox, self.clock_behind):
            print(f"  {group.__name__.replace('_', ' ')}", flush=True)
            group()

    def post(self, path, body, caller="operator", **more):
        return self.stack.call("POST", path, caller, body, **more)

    def get(self, path, caller="operator", **more):
        return self.stack.call("GET", path, caller, **more)

    # ---- the form of a request

    def http(self):
        intake = self.stack.url("intake")
        front = self.stack.front
        key = f"Authorization: Bearer {self.stack.token('reporter')}\r\n"

        def raw(url, line, fields=""):
            method, path = line.split()[:2]
            self.stack.raw(url, method, path, f"{line}\r\nHost: x\r\n{key}{fields}\r\n".encode())
        raw(front, "GET /v1/nothing HTTP/1.1")
        raw(front, "DELETE /v1/quotes HTTP/1.1")
        raw(intake, "GET /v1/reports/%zz HTTP/1.1")
        raw(intake, "GET /v1/reports/x HTTP/1.1", "no field\r\n")
        raw(intake, "POST /v1/reports HTTP/1.1")
        raw(intake, "POST /v1/reports HTTP/1.1", "Transfer-Encoding: chunked\r\n")
        raw(intake, "POST /v1/reports HTTP/1.1", "Transfer-Encoding: gzip\r\n")
        raw(intake, "POST /v1/reports HTTP/1.1", "Content-Length: 2\r\nExpect: more\r\n")
        raw(intake, "POST /v1/reports HTTP/1.1", "Content-Length: 100000000\r\n")
        raw(intake, "GET /v1/reports/x HTTP/1.1", "X: " + "x" * 60_000 + "\r\n")
        raw(intake, "GET /v1/reports/x HTTP/3.0")
        raw(intake, f"GET /v1/reports/{'x' * 60_000} HTTP/1.1")
        # The body never comes.
        self.stack.raw(intake, "POST", "/v1/reports", f"POST /v1/reports HTTP/1.1\r\nHost: x\r\n{key}Content-Length: 9\r\n\r\n".encode())
        self.get("/v1/incidents?limit=many")
        self.get("/v1/incidents?cursor=x!")
        self.post("/v1/reports", b"{", "reporter", headers={"Content-Type": "application/json"})
        self.post("/v1/reports", b'{"source": 1, "source": 2}', "reporter", headers={"Content-Type": "application/json"})
        self.post("/v1/reports", b"x", "reporter", headers={"Content-Type": "text/plain"})

    def too_many(self):
        """The door with a limit on rates, as docker/nginx/README.md says that one is added."""
        place = self.stack.run / "nginx" / "nginx.conf"
        shipped = place.read_text()
        limited = shipped.replace("http {\n", "http {\n  limit_req_zone $http_authorization zone=keys:1m rate=1r/s;\n", 1)
        limited = limited.replace("    server_name _;\n", "    server_name _;\n    limit_req zone=keys;\n", 1)
        for text in (limited, shipped):
            self.stack.terminate("nginx")
            place.write_text(text)
            self.stack.restart("nginx")
            for _ in range(3):
                self.get("/v1/catalogue")

    def keys_and_roles(self):
        self.stack.direct("workflow", "GET", "/v1/incidents")
        self.stack.direct("workflow", "GET", "/v1/incidents", headers={"Authorization": f"Bearer rk_operator_{ZEROS}"})
        self.get("/v1/incidents", "reporter")
        self.post("/v1/reports", self.report_body(), "reporter", headers={"Idempotency-Key": ""})
        key = str(uuid.uuid4())
        for summary in ("One.", "Another."):
            self.post("/v1/reports", self.report_body(summary=summary), "reporter", key=key)

    @staticmethod
    def report_body(**changes):
        return {"source": "third_party", "category": "intrusion", "server": {"id": "srv-1003"}, "summary": "It attacks us."} | changes

    def fields(self):
        for change in ({"colour": "red"}, {"summary": 7}, {"summary": ""}, {"category": "fire"}, {"seen_at": "yesterday at nine in the morning"}, {"source": "rumour"},
                       {"server": {"id": "srv-9999"}}, {"server": {"address": "300.1.1.1"}}, {"server": {"hostname": "no name"}},
                       {"server": {"hostname": TWINS}}):
            self.post("/v1/reports", self.report_body(**change), "reporter")
        self.post("/v1/reports", {"source": "third_party"}, "reporter")

    def sealed_access(self):
        path = f"/v1/incidents/{unknown('inc')}/access"
        box = {"key_id": "seal-0123456789abcdef", "sealed": "/" * 72}
        for access in ({"user": "root", "password": "swordfish"}, box | {"sealed": "short"}, box):
            self.post(path, {"access": access}, "web_form", customer="C-1001")
        shown = sealing.files(self.stack.run)[1]
        shown.rename(shown.with_name("away"))
        shown.write_text('{"keys": []}')
        self.get("/v1/sealing-key", "web_form")
        shown.with_name("away").rename(shown)

    def reports(self):
        self.post("/v1/reports", self.report_body(source="customer"), "web_form")
        self.post("/v1/reports", self.report_body(source="customer"), "web_form", customer="C-1001")
        self.post("/v1/reports", self.report_body(), "reporter", customer="C-1003")

    def reading(self):
        for path in (f"/v1/incidents/{unknown('inc')}", f"/v1/reports/{unknown('rep')}", f"/v1/requests/{unknown('req')}",
                     f"/v1/quotes/{unknown('quo')}", f"/v1/charges/{unknown('chg')}", "/v1/incidents?state=none"):
            self.get(path)

    # ---- the way of an incident

    def requests(self):
        case = self.new_case()
        case.run_until("confirm")
        choice = {"choice": "service", "situation_sha256": case.situation_sha256}
        case.try_request("choices", choice | {"situation_sha256": ZEROS})
        case.try_request("choices", choice | {"situation_sha256": "not a hash"})
        case.compare()
        shown = case.choice_body()["comparison"]
        for change in ({"id": unknown("cmp")}, {"id": "mine"}, {"sha256": ZEROS}):
            case.try_request("choices", case.choice_body(comparison=shown | change))
        self.post(f"/v1/incidents/{case.incident_id}/choices", choice, "web_form", customer="C-1002")
        case.operator("GET", "/report?format=json")
        case.operator("POST", "/decisions", {"decision": "cancel", "reason": "An old page.", "version": 1})
        case.operator("POST", "/decisions", {"decision": "cancel", "reason": "No page.", "version": -1})
        done = self.done
        done.try_request("hearing-answers", {"answers": {"first-noticed": "Later."}})
        done.try_request("report-receipts", {"report_sha256": ZEROS, "channel": "web"})
        done.try_request("cancellations", {"reason": "Too late."})
        case.quote()
        case.try_request("orders", case.order_body())
        self.confirmed = case

    def orders(self):
        case = self.confirmed
        case.choose()
        joined = self.join(case)
        self.early = self.quote_under(case.incident_id, case, LARGER).json
        case.quoted = self.quote_under(joined, case).json
        consents = case.consents()
        quote = case.order_body()["quote"]
        for change in ({"server_id": ["srv-1001", "srv-1002"]}, {"server_id": "srv-1001"}, {"consents": consents[1:]},
                       {"consents": consents + ["consent-r99"]}, {"consents": consents + consents[:1]},
                       {"consents": [consents[0] | {"text_version": "0.9"}, *consents[1:]]},
                       {"work_item": "mail_abuse_response"}, {"work_item": "investigation_recovery"},
                       {"quote": quote | {"sha256": ZEROS}}, {"quote": quote | {"id": unknown("quo")}}, {"quote": quote | {"id": "mine"}}):
            case.try_request("orders", case.order_body(**change))
        case.try_request("hearing-answers", {"answers": {"first-noticed": "Nobody has asked yet."}})
        self.twice(case)
        self.used_quote(case, joined)
        for _ in range(5):
            case.operator("POST", "/hearing-questions", {"questions": [{"ja": "誰ですか。", "en": "Who is it?"}] * 20, "reason": "To be seen."})
        self.second_person(case)
        case.answer_hearing()
        case.wait_report()
        case.try_request("report-receipts", {"report_sha256": ZEROS, "channel": "web"})
        case.operator("POST", "/findings", {})

    def twice(self, case):
        """While pricing has not answered about the first order, a second one comes."""
        order = case.order_body()
        self.stack.pause("pricing")
        try:
            first, second = (case.try_request("orders", order) for _ in range(2))
        finally:
            self.stack.resume("pricing")
        case.follow("orders", first.json)
        if second.status == 202:  # nobody is waited for after one that was not decided
            self.stack.wait_for("the second to be refused", lambda: "order-exists" in case.web_form("GET", second.json["status_url"]).text)

    def work(self):
        case = self.new_case()
        self.post("/v1/job-queues/none/pauses", {"reason": "to be seen"})
        self.post("/v1/job-queues/precheck/resumptions", {"reason": "to be seen"})
        for _ in range(2):
            self.post("/v1/job-queues/precheck/pauses", {"reason": "to be seen"})
        self.post("/v1/job-queues/precheck/resumptions", {"reason": "it was seen"})
        case.report()
        case.wait_prechecked()
        job = self.get(f"/v1/jobs?incident_id={case.incident_id}").json["items"][0]
        self.post(f"/v1/jobs/{job['job_id']}/requeues", {"reason": "to be seen"})
        self.post(f"/v1/jobs/{unknown('job')}/requeues", {"reason": "to be seen"})
        task = self.get(f"/v1/tasks?state=open&incident_id={case.incident_id}").json["items"][0]
        case.decide("confirm", "The precheck shows it.", confirmation=["intrusion"])
        for path in (f"/v1/tasks/{task['task_id']}/completions", f"/v1/tasks/{unknown('tsk')}/completions"):
            self.post(path, {"outcome": "judged", "note": "to be seen"})
        self.get("/v1/jobs?limit=100000")

    def evidence(self):
        store = self.stack.run / "data" / "worker" / "evidence"
        digest = self.done.operator("GET", "").json["jobs"][0]["document_sha256"]
        file = next(path for path in store.rglob("*") if path.is_file() and digest[4:] in path.as_posix().replace("/", ""))
        content = file.read_bytes()
        self.get(f"/v1/evidence/{ZEROS}")
        file.chmod(0o600)
        file.write_bytes(content[:-1] + b"?")
        self.get(f"/v1/evidence/{digest}")
        # Neither there nor not there: its folder is a file.
        folder = file.parent
        folder.rename(folder.with_name("away"))
        folder.write_text("in the way")
        self.get(f"/v1/evidence/{digest}")
        folder.unlink()
        folder.with_name("away").rename(folder)
        file.write_bytes(content)

    def letters(self):
        self.post("/v1/intake/dead-letters/999999/requeues", {"reason": "to be seen"})

    # ---- faults that other tests know as well

    def full_disk(self):
        self.stack.kill("pricing")
        self.get("/v1/catalogue")
        self.stack.restart("pricing")
        self.disk.fill()
        for _ in range(500):
            if self.post("/v1/reports", self.report_body(summary="It attacks us. " * 500), "reporter").status == 503:
                break
        self.disk.free()
        self.stack.wait_ready("intake")

    def full_outbox(self):
        self.stack.kill("workflow")
        for _ in range(200):
            if self.post("/v1/reports", self.report_body(), "reporter").problem == "outbox-full":
                break
        self.stack.restart("workflow")
        self.stack.wait_ready("intake")

    def clock_behind(self):
        clock = self.stack.run / "clock"
        clock.write_text("+0\n")
        self.stack.terminate("intake")
        self.stack.children["intake"].environment |= {
            "LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        self.stack.restart("intake")
        self.post("/v1/reports", self.report_body(), "reporter")
        clock.write_text("-60s\n")
        self.post("/v1/reports", self.report_body(), "reporter")
        clock.write_text("+0\n")
