"""An open relay: somebody let every network in, and a stranger sends through it."""

from scenarios import mailing, normal
from stage import mail
from stage.network import ATTACKERS

LOG_FORMAT = "rfc3339"
ROLES = ("mail",)
DAYS = 2  # before the day of the play
STRANGERS = (ATTACKERS[1], ATTACKERS[3])
MESSAGES, RECIPIENTS = 240, 3


def play(host, network, facts) -> None:
    facts.notes.update(verdict_expected="mail_abuse", accused=[], attacker_addresses=[*STRANGERS, ATTACKERS[2]],
                       verdict={"intrusion": "none_found", "mail_abuse": "confirmed", "ways": ["open_relay"]}, entry_vector="open_relay")
    # An administrator's own work of three days ago: "the new office cannot send".
    host.run("postconf", "-e", "mynetworks = 127.0.0.0/8 0.0.0.0/0")
    host.run("touch", "-d", "3 days ago", "/etc/postfix/main.cf")
    host.run("postfix", "reload")
    facts.notes["setting"] = {"path": "/etc/postfix/main.cf", "line": "mynetworks = 127.0.0.0/8 0.0.0.0/0"}
    facts.stood("opened", "/etc/postfix/main.cf")
    with mail.Sink(host.work) as sink:
        for days in range(DAYS, 0, -1):
            with host.days_ago(days):
                mailing.usual_day(host, facts)
                mailing.queue_is_empty(host)
        normal.round_of_work(host, facts, typos=1)
        mailing.usual_day(host, facts)
        _relay(facts)
        mailing.queue_is_empty(host)
        normal.round_of_work(host, facts)
    facts.notes["mail"] = {"recipients": sum(facts.notes["relayed_by_address"].values()),
                           "delivered": sum(n for sender, n in sink.taken.items() if sender.endswith(("@bank-notice.example", "@probe.example")))}


def _relay(facts) -> None:
    mails = [mail.message(f"security{n % 4}@bank-notice.example", [f"user{n}.{k}@target{(n + k) % 40}.example" for k in range(RECIPIENTS)],
                          "Your account") for n in range(MESSAGES)]
    for address, part in ((STRANGERS[0], mails[:MESSAGES * 2 // 3]), (STRANGERS[1], mails[MESSAGES * 2 // 3:])):
        told = mail.hand_in([mail.session(address, part[n:n + 40]) for n in range(0, len(part), 40)])
        facts.relayed(address, mail.taken(told))
