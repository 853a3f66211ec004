"""A server reported by mistake. It forwards its own domain's mail, which then looks like its own; its owner sends a newsletter;
mail to one place is stuck; a monitoring asks for everything it has; it is guessed at and asked to relay, in vain."""

from scenarios import guessing, mailing, noisy, normal
from stage import mail, ssh, web
from stage.network import ATTACKERS, VISITORS

LOG_FORMAT = "rfc3339"
ROLES = ("mail", "gallery")
DAYS = 2  # before the day of the play
MONITORING = VISITORS[9]
FORWARDED, NEWSLETTER, STUCK = 80, 320, 60


def play(host, network, facts) -> None:
    facts.notes.update(verdict_expected="attacked_not_entered", accused=[], attacker_addresses=ATTACKERS, entry_vector=None,
                       verdict={"intrusion": "none_found", "mail_abuse": "none_found", "ways": []})
    with mail.Sink(host.work) as sink:
        for days in range(DAYS, 0, -1):
            with host.days_ago(days):
                mailing.usual_day(host, facts)
                mailing.queue_is_empty(host)
        normal.round_of_work(host, facts, typos=1)
        mailing.usual_day(host, facts)
        _pictures(facts)
        guessing.spray(host, facts, ATTACKERS[:3], guessing.NAMES[:12], rounds=2, width=12)
        noisy.scan(ATTACKERS[4])
        _monitoring(host, facts)
        _forwarding(host)
        _newsletter(host)
        _stuck(host)
        _guess_mail(host)
        mailing.queue_is_empty(host, but=STUCK)
        normal.round_of_work(host, facts, typos=2)
    facts.notes["mail"] = {"newsletter": NEWSLETTER, "forwarded": FORWARDED, "waiting": STUCK,
                           "delivered": sum(sink.taken.values()), "refused": sink.refused}


def _pictures(facts) -> None:
    for n, source in enumerate(normal.READERS[:4]):
        facts.legit("", source)
        if web.upload(source, "/gallery/send.php", "picture", f"garden{n}.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(32)) != 200:
            raise RuntimeError("a reader could not send a picture")


def _monitoring(host, facts) -> None:
    """The owner's own: it looks at every page, and whether ssh asks for a password."""
    facts.legit("", MONITORING)
    for path in ("/", "/admin/login.php", "/gallery/send.php", "/server-status", "/.well-known/security.txt", "/uploads/index.php", "/health"):
        web.request(MONITORING, path, agent="checks/2.4 (+https://monitoring.example)")
    for _ in range(4):
        outcome = ssh.with_passwords(host.work, MONITORING, "monitoring", ["no-such-password"])
        facts.notes["typos"] += [{"account": "monitoring", "address": MONITORING}] * outcome.refused


def _forwarding(host) -> None:
    """owner@example.jp is read elsewhere: what others send there goes out again in the senders' names."""
    messages = [mail.message(f"lottery{n}@winner.example", "owner@example.jp", "You have won") for n in range(FORWARDED)]
    told = mail.hand_in([mail.session(ATTACKERS[1], messages[:40]), mail.session(ATTACKERS[3], messages[40:])])
    if mail.taken(told) != FORWARDED:
        raise RuntimeError("the server did not take its own domain's mail")


def _newsletter(host) -> None:
    """Far more than on other days, from where its owner always is."""
    mailing.owner_sends(host, "sales", mailing.OWNERS["sales"], [f"{'gone' if n % 40 == 0 else 'reader'}{n}@home{n % 25}.example" for n in range(NEWSLETTER)])


def _stuck(host) -> None:
    mailing.owner_sends(host, "orders", mailing.OWNERS["orders"], [f"branch{n}@stuck.example" for n in range(STUCK)])


def _guess_mail(host) -> None:
    """Passwords of mail accounts are tried, too, and none is right."""
    sessions = [mail.session(ATTACKERS[n % 4], [], (name, f"guess{n}")) for n, name in enumerate(("info", "sales", "admin", "test", "office") * 4)]
    if any(told["login"] == mail.LOGGED_IN for told in mail.hand_in(sessions, port=mailing.SUBMISSION)):
        raise RuntimeError("a guessed password was right")
