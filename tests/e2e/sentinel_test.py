"""The Redis master dies in the middle of an incident, twice: the sentinels' choice is followed, no service is restarted."""
import secrets
import shutil
import unittest

import ports as port_choice
import redis_client
import settings
from case import Case
from child import Child
from stack import Stack

SENTINELS = ("sentinel_1", "sentinel_2", "sentinel_3")
SERVERS = ("redis", "replica")


class SentinelStack(Stack):
    """With a replica of its Redis and three sentinels, as docker/redis describes them."""

    def __init__(self, **options):
        super().__init__(**options)
        self.more_ports = {name: port_choice.free_port() for name in ("replica", *SENTINELS)}
        self.passwords = {name: secrets.token_hex(16) for name in ("REPLICA", "SENTINEL", "SENTINELS")}
        redis = {"sentinels": ",".join(f"127.0.0.1:{self.more_ports[name]}" for name in SENTINELS), "master_name": "rescue",
                 "port": 1, "sentinel_password_file": str(self.run / "tokens" / "sentinels")}
        self.changes = {name: {"redis": redis} for name in settings.SERVICES}

    def prepare(self):
        super().prepare()
        self.ports |= self.more_ports
        values = {f"PASSWORD_{name}": password for name, password in self.passwords.items()}
        settings.write_secret(self.run / "tokens" / "sentinels", self.passwords["SENTINELS"])
        with open(self.run / "redis-users.acl", "a") as users:
            users.write(settings.filled("redis/replication.acl.template", values))
        master = self.run / "redis.conf"
        master.write_text(master.read_text() + settings.filled("redis/replication.conf.template", values))
        self.add("replica", [self.write_replica(master.read_text())])
        for name in SENTINELS:
            self.add(name, [self.write_sentinel(name, values), "--sentinel"])

    def add(self, name, arguments):
        self.children[name] = Child(name, ["redis-server", *arguments], self.log_path(name))

    def write_replica(self, config):
        place = self.run / "data" / "replica"
        place.mkdir()
        shutil.copy(self.run / "redis-users.acl", place / "users.acl")
        config = config.replace(str(self.run / "data" / "redis"), str(place)).replace(str(self.run / "redis-users.acl"), str(place / "users.acl"))
        path = self.run / "replica.conf"
        path.write_text(config.replace(f"port {self.ports['redis']}\n", f"port {self.ports['replica']}\n")
                        + f"replicaof 127.0.0.1 {self.ports['redis']}\n")
        return path

    def write_sentinel(self, name, values):
        place = self.run / "data" / name
        place.mkdir()
        path = place / "sentinel.conf"
        text = settings.filled("redis/sentinel.conf.template", values | {
            "SENTINEL_ADDRESS": "127.0.0.1", "SENTINEL_PORT": self.ports[name], "SENTINEL_DIR": place,
            "MASTER_ADDRESS": "127.0.0.1", "MASTER_PORT": self.ports["redis"]})
        path.write_text(text.replace("rescue 5000", "rescue 500").replace("rescue 30000", "rescue 2000"))
        return path

    def start(self):
        self.run.mkdir(parents=True, exist_ok=True)
        self.run.chmod(0o711)
        self.prepare()
        for name in SERVERS:
            self.children[name].start()
        self.wait_following("replica")
        for name in SENTINELS:
            self.children[name].start()
        self.wait_for("sentinels that agree", lambda: self.ask("SENTINEL", "CKQUORUM", "rescue").startswith(b"OK 3"), 30)
        rest = [name for name in self.children if name not in SERVERS + SENTINELS]
        for name in rest:
            self.children[name].start()
        for name in rest:
            self.wait_ready(name)
        return self

    def stop(self):
        for name in SENTINELS + ("replica",):
            if name in self.children:
                self.children[name].stop()
        super().stop()

    def ask(self, *words):
        return redis_client.command(self.ports[SENTINELS[0]], *words, login=("default", self.passwords["SENTINELS"]))

    def wait_following(self, name):
        self.wait_for(f"{name} to follow", lambda: b"master_link_status:up" in redis_client.command(
            self.ports[name], "INFO", "replication"), 30)

    def kill_master(self):
        """Returns its name. The other is master when the sentinels say so, which nobody waits for here."""
        port = int(self.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "rescue")[1])
        name = next(name for name in SERVERS if self.ports[name] == port)
        self.kill(name)
        return name

    def wait_replica_known(self):
        self.wait_for("the sentinels to see the replica", lambda: any(
            b"slave" == flags for replica in self.ask("SENTINEL", "REPLICAS", "rescue")
            for flags in replica[replica.index(b"flags") + 1:][:1]), 30)


class Sentinel(unittest.TestCase):
    def test_a_fail_over_is_followed_without_a_restart_and_loses_nothing(self):
        with SentinelStack(spare=1) as stack:
            before = {name: stack.children[name].pid for name in settings.SERVICES}
            case = Case(stack, "srv-2001", "C-2001")
            case.run_until("quote")
            first = stack.kill_master()
            case.order()
            stack.restart(first, wait=False)
            stack.wait_following(first)
            stack.wait_replica_known()
            second = stack.kill_master()
            self.assertNotEqual(first, second)
            for step in case.STEPS[case.STEPS.index("order") + 1:]:
                getattr(case, step)()
            stack.wait_state(case.incident_id, "completed")
            charges = stack.call("GET", f"/v1/charges?incident_id={case.incident_id}", "operator").json["items"]
            self.assertEqual(len(charges), 1, charges)
            for name in settings.SERVICES:
                self.assertEqual(stack.children[name].pid, before[name])
                self.assertTrue(stack.children[name].running(), name)
                letters = stack.call("GET", f"/v1/{name}/dead-letters", "operator").json["items"]
                self.assertEqual(letters, [], name)
                stack.wait_for(f"{name}'s messages receipted", lambda name=name: "rescue_outbox_unreceipted 0" in stack.metrics(name)
                               and "rescue_outbox_waiting 0" in stack.metrics(name), 30)


if __name__ == "__main__":
    unittest.main()
