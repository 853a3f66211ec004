"""The two that take the same report: rescue-intake with the Redis it sends to, and fastify with the Redis it keeps all in. Each
has a directory, ports and keys of its own, and runs, with its Redis, on the given processor alone."""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import threading

import ports as port_choice
import settings
from child import Child
from client import send
from redis_client import command
from stack import PROGRAMS
from waiting import wait_for

HERE = pathlib.Path(__file__).resolve().parent
PLACE = settings.ROOT / "build" / "accept"
SECONDS_TO_START = 30


def install_fastify():
    """The pinned packages into build/accept; raises OSError or CalledProcessError where Node or npm is missing or fails."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", *(path.name for path in HERE.glob("*.mjs"))):
        shutil.copy(HERE / name, PLACE / name)
    subprocess.run(["node", "--version"], check=True, stdout=subprocess.DEVNULL)
    wanted = (PLACE / "package-lock.json").read_bytes()
    marker = PLACE / "installed"
    if not marker.exists() or marker.read_bytes() != wanted:
        subprocess.run(["npm", "ci", "--no-fund", "--no-audit"], cwd=PLACE, check=True, stdout=subprocess.DEVNULL)
        marker.write_bytes(wanted)


class Door:
    """A started server that takes POST /v1/reports."""
    name = ""

    def __init__(self, processor):
        self.processor = processor
        self.run = pathlib.Path(tempfile.mkdtemp(prefix="rescue-accept-"))
        self.ports = port_choice.choose(False)
        self.tokens = settings.write_keys(self.run)
        settings.write_contracts(self.run, 0)
        settings.write_annexes(self.run)
        self.children = []

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start_child(self, name, command_line, answers):
        child = Child(name, ["taskset", "-c", str(self.processor), *command_line], self.run / f"{name}.log", os.environ | {"LC_ALL": "C.UTF-8"})
        self.children.append(child.start())
        child.wait_until("ready", answers, SECONDS_TO_START)

    def redis_answers(self):
        return command(self.ports["redis"], "PING") == b"PONG"

    def stop(self):
        for child in reversed(self.children):
            child.stop()
        if not os.environ.get("RESCUE_KEEP"):
            shutil.rmtree(self.run, ignore_errors=True)

    @property
    def port(self):
        return self.ports["intake"]

    def call(self, body, key="", token=None, kind="application/json"):
        headers = {"Authorization": f"Bearer {self.tokens['reporter'] if token is None else token}", "Content-Type": kind}
        if key:
            headers["Idempotency-Key"] = key
        return send(f"http://127.0.0.1:{self.port}", "POST", "/v1/reports", body, headers)


class Intake(Door):
    name = "intake"

    def start(self):
        self.start_child("redis", ["redis-server", settings.write_redis(self.run, self.ports)], self.redis_answers)
        # The recipient below takes messages and gives no receipts: all of them stay in the outbox.
        config = settings.write_service(self.run, "intake", "intake", self.ports, PROGRAMS, changes={"outbox": {"max": 10_000_000}})
        self.start_child("intake", [PROGRAMS / "rescue-intake", "--config", config],
                         lambda: send(f"http://127.0.0.1:{self.port}", "GET", "/readyz").status == 200)
        self.ended = threading.Event()
        self.recipient = threading.Thread(target=self.take_messages, daemon=True)
        self.recipient.start()

    def __exit__(self, *error):
        self.ended.set()
        self.recipient.join()
        super().__exit__(*error)

    def take_messages(self):
        """As workflow would, so that its stream is never full and the relay always at work."""
        while not self.ended.wait(0.1):
            command(self.ports["redis"], "XTRIM", "rescue:stream:workflow", "MAXLEN", "0")

    def stored(self):
        connection = sqlite3.connect(f"file:{self.run}/data/intake/intake.sqlite?mode=ro", uri=True)
        try:
            counts = {connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in ("reports", "idempotency", "audit")}
        finally:
            connection.close()
        return counts.pop() if len(counts) == 1 else -1

    def wait_published(self):
        """Everything that was taken has been given to Redis."""
        def published():
            connection = sqlite3.connect(f"file:{self.run}/data/intake/intake.sqlite?mode=ro", uri=True)
            try:
                return connection.execute("SELECT COUNT(*) FROM outbox WHERE sent_us IS NOT NULL").fetchone()[0] == self.stored()
            finally:
                connection.close()
        wait_for("every message in Redis", published, 30)


class Fastify(Door):
    name = "fastify"

    def start(self):
        (self.run / "redis").mkdir()
        config = self.run / "redis.conf"
        config.write_text(f"bind 127.0.0.1\nport {self.ports['redis']}\ndir {self.run}/redis\nappendonly yes\nappendfsync always\nsave \"\"\n")
        self.start_child("redis", ["redis-server", config], self.redis_answers)
        given = settings.write_json(self.run / "fastify.json", {
            "port": self.port, "redis_port": self.ports["redis"], "keys": str(self.run / "keys.json"), "contracts": str(self.run / "contracts.json")})
        self.start_child("fastify", ["node", PLACE / "server.mjs", given],
                         lambda: send(f"http://127.0.0.1:{self.port}", "GET", "/").status == 401)

    def stored(self):
        """Two keys a report: what was answered, and the report."""
        return command(self.ports["redis"], "DBSIZE") / 2

    def wait_published(self):
        pass


def load(door, body, seconds, connections, processors):
    """Runs load.py; its result: {"statuses": {status: count}, "seconds": …}."""
    given = settings.write_json(door.run / "load.json", {
        "port": door.port, "path": "/v1/reports", "token": door.tokens["reporter"], "body": body, "seconds": seconds, "connections": connections})
    out = subprocess.run(["taskset", "-c", ",".join(map(str, processors)), HERE / "load.py", given], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(out.stdout)
