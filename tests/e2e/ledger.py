"""What a stack's services have written down, read beside them in either back end; and what must be true of it however things went."""
import hashlib
import json
import pathlib
import sqlite3
import subprocess

import postgres
from settings import SERVICES

NOTICES = ["situation", "order_accepted", "hearing_questions", "report_ready", "completed", "charge"]
STEPS = ["precheck", "confirmed", "awaiting_choice", "awaiting_choice", "ordered", "scheduled", "working", "reporting", "completed"]


def database_url(stack, service):
    return json.loads((stack.run / f"{service}.json").read_text())["database"]["url"]


def rows(stack, service, sql):
    """Rows of a service's database, each a tuple. `sql` is one SELECT that both back ends understand."""
    url = database_url(stack, service)
    return sqlite_rows(url.removeprefix("sqlite://"), sql) if url.startswith("sqlite://") else postgresql_rows(url, sql)


def sqlite_rows(path, sql):
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(sql).fetchall()
    except sqlite3.DatabaseError as error:
        raise OSError(f"{path}: {error}") from error
    finally:
        connection.close()


def postgresql_rows(url, sql):
    """By psql; one JSON object a line keeps types and line feeds apart, and its members stand in the order of the columns."""
    asked = subprocess.run([postgres.program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url,
                            "-c", f"SELECT row_to_json(found) FROM ({sql}) AS found"], capture_output=True, text=True, timeout=30)
    if asked.returncode != 0:
        raise OSError(f"psql: {asked.stderr.strip()}")
    return [json.loads(line, object_pairs_hook=lambda pairs: tuple(value for _, value in pairs))
            for line in asked.stdout.split("\n") if line]


def everything_is_receipted(stack, services=SERVICES):
    """Whether no message is under way: each was committed by its recipient, none waits for a predecessor."""
    return all(rows(stack, service, "SELECT (SELECT COUNT(*) FROM outbox) + (SELECT COUNT(*) FROM parked) AS n") == [(0,)]
               for service in services)


def notices_are_settled(stack):
    """Whether no notice waits to be sent."""
    return rows(stack, "workflow", "SELECT COUNT(*) AS n FROM notice_deliveries WHERE state = 'pending'") == [(0,)]


def notice_faults(stack, case, arrived):
    """Of a finished incident whose customer has one endpoint: each notice once in the tables, delivered, and at the endpoint unless
    the customer was quicker. `arrived`: the ids that came there."""
    faults = Faults()
    found = rows(stack, "workflow", f"SELECT n.notice_id, n.kind, n.state, d.state AS sent FROM notices n JOIN notice_deliveries d ON "
                 f"d.notice_id = n.notice_id WHERE n.incident_id = '{case.incident_id}' AND n.audience = 'customer'")
    faults.want("notices", sorted(kind for _, kind, _, _ in found), sorted(NOTICES))
    faults.want("notices not delivered", [kind for _, kind, state, _ in found if state != "delivered"], [])
    faults.want("notices that did not arrive", [kind for one, kind, _, sent in found if sent != "dropped" and one not in arrived], [])
    return faults


class Faults(list):
    """What is not as it must be; each its own line."""

    def want(self, what, found, wanted):
        if found != wanted:
            self.append(f"{what}: {found}, not {wanted}")


def incident_faults(stack, case, work="investigation"):
    """Of a finished incident whose order was for `work`: one incident of its report, one order, one effect of each job, one charge, each step once."""
    one = case.incident_id
    faults = Faults()

    def count(service, table, condition):
        return rows(stack, service, f"SELECT COUNT(*) AS n FROM {table} WHERE {condition}")[0][0]
    faults.want("state", rows(stack, "workflow", f"SELECT state FROM incidents WHERE incident_id = '{one}'"), [("completed",)])
    faults.want("incidents of this server", count("workflow", "incidents", f"server_id = '{case.server}' AND state <> 'completed'"), 0)
    faults.want("incidents of this report", rows(stack, "workflow", f"SELECT incident_id FROM reports WHERE report_id = '{case.report_id}'"),
                [(one,)])
    faults.want("orders", rows(stack, "workflow", f"SELECT state FROM orders WHERE incident_id = '{one}'"), [("accepted",)])
    faults.want("choices", count("workflow", "choices", f"incident_id = '{one}'"), 1)
    faults.want("jobs", rows(stack, "workflow", f"SELECT kind, state FROM jobs WHERE incident_id = '{one}' ORDER BY kind"),
                sorted([(work, "succeeded"), ("precheck", "succeeded")]))
    faults.want("charges", count("pricing", "charges", f"incident_id = '{one}'"), 1)
    faults.want("redeemed quotes", count("pricing", "quotes", f"incident_id = '{one}' AND used_by IS NOT NULL"), 1)
    faults.want("steps", [details["to"] for action, details in history(stack, one) if action == "incident.transition"], STEPS)
    return faults + dead_letters(stack)


def history(stack, incident_id):
    """[(action, details)] of what workflow's audit trail tells of the incident."""
    return [(action, json.loads(details)) for action, details in
            rows(stack, "workflow", f"SELECT action, details FROM audit WHERE incident_id = '{incident_id}' ORDER BY number")]


def dead_letters(stack):
    return [f"{service}: dead letter {kind}: {reason}" for service in SERVICES
            for kind, reason in rows(stack, service, "SELECT type, reason FROM dead_letters")]


def audit_faults(stack):
    """Each service's audit chain, followed from its beginning (libs/store/src/audit.cpp)."""
    return [f"{service}: {fault}" for service in SERVICES for fault in [chain_fault(stack, service)] if fault]


def chain_fault(stack, service):
    hash_before = "0" * 64
    chain = rows(stack, service, "SELECT number, at_us, incident_id, actor, action, reason, details, hash FROM audit ORDER BY number")
    for count, row in enumerate(chain, 1):
        fields = dict(zip(("number", "at_us", "incident_id", "actor", "action", "reason"), row), details=json.loads(row[6]))
        canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        hash_before = hashlib.sha256(f"{hash_before}\n{canonical}".encode()).hexdigest()
        if row[0] != count or row[7] != hash_before:
            return f"the audit chain is broken at row {row[0]}"
    if rows(stack, service, "SELECT number, hash FROM audit_head") != [(len(chain), hash_before)]:
        return "the audit chain does not end where its head says"
    return None


def integrity_faults(stack):
    """Of SQLite's files; PostgreSQL refuses to start on broken ones."""
    return [f"{service}: {fault}" for service in SERVICES if database_url(stack, service).startswith("sqlite://")
            for fault, in rows(stack, service, "PRAGMA integrity_check") if fault != "ok"]


def evidence_faults(stack):
    """Evidence that a database names and that is not there, or is not what its name says."""
    folder = pathlib.Path(json.loads((stack.run / "worker.json").read_text())["evidence"]["dir"])
    named = {digest for service, table in (("worker", "attempts"), ("workflow", "jobs"), ("workflow", "incidents"))
             for digest, in rows(stack, service, f"SELECT document_sha256 FROM {table} WHERE document_sha256 IS NOT NULL")}
    faults = []
    for digest in sorted(named):
        path = folder / digest[:2] / digest[2:4] / digest
        if not path.is_file():
            faults.append(f"evidence {digest} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            faults.append(f"evidence {digest} is not what its name says")
    return faults
