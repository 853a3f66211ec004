"""The whole product on loopback: a private redis-server (and PostgreSQL), the four services, and nginx with the shipped
configuration.

    with Stack() as stack:
        answer = stack.call("POST", "/v1/reports", "reporter", {...})

Every stack has a directory, ports and keys of its own; all it started ends with it, however it ends.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import tempfile

import ports as port_choice
import postgres
import sealing
import settings
from child import Child
from client import Caller, send
from waiting import wait_for

PROGRAMS = pathlib.Path(os.environ.get("RESCUE_BIN") or settings.ROOT / "build" / "release" / "bin")
START_ORDER = ("redis", "postgres", "pricing", "worker", "workflow", "intake", "nginx")


class Stack:
    """Options: `run` keeps everything in that directory (default: a temporary one, removed afterwards unless RESCUE_KEEP is
    set); `fixed_ports` and `detached` are for `make up`; `spare` lays out that many further broken-into servers, srv-2001…,
    of customers C-2001…; `changes` is merged over the services' settings: {"workflow": {"hearing": {"deadline_s": 2}}};
    `services` is the directory of the services' programs, if they are not the shipped ones. `database`: "sqlite" or
    "postgresql", a private one with a database per service; with it `replicas` of each service run side by side: the children
    workflow, workflow-2, workflow-3 …"""

    def __init__(self, run=None, fixed_ports=False, detached=False, spare=0, changes=None, services=PROGRAMS, database="sqlite",
                 replicas=1):
        assert replicas == 1 or database == "postgresql", "SQLite means one process"
        self.temporary = run is None
        self.run = pathlib.Path(run or tempfile.mkdtemp(prefix="rescue-")).resolve()
        self.fixed_ports = fixed_ports
        self.detached = detached
        self.spare = spare
        self.changes = changes or {}
        self.services = services
        self.database = database
        self.replicas = {name: settings.replica_names(name, replicas) for name in settings.SERVICES}
        self.children = {}
        self.ports = {}
        self.tokens = {}

    # ---- its life

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, kind, error, traceback):
        if kind is not None and kind is not KeyboardInterrupt:
            self.report_faults()
        self.stop()

    def start(self):
        # Workers of a root-started nginx run as nobody: they must reach their directory, the secrets have modes of their own.
        self.run.mkdir(parents=True, exist_ok=True)
        self.run.chmod(0o711)
        self.prepare()
        if self.database == "postgresql":
            self.restart("postgres")
            postgres.make_databases(self.run, [f"rescue_{name}" for name in settings.SERVICES])
        for child in self.children.values():
            if not child.running():
                child.start()
        for name in self.children:
            self.wait_ready(name)
        return self

    def prepare(self):
        self.ports = port_choice.choose(self.fixed_ports, [name for names in self.replicas.values() for name in names[1:]])
        self.tokens = settings.write_keys(self.run)
        sealing.write_keys(self.run)
        settings.write_contracts(self.run, self.spare)
        settings.write_annexes(self.run)
        settings.lay_out_disks(self.run, self.spare)
        (self.run / "logs").mkdir(exist_ok=True)
        commands = {"redis": ["redis-server", settings.write_redis(self.run, self.ports)]}
        for name, replicas in self.replicas.items():
            for replica in replicas:
                config = settings.write_service(self.run, name, replica, self.ports, PROGRAMS, self.database, self.changes.get(name))
                commands[replica] = [self.services / f"rescue-{name}", "--config", config]
        front = settings.write_front_door(self.run, self.ports, self.replicas)
        nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        commands["nginx"] = [nginx, "-p", front.parent, "-e", front.parent / "error.log", "-c", front]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
        # What a sanitizer or a coverage build is told reaches the services too.
        environment |= {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS") or name.startswith("GCOV_")}
        children = {name: Child(name, command, self.log_path(name), environment, self.detached) for name, command in commands.items()}
        if self.database == "postgresql":
            postgres.lay_out(self.run)
            children["postgres"] = postgres.PostgresChild(self.run, self.log_path("postgres"), environment, self.detached)
        self.children = {name: children[name] for name in self.in_order(children)}

    @staticmethod
    def in_order(names):
        return sorted(names, key=lambda name: (START_ORDER.index(name.split("-")[0]), name))

    def stop(self):
        """The door first, then the services side by side, Redis and PostgreSQL last."""
        for names in (("nginx",), settings.SERVICES, ("redis", "postgres")):
            children = [child for name, child in self.children.items() if name.split("-")[0] in names]
            for child in children:
                child.ask_to_end()
            for child in children:
                child.stop()
        if self.temporary and not os.environ.get("RESCUE_KEEP"):
            shutil.rmtree(self.run, ignore_errors=True)

    # ---- its parts

    def log_path(self, name):
        return self.run / "logs" / f"{name}.log"

    def log_lines(self, name):
        """The JSON events a service has logged."""
        for line in self.log_path(name).read_text(errors="replace").splitlines():
            with contextlib.suppress(ValueError):
                yield json.loads(line)

    def wait_ready(self, name, timeout_s=30):
        probes = {"redis": self.redis_answers, "postgres": lambda: self.children["postgres"].answers(),
                  "nginx": lambda: send(self.front, "GET", "/healthz").status == 200}
        probe = probes.get(name, lambda: send(self.url(name), "GET", "/readyz").status == 200)
        self.children[name].wait_until("ready", self.tolerant(probe), timeout_s)

    @staticmethod
    def tolerant(probe):
        def answer():
            try:
                return probe()
            except OSError:
                return False
        return answer

    def redis_answers(self):
        with socket.create_connection(("127.0.0.1", self.ports["redis"]), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")

    def kill(self, name):
        """kill -9, as a crash would."""
        self.children[name].kill()

    def terminate(self, name):
        """SIGTERM; returns the exit code."""
        return self.children[name].stop()

    def pause(self, name):
        self.children[name].signal_group(signal.SIGSTOP)

    def resume(self, name):
        self.children[name].signal_group(signal.SIGCONT)

    def restart(self, name, wait=True):
        self.children[name].start()
        if wait:
            self.wait_ready(name)

    def restart_dead(self):
        """Brings back what a failed test has left dead."""
        for name, child in self.children.items():
            if not child.running():
                self.restart(name)

    # ---- talking to it

    @property
    def front(self):
        return f"http://127.0.0.1:{self.ports['front']}"

    def url(self, name):
        """A service or replica directly, past the front door (`intake_slow` and `<name>_metrics` are listeners too)."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def sql(self, service, text):
        """Rows of a service's database, read beside it."""
        if self.database == "postgresql":
            return [tuple(row) for row in postgres.query(self.run, f"rescue_{service}", text)]
        with contextlib.closing(sqlite3.connect(f"file:{self.run}/data/{service}/{service}.sqlite?mode=ro", uri=True)) as connection:
            return connection.execute(text).fetchall()

    def token(self, caller):
        return self.tokens[caller]

    def caller(self, name):
        return Caller(self.front, self.tokens[name], settings.CALLERS[name])

    def call(self, method, path, caller, body=None, **more):
        """See client.Caller.call; `caller` is a role, or other_reporter."""
        return self.caller(caller).call(method, path, body, **more)

    def metrics(self, name):
        return send(self.url(f"{name}_metrics"), "GET", "/metrics").text

    def wait_for(self, what, probe, timeout_s=20):
        return wait_for(what, probe, timeout_s)

    def incident(self, incident_id, caller="operator", **more):
        answer = self.call("GET", f"/v1/incidents/{incident_id}", caller, **more)
        return answer.json if answer.status == 200 else None

    def wait_state(self, incident_id, *states, timeout_s=30):
        """Waits until the incident is in one of `states`; returns it as the operator sees it."""
        def there():
            incident = self.incident(incident_id)
            return incident if incident and incident.get("state") in states else None
        return wait_for(f"{incident_id} in {'/'.join(states)}", there, timeout_s)

    def report_faults(self):
        """Prints the end of each log: called when a test fails."""
        for name, child in self.children.items():
            if tail := child.tail():
                print(f"---- {name} (exit code {child.process.poll() if child.process else '-'})\n{tail}", flush=True)
