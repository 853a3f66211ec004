"""Problems of a system in trouble: a comparison and a quote that have expired, rows that nobody wrote so, a directory of contracts that is away, a worker
that does not know workflow's key, a database that is away. On PostgreSQL, where rows can be changed while the services run."""
import datetime
import json

import ports
import postgres
import settings
from case import Case
from directory import Directory
from provoked_desk import ZEROS
from watched import WatchedStack

TOKEN = "rk_directory_of_the_examples"


class DamagedStack(WatchedStack):
    """Comparisons and quotes live for a second; contracts are looked up in `directory`, which stands beside."""

    def __init__(self, seen):
        super().__init__(seen, spare=1, database="postgresql")
        self.directory = None

    def prepare(self):
        directory = {"file": "", "url": f"http://127.0.0.1:{ports.free_port()}", "token_file": str(self.run / "directory-token"), "wait_ms": 1000}
        self.changes = {"intake": {"contracts": directory}, "pricing": {"contracts": directory, "comparison": {"validity_s": 1}, "quote": {"validity_s": 1}}}
        settings.write_secret(self.run / "directory-token", TOKEN)
        super().prepare()
        servers = json.loads((self.run / "contracts.json").read_text())["servers"]
        self.directory = Directory(int(directory["url"].rpartition(":")[2]), servers, TOKEN).open()

    def stop(self):
        super().stop()
        if self.directory:
            self.directory.close()


class Damage:
    def __init__(self, stack):
        self.stack = stack
        self.case = Case(stack, "srv-2001", "C-2001")

    def all_of(self):
        for group in (self.expired, self.forgotten_merge, self.unknown_state, self.directory_away, self.unknown_key, self.database_away):
            print(f"  {group.__name__.replace('_', ' ')}", flush=True)
            group()

    def change(self, sql):
        """A row of workflow's, as it would be after a restore or another's hand."""
        postgres.query(self.stack.run, "rescue_workflow", sql)

    def report(self, **server):
        body = {"source": "third_party", "category": "intrusion", "server": server or {"id": self.case.server}, "summary": "It attacks us."}
        return self.stack.call("POST", "/v1/reports", "reporter", body)

    def expired(self):
        case = self.case
        case.run_until("confirm")
        self.wait_for_the_end_of(case.compare())
        case.try_request("choices", case.choice_body())
        case.compared = None
        case.choose()
        self.wait_for_the_end_of(case.quote())
        answer = case.try_request("orders", case.order_body())
        if answer.status == 202:
            self.stack.wait_for("the decision", lambda: case.web_form("GET", answer.json["status_url"]).json["state"] != "pending")

    def wait_for_the_end_of(self, promised):
        expires = datetime.datetime.fromisoformat(promised["expires_at"].replace("Z", "+00:00"))
        self.stack.wait_for("it to expire", lambda: datetime.datetime.now(datetime.timezone.utc) > expires)

    def forgotten_merge(self):
        """A report from before it was recorded under which id it came."""
        again = self.report().json
        self.stack.wait_for("the report to join",
                            lambda: self.stack.call("GET", f"/v1/reports/{again['report_id']}", "reporter").json.get("merged_into"))
        self.change(f"UPDATE reports SET addressed_id = NULL WHERE report_id = '{again['report_id']}'")
        self.stack.call("POST", f"/v1/incidents/{again['incident_id']}/unmerges", "operator", {"reason": "to be seen"})

    def unknown_state(self):
        """A state that no release knows: reading it fails, and so does a report about the same, until it is put right."""
        was = self.stack.incident(self.case.incident_id)["state"]
        self.set_state("molten")
        self.case.operator("GET", "")
        self.report()
        letters = "/v1/workflow/dead-letters"
        found = self.stack.wait_for("a dead letter", lambda: self.stack.call("GET", letters, "operator").json["items"])
        self.set_state(was)
        for _ in range(2):
            self.stack.call("POST", f"{letters}/{found[0]['number']}/requeues", "operator", {"reason": "The state was put right."})

    def set_state(self, state):
        self.change(f"UPDATE incidents SET state = '{state}' WHERE incident_id = '{self.case.incident_id}'")

    def directory_away(self):
        self.stack.directory.close()
        self.report(address="203.0.113.77")

    def unknown_key(self):
        """Worker refuses what workflow asks it for."""
        keys = json.loads((self.stack.run / "keys.json").read_text())
        for key in keys["keys"]:
            key["disabled"] = key["id"] == "workflow"
        settings.write_json(self.stack.run / "keys.json", keys)
        self.stack.terminate("worker")
        self.stack.restart("worker")
        self.case.operator("POST", "/attachments", {"sha256": ZEROS, "name": "netflow.csv", "description": "From the router."})

    def database_away(self):
        self.stack.kill("postgres")
        self.report(id="srv-1003")
