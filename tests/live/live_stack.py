"""The whole product beside live hosts: srv-2001 is web01, srv-2002 is web02 …, each of a customer of its own."""
import json

from live_case import LiveCase  # first: what follows is on its path
import settings
from stack import Stack
from stage.live_host import address_of

REACHED = "192.0.2.0/24"  # where the range's hosts are; no public network


class LiveStack(Stack):
    """`hosts`: how many servers have an address of the range. Their disks are not mounted."""

    def __init__(self, hosts, changes=None, **options):
        allowed = {"worker": {"outside": {"allow": REACHED}}}
        super().__init__(spare=hosts, changes=settings.merged(allowed, changes or {}), **options)

    def prepare(self):
        for number in range(1, self.spare + 1):
            (self.run / "disks" / f"srv-{2000 + number}").mkdir(parents=True, exist_ok=True)
        super().prepare()
        path = self.run / "contracts.json"
        contracts = json.loads(path.read_text())
        # The example's servers have addresses that the range's hosts have.
        contracts["servers"] = [one for one in contracts["servers"] if one["id"].startswith("srv-20")]
        for number, server in enumerate(contracts["servers"], 1):
            server["addresses"] = [address_of(number)]
        settings.write_json(path, contracts)


class StackCase(LiveCase):
    """`stack`: the whole product beside the class's `host`, its srv-2001."""

    @classmethod
    def make_stack(cls):
        return LiveStack(1)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stack = cls.enterClassContext(cls.make_stack())
