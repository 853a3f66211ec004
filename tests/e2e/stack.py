"""The whole product on loopback: a private redis-server, the four services, and nginx with the shipped configuration.

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
import tempfile

import ports as port_choice
import settings
from child import Child
from client import Caller, send
from waiting import wait_for

PROGRAMS = pathlib.Path(os.environ.get("RESCUE_BIN") or settings.ROOT / "build" / "release" / "bin")
START_ORDER = ("redis", "pricing", "worker", "workflow", "intake", "nginx")


class Stack:
    """Options: `run` keeps everything in that directory (default: a temporary one, removed afterwards unless RESCUE_KEEP is
    set); `fixed_ports` and `detached` are for `make up`; `spare` lays out that many further broken-into servers, srv-2001…,
    of customers C-2001…; `changes` is merged over the services' settings: {"workflow": {"hearing": {"deadline_s": 2}}};
    `services` is the directory of the services' programs, if they are not the shipped ones."""

    def __init__(self, run=None, fixed_ports=False, detached=False, spare=0, changes=None, services=PROGRAMS):
        self.temporary = run is None
        self.run = pathlib.Path(run or tempfile.mkdtemp(prefix="rescue-")).resolve()
        self.fixed_ports = fixed_ports
        self.detached = detached
        self.spare = spare
        self.changes = changes or {}
        self.services = services
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
        for name in START_ORDER:
            self.children[name].start()
        for name in START_ORDER:
            self.wait_ready(name)
        return self

    def prepare(self):
        self.ports = port_choice.choose(self.fixed_ports)
        self.tokens = settings.write_keys(self.run)
        settings.write_contracts(self.run, self.spare)
        settings.lay_out_disks(self.run, self.spare)
        (self.run / "logs").mkdir(exist_ok=True)
        commands = {"redis": ["redis-server", settings.write_redis(self.run, self.ports)]}
        for name in settings.SERVICES:
            config = settings.write_service(self.run, name, self.ports, PROGRAMS, self.changes.get(name))
            commands[name] = [self.services / f"rescue-{name}", "--config", config]
        front = settings.write_front_door(self.run, self.ports)
        nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        commands["nginx"] = [nginx, "-p", front.parent, "-e", front.parent / "error.log", "-c", front]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
        # What a sanitizer or a coverage build is told reaches the services too.
        environment |= {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS") or name.startswith("GCOV_")}
        self.children = {name: Child(name, command, self.log_path(name), environment, self.detached)
                         for name, command in commands.items()}

    def stop(self):
        """The door first, then the services side by side, Redis last."""
        for names in (("nginx",), settings.SERVICES, ("redis",)):
            children = [self.children[name] for name in names if name in self.children]
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
        probes = {"redis": self.redis_answers, "nginx": lambda: send(self.front, "GET", "/healthz").status == 200}
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
        for name in START_ORDER:
            if not self.children[name].running():
                self.restart(name)

    # ---- talking to it

    @property
    def front(self):
        return f"http://127.0.0.1:{self.ports['front']}"

    def url(self, name):
        """A service directly, past the front door (`intake_slow` and `<name>_metrics` are listeners too)."""
        return f"http://127.0.0.1:{self.ports[name]}"

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
