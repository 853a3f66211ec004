"""What `make prove-mail-abuse` plays: a live host, one way in which its mail is abused, and what must be true of it afterwards."""
import dataclasses
import hashlib
import pathlib
import stat
import time

from scenarios import abuse

NEW_USUAL = 10  # usual mails handed in after the response
FIRST_SPAM = 60  # goes out before the relay takes no more


@dataclasses.dataclass(frozen=True)
class Scene:
    """`mta` is a role of the range, `way` what workflow and the responder call it."""
    mta: str
    way: str
    spam: int
    usual: int

    def __str__(self):
        return f"{'Postfix' if self.mta == 'mail' else 'Exim'}, {self.way}"

    @property
    def roles(self):
        return (self.mta, "gallery") if self.way == "abused_script" else (self.mta,)


def scenes(spam, usual):
    """Postfix in all three ways, Exim in the first two."""
    some = min(spam, 1000)
    return [Scene("mail", "abused_account", spam, usual), Scene("mail", "open_relay", some, usual), Scene("mail", "abused_script", some, usual),
            Scene("exim", "abused_account", spam, usual), Scene("exim", "open_relay", some, usual)]


class Play:
    """One scene on one host. `faults` says what is not as it has to be."""

    def __init__(self, scene, host, sink):
        self.scene, self.host, self.sink = scene, host, sink
        self.faults = []
        self.sunk_before = 0
        self.script = None
        self.usual = []
        self.delivered = self.spam_delivered = 0
        self.undone = False

    def hold(self, what, good):
        if not good:
            self.faults.append(f"{self.scene}: {what}")

    # ---- before

    def abuse(self):
        """Until spam and usual mail wait in the queue together: the first of it went out, then the relay takes nothing more from a host that sends so
        much."""
        self.begin_abuse()
        self.sink.close()
        self.fill_queue()

    def begin_abuse(self):
        """Until the first spam is gone."""
        if self.scene.way == "open_relay":
            abuse.open_relay(self.host)
            self.host.wait_until("the relay to open", lambda: abuse.relays(self.host))
        if self.scene.way == "abused_account":
            abuse.guess_password(self.host, words=abuse.WORDS[:2])
        first = min(FIRST_SPAM, self.scene.spam)
        self.hold("the first spam was not taken", self.send_spam(first) == first)
        self.host.drain(300)

    def fill_queue(self):
        """Where the relay takes nothing."""
        begun = time.monotonic()
        half = self.scene.usual // 2
        self.usual += abuse.usual_mail(self.host, half, f"{self.host.name}.early")
        self.hold("not all of the spam was taken", self.send_spam(self.scene.spam) == self.scene.spam)
        self.usual += abuse.usual_mail(self.host, self.scene.usual - half, f"{self.host.name}.late")
        self.hold("the queue has not all of it", self.host.queued() == self.scene.spam + self.scene.usual)
        self.sunk_before = len(self.sink.envelopes())
        print(f"  {self.scene}: {self.scene.spam} spam messages among {self.scene.usual} others in the queue after {time.monotonic() - begun:.0f} s", flush=True)

    def send_spam(self, messages):
        if self.scene.way == "open_relay":
            return abuse.through_relay(self.host, messages)
        if self.scene.way == "abused_account":
            return abuse.with_password(self.host, messages)
        self.script = self.script or abuse.upload_mailer(self.host)
        return abuse.with_script(self.host, messages)

    def still_abused(self):
        """Whether the way is open, as it is seen from outside."""
        if self.scene.way == "open_relay":
            return abuse.relays(self.host)
        if self.scene.way == "abused_account":
            return abuse.logs_in(self.host, abuse.ABUSED)
        before = self.host.queued()
        abuse.with_script(self.host, 3)
        return self.host.queued() != before

    # ---- afterwards

    def ended(self):
        """The way is closed, the spam is gone, all usual mail comes to the sink, and others work as before."""
        self.hold("the way is still open", not self.still_abused())
        self.hold("spam is in the queue", not self.spam_in_queue())
        self.sink.open()
        self.usual += abuse.usual_mail(self.host, NEW_USUAL, f"{self.host.name}.new")
        self.host.drain(300)
        got = self.sink.envelopes()[self.sunk_before:]
        self.spam_delivered = sum(map(abuse.is_spam, got))
        delivered = [one["message_id"] for one in got]
        self.delivered = sum(delivered.count(one) == 1 for one in self.usual)
        self.hold(f"{self.spam_delivered} spam messages were delivered", self.spam_delivered == 0)
        self.hold(f"{self.delivered} of {len(self.usual)} usual mails came once to the sink", self.delivered == len(self.usual))
        self.hold("mail does not come in", abuse.receives(self.host))
        for owner, source in abuse.OWNERS.items():
            self.hold(f"{owner} cannot log in", abuse.logs_in(self.host, owner, source))

    def spam_in_queue(self):
        told = self.host.run(*(["exim4", "-bp"] if self.host.is_exim() else ["postqueue", "-p"]), timeout_s=120)
        return sum(told.count(f"@{domain}") for domain in abuse.SPAM_DOMAINS)

    def configuration(self):
        return tree(self.host.root / "etc") | tree(self.host.root / "var/www") | tree(self.host.root / "var/lib/exim4")

    def same_configuration(self, what, before):
        now = self.configuration()
        changed = sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))
        self.hold(f"{what}: {len(changed)} files differ: {', '.join(changed[:6])}", not changed)


def tree(root):
    """{path: what makes it what it is} of all that lies below: kind, mode, owner and content."""
    return {str(path): look(path) for path in sorted(root.rglob("*"))} if root.exists() else {}


def look(path: pathlib.Path):
    found = path.lstat()
    content = path.readlink() if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    return stat.filemode(found.st_mode), found.st_uid, found.st_gid, str(content)
