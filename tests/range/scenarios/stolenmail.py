"""A mail account in other hands: its owner sends from one place for days, then two dozen places send in its name."""

from scenarios import guessing, mailing, normal
from stage import mail
from stage.network import ATTACKERS, BOTS

LOG_FORMAT = "rfc3339"
ROLES = ("mail",)
DAYS = 2  # before the day of the play
ACCOUNT = "info"
EACH = 84  # messages of each bot
GONE_IN = 12  # one recipient in so many is not there


def play(host, network, facts) -> None:
    facts.notes.update(verdict_expected="mail_abuse", accused=[ACCOUNT], account=ACCOUNT, attacker_addresses=[ATTACKERS[0], ATTACKERS[2], *BOTS],
                       verdict={"intrusion": "none_found", "mail_abuse": "confirmed", "ways": ["abused_account"]}, entry_vector="stolen_mail_account")
    with mail.Sink(host.work) as sink:
        for days in range(DAYS, 0, -1):
            with host.days_ago(days):
                mailing.usual_day(host, facts)
                mailing.queue_is_empty(host)
        normal.round_of_work(host, facts, typos=1)
        guessing.spray(host, facts, [ATTACKERS[0]], guessing.NAMES[:4], rounds=1, width=4)
        mailing.usual_day(host, facts)
        _send(host, facts)
        mailing.queue_is_empty(host)
        mailing.usual_day(host, facts, sent=2)
        mailing.queue_is_empty(host)
        normal.round_of_work(host, facts)
    facts.notes["mail"] = {"sender": ACCOUNT, "recipients": sum(facts.notes["sent_by_address"].values()), "refused": sink.refused,
                           "delivered": sum(n for sender, n in sink.taken.items() if sender.endswith("@pay-service.example"))}


def _send(host, facts) -> None:
    login = (ACCOUNT, host.passwords[ACCOUNT])
    facts.step("sent", account=ACCOUNT)
    sessions = [mail.session(bot, [_spam(place * EACH + n) for n in range(EACH)], login) for place, bot in enumerate(BOTS)]
    for bot, told in zip(BOTS, mail.hand_in(sessions, port=mailing.SUBMISSION)):
        if told["login"] != mail.LOGGED_IN:
            raise RuntimeError("the stolen password did not open the door")
        facts.sent_by(bot, mail.taken([told]))


def _spam(n: int) -> dict:
    name = "gone" if n % GONE_IN == 0 else "user"
    return mail.message(f"billing{n % 30}@pay-service.example", f"{name}{n}@target{n % 60}.example", "Invoice overdue")
