"""Fills the databases of a stopped stack with finished incidents: copies of the rows of one that was really played, each with ids,
server and customer of its own and with its own links in the audit chain. Long texts (the report and its pages, the consents) are
shortened in the copies."""
import hashlib
import json
import re
import sqlite3

# make_id() in libs/base; what stands between prefix and last digits is renumbered, so that one incident's rows stay one incident's.
ID = re.compile(r"\b([a-z]+_)[0-9a-hjkmnp-tv-z]{16}([0-9a-hjkmnp-tv-z]{10})\b")
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
SINGLE = {"schema_migrations", "counters", "audit_head"}
# What differs between copies, and how SQL makes it of n's row.
COPY, SERVER, CUSTOMER, KEY, NUMBER = "\x01", "\x02", "\x03", "\x04", "\x05"
MADE = {COPY: "n.digits", SERVER: "n.server", CUSTOMER: "n.customer", KEY: "lower(hex(randomblob(16)))"}
# What housekeeping leaves of a year's work (libs/service/src/housekeeping.cpp): the last days' rows.
DAYS_KEPT = {"idempotency": 7, "inbox": 30}
# The trail's rows that are copied: what became of reports, incidents and charges. Half of them, for the sake of the disk.
AUDITED = ("report.", "incident.", "quote.", "charge.")
LONG, KEPT, MEMBERS = 120, 12, 2
INCIDENTS_OF_A_CUSTOMER = 50


def digits(copy):
    """The first 16 digits of a copy's ids: before all real ones, in order."""
    return f"00{copy:014d}"


def place_of(copy, count):
    """What its server and its customer are numbered with."""
    return 100_000 + copy % max(1, count // INCIDENTS_OF_A_CUSTOMER)


def shortened(value, inner=False):
    if isinstance(value, list):
        return [shortened(one, True) for one in value[:1]]
    if isinstance(value, dict):
        return {name: shortened(one, True) for name, one in list(value.items())[:MEMBERS if inner else None]}
    return value[:KEPT] if isinstance(value, str) and not ID.search(value) else value


def compact(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def pattern(value, server, customer):
    """A text with places for what differs between copies."""
    if not isinstance(value, str):
        return value
    if len(value) > LONG:
        try:
            value = compact(shortened(json.loads(value)))
        except ValueError:
            value = "<!doctype html><p>" + "report " * 20
    value = UUID.sub(KEY, ID.sub(lambda match: match[1] + COPY + match[2], value))
    return value.replace(server, SERVER).replace(customer, CUSTOMER)


def canonical(row):
    """What an audit row's hash covers (libs/store/src/audit.cpp), with a place for its number."""
    fields = {name: json.dumps(row[name], ensure_ascii=False) for name in ("action", "actor", "incident_id", "reason")}
    for mark in (COPY, SERVER, CUSTOMER, KEY):  # escaped by json
        fields = {name: text.replace(f"\\u{ord(mark):04x}", mark) for name, text in fields.items()}
    return (f'{{"action":{fields["action"]},"actor":{fields["actor"]},"at_us":{row["at_us"]},"details":{row["details"]},'
            f'"incident_id":{fields["incident_id"]},"number":{NUMBER},"reason":{fields["reason"]}}}')


class Chain:
    """Gives each audit row its hash, in the order in which SQL asks."""

    def __init__(self, database):
        self.number, self.hash = database.execute("SELECT number, hash FROM audit_head").fetchone()

    def link(self, text):
        self.number += 1
        self.hash = hashlib.sha256(f"{self.hash}\n{text.replace(NUMBER, str(self.number))}".encode()).hexdigest()
        return self.hash


class Table:
    def __init__(self, database, name, server, customer):
        self.name = name
        self.columns = [row[1] for row in database.execute(f"PRAGMA table_info({name})")]
        self.rows = [[pattern(value, server, customer) for value in row] for row in database.execute(f"SELECT * FROM {name} ORDER BY rowid")]
        if name == "audit":
            self.rows = [row for row in self.rows if row[self.columns.index("action")].startswith(AUDITED)]
        # A row that names nothing of the incident's own is no incident's.
        self.rows = [row for row in self.rows if any(isinstance(value, str) and (COPY in value or KEY in value) for value in row)]

    def made(self, expression, marks):
        for mark in marks:
            expression = f"replace({expression}, char({ord(mark)}), {MADE[mark]})"
        return expression

    def value(self, index, first):
        """How SQL makes this column of a copy."""
        name = self.columns[index]
        if name == "number":
            return f"{first} + (n.i - n.begin) * {len(self.rows)} + p.place"
        if self.name == "audit" and name == "hash":
            return "link(" + self.made("p.canonical", (COPY, SERVER, CUSTOMER, KEY)) + ")"
        texts = [row[index] for row in self.rows if isinstance(row[index], str)]
        return self.made(f"p.{name}", [mark for mark in MADE if any(mark in text for text in texts)])

    def copy(self, database, count):
        begin = 1 + (count - count * DAYS_KEPT[self.name] // 365 if self.name in DAYS_KEPT else 0)
        first = 1 + (database.execute(f"SELECT MAX(number) FROM {self.name}").fetchone()[0] or 0) if "number" in self.columns else 0
        named = ",".join(f'"{name}"' for name in self.columns)
        database.execute("DROP TABLE IF EXISTS temp.patterns")
        database.execute(f"CREATE TEMP TABLE patterns (place INTEGER PRIMARY KEY, canonical, {named})")
        for place, row in enumerate(self.rows):
            text = canonical(dict(zip(self.columns, row))) if self.name == "audit" else None
            database.execute(f"INSERT INTO patterns VALUES (?,?,{','.join('?' * len(row))})", [place, text, *row])
        # n goes outside: one copy's rows lie together, and the audit rows are asked for in their order.
        database.execute(f"""
            WITH RECURSIVE n (i, begin, digits, server, customer) AS (
              SELECT i, begin, printf('00%014d', i), 'srv-' || place, 'C-' || place
              FROM (SELECT value AS i, {begin} AS begin, 100000 + value % {max(1, count // INCIDENTS_OF_A_CUSTOMER)} AS place
                    FROM (WITH RECURSIVE c (value) AS (SELECT {begin} UNION ALL SELECT value + 1 FROM c WHERE value < {count})
                          SELECT value FROM c)))
            INSERT INTO {self.name} ({named})
            SELECT {', '.join(self.value(index, first) for index in range(len(self.columns)))} FROM n CROSS JOIN temp.patterns p""")


def copy_incident(path, count, server, customer):
    """Adds `count` copies of the one incident in the database at `path`. Returns how many rows."""
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; PRAGMA temp_store=MEMORY;"
                           "PRAGMA foreign_keys=OFF; BEGIN;")
    before = database.total_changes
    chain = Chain(database)
    database.create_function("link", 1, chain.link)
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rootpage")]
    for name in names:
        table = None if name in SINGLE or name.startswith("sqlite_") else Table(database, name, server, customer)
        if table and table.rows:
            table.copy(database, count)
    database.execute("UPDATE audit_head SET number = ?, hash = ?", (chain.number, chain.hash))
    database.execute("COMMIT")
    added = database.total_changes - before
    database.execute("PRAGMA journal_mode=WAL")
    database.close()
    return added
