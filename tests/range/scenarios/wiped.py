"""The break-in by a guessed password of which next to nothing is left: every log of log-ins and every record is deleted.

What is not there cannot be told: an investigation has to say so, and must not call the server clean."""

from scenarios import guessing, normal
from stage import ssh
from stage.clock import now
from stage.host import WEAK_PASSWORD
from stage.network import ATTACKERS

LOG_FORMAT = "rfc3339"
INTRUDER = ATTACKERS[5]
ACCOUNT = "deploy"
WIPED = ("auth.log", "cron.log", "btmp", "wtmp", "lastlog")


def play(host, network, facts) -> None:
    facts.notes.update(verdict_expected="undetermined", accused=[], account=ACCOUNT, attacker_address=INTRUDER, attacker_addresses=[INTRUDER],
                       entry_vector=None, wiped=[f"/var/log/{name}" for name in WIPED],
                       verdict={"intrusion": "undetermined", "mail_abuse": "none_found", "ways": []})
    normal.round_of_work(host, facts)
    host.rotate_logs(everything=True)
    normal.round_of_work(host, facts, typos=1)
    guessing.spray(host, facts, [INTRUDER], ("root", "admin", "test", ACCOUNT), rounds=1, width=4)
    if not guessing.guess(host, facts, INTRUDER, ACCOUNT, ["deploy", "deploy123", WEAK_PASSWORD]):
        raise RuntimeError("the weak password did not open the door")
    facts.notes.update(login_at=now(), method="password")
    logs = " ".join(f"/var/log/{name}*" for name in WIPED)
    done = ssh.with_passwords(host.work, INTRUDER, ACCOUNT, [WEAK_PASSWORD], stdin=f"{WEAK_PASSWORD}\nrm -f {logs}\n",
                              command="sudo -S -p '' sh -s")
    if not done.opened:
        raise RuntimeError(f"the intruder was kept out: {done}")
    normal.round_of_work(host, facts)
