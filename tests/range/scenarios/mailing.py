"""What happens on a mail server on any day: owners send and read, others write to them, some of it is forwarded."""

from stage import mail
from stage.host import wait_until
from stage.network import ATTACKERS, VISITORS

OWNERS = {"info": VISITORS[3], "sales": VISITORS[4], "orders": VISITORS[5]}
PARTNERS = (VISITORS[9],)
SUBMISSION = 587


def usual_day(host, facts, sent: int = 6) -> None:
    """`sent` mails of each owner from the address they always have, mail from outside, one of them forwarded, and a few
    strangers who ask for what they do not get."""
    for name, source in OWNERS.items():
        facts.legit(name, source)
        owner_sends(host, name, source, [f"customer{n}@shop{n % 3}.example" for n in range(sent)])
        if mail.look(source, name, host.passwords[name]) is None:
            raise RuntimeError(f"{name} could not read mail")
    facts.legit("", PARTNERS[0])
    inward = [mail.message(f"person{n}@partner.example", to) for n, to in
              enumerate(("info@example.jp", "sales@example.jp", "owner@example.jp", "owner@example.jp"))]
    _all_taken(mail.hand_in([mail.session(PARTNERS[0], inward)]))
    asked = mail.hand_in([mail.session(ATTACKERS[2], [mail.message("test@probe.example", "relay-test@elsewhere.example")])])
    facts.relayed(ATTACKERS[2], mail.taken(asked))


def owner_sends(host, name: str, source: str, recipients: list) -> None:
    messages = [mail.message(f"{name}@example.jp", to) for to in recipients]
    told = mail.hand_in([mail.session(source, messages, (name, host.passwords[name]))], port=SUBMISSION)
    if told[0]["login"] != mail.LOGGED_IN:
        raise RuntimeError(f"{name} could not log in")
    _all_taken(told)


def queue_is_empty(host, but: int = 0) -> None:
    """Waits until all but so many messages have left the queue."""
    wait_until("the mail queue to empty", lambda: len(host.run("postqueue", "-j").splitlines()) <= but, timeout_s=120)


def _all_taken(told: list) -> None:
    if any(code != mail.TAKEN for one in told for message in one["messages"] for code in message.values()):
        raise RuntimeError(f"mail that had to be taken was not: {told}")
