"""An authentication log of one month over New Year, as sshd, PAM, cron, sudo and logind write it: guessing from thousands of addresses, owners
who come and go, and one account whose password is found."""
import datetime

from cast import Cast, endless, numbers, stamps

BEGUN = datetime.datetime(2025, 12, 18, tzinfo=datetime.timezone.utc)
LINES_A_SECOND = 1.9
ACCOUNT, ADDRESS = "deploy", "203.0.113.77"
BROKEN_IN = datetime.datetime(2026, 1, 6, 3, 41, 17, tzinfo=datetime.timezone.utc)
GUESSES, GUESS_EVERY_S = 412, 6
TRUTH = {"account": ACCOUNT, "address": ADDRESS, "at": BROKEN_IN.strftime("%Y-%m-%dT%H:%M:%S"), "technique": "T1110.001", "says": ["let in"],
         "title": f"{ACCOUNT} logged in with a password from {ADDRESS}"}

WORDS = ("admin test user oracle postgres ubuntu git ftp mysql nagios jenkins hadoop guest www minecraft steam pi support dev tomcat "
         "backup student ansible docker elastic web zabbix vagrant odoo teamspeak sysadmin centos developer ftpuser nginx").split()
OWNERS = {"m.tanaka": "192.0.2.14", "h.suzuki": "192.0.2.81", "k.mori": "198.51.100.7", "backup-pull": "198.51.100.200"}
JOBS = ("/usr/lib/php/sessionclean", "test -x /usr/sbin/anacron || run-parts --report /etc/cron.hourly", "/usr/local/bin/rotate-reports")


class Writer:
    """Makes the lines of one minute at a time, in the order of the seconds."""

    def __init__(self):
        cast = Cast("auth")
        self.random = cast.random
        self.names = endless(cast, WORDS + [f"{word}{n}" for word in WORDS for n in range(1, 60)])
        self.guessers = endless(cast, cast.addresses(30_000))
        self.ports, self.pids = numbers(cast, 1025, 65535), numbers(cast, 700, 4_100_000)
        self.seconds = numbers(cast, 0, 60)
        self.kinds = endless(cast, [self.guess_unknown, self.guess_root, self.scan, self.lost, self.guess_unknown], steep=False)
        self.lines = []

    def say(self, second, program, pid, text):
        self.lines.append((second, f" web01 {program}[{pid}]: {text}\n"))

    def guess_unknown(self, s):
        name, address, port, pid = next(self.names), next(self.guessers), next(self.ports), next(self.pids)
        self.say(s, "sshd", pid, f"Invalid user {name} from {address} port {port}")
        self.say(s, "sshd", pid, "pam_unix(sshd:auth): check pass; user unknown")
        self.say(s, "sshd", pid, f"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={address} ")
        self.say(s + 2, "sshd", pid, f"Failed password for invalid user {name} from {address} port {port} ssh2")
        self.say(s + 3, "sshd", pid, f"Received disconnect from {address} port {port}:11: Bye Bye [preauth]")
        self.say(s + 3, "sshd", pid, f"Disconnected from invalid user {name} {address} port {port} [preauth]")

    def guess_root(self, s, name="root", address=None):
        address, port, pid = address or next(self.guessers), next(self.ports), next(self.pids)
        self.say(s, "sshd", pid, f"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={address}  user={name}")
        self.say(s + 1, "sshd", pid, f"Failed password for {name} from {address} port {port} ssh2")
        if pid % 7 == 0:
            self.say(s + 8, "sshd", pid, f"message repeated 2 times: [ Failed password for {name} from {address} port {port} ssh2]")
            self.say(s + 9, "sshd", pid, f"error: maximum authentication attempts exceeded for {name} from {address} port {port} ssh2 [preauth]")
        self.say(s + 9, "sshd", pid, f"Connection closed by authenticating user {name} {address} port {port} [preauth]")

    def scan(self, s):
        address, port, pid = next(self.guessers), next(self.ports), next(self.pids)
        self.say(s, "sshd", pid, "error: kex_exchange_identification: Connection closed by remote host")
        self.say(s, "sshd", pid, f"Connection closed by {address} port {port}")

    def lost(self, s):
        address, port, pid = next(self.guessers), next(self.ports), next(self.pids)
        self.say(s, "sshd", pid, f"Unable to negotiate with {address} port {port}: no matching key exchange method found. Their offer: "
                                 "diffie-hellman-group14-sha1,diffie-hellman-group1-sha1 [preauth]")

    def session(self, s, name, address, method, stay):
        port, pid, number = next(self.ports), next(self.pids), next(self.pids) % 10_000
        key = " SHA256:Zs1k9rV0mTq7pYc3nX5uWb8eHf2gJd4aLi6oKt0yRsE" if method == "publickey" else ""
        self.say(s, "sshd", pid, f"Accepted {method} for {name} from {address} port {port} ssh2" + (f": ED25519{key}" if key else ""))
        self.say(s, "sshd", pid, f"pam_unix(sshd:session): session opened for user {name}(uid=1001) by (uid=0)")
        self.say(s, "systemd-logind", 611, f"New session {number} of user {name}.")
        self.say(s + stay, "sshd", pid, f"pam_unix(sshd:session): session closed for user {name}")
        self.say(s + stay, "systemd-logind", 611, f"Session {number} logged out. Waiting for processes to exit.")

    def cron(self, s):
        pid = next(self.pids)
        self.say(s, "CRON", pid, "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")
        self.say(s + 1, "CRON", pid, "pam_unix(cron:session): session closed for user root")

    def sudo(self, s, name, command):
        self.lines.append((s, f" web01 sudo: {name:>8} : TTY=pts/0 ; PWD=/home/{name} ; USER=root ; COMMAND={command}\n"))
        self.lines.append((s, f" web01 sudo: pam_unix(sudo:session): session opened for user root(uid=0) by {name}(uid=1001)\n"))
        self.lines.append((s + 1, " web01 sudo: pam_unix(sudo:session): session closed for user root\n"))

    def owners(self, minute):
        for place, (name, address) in enumerate(OWNERS.items()):
            if (minute + 37 * place) % 480 == 0:
                self.session(5 + place, name, address, "publickey" if place % 2 else "password", 2400)
            elif (minute + 37 * place) % 480 == 3 and place < 3:
                self.sudo(11, name, "/usr/bin/apt-get upgrade")
            elif (minute + 37 * place) % 4801 == 7 and place == 0:
                self.guess_root(20, name, address)  # mistyped

    def intruder(self, from_s):
        """Guesses, is let in at BROKEN_IN, becomes root."""
        entry = int((BROKEN_IN - BEGUN).total_seconds()) - from_s
        for second in range(entry - GUESSES * GUESS_EVERY_S, entry - 1, GUESS_EVERY_S):
            if 0 <= second < 60:
                self.guess_root(second, ACCOUNT, ADDRESS)
        if 0 <= entry < 60:
            self.session(entry, ACCOUNT, ADDRESS, "password", 1900)
            self.sudo(entry + 40, ACCOUNT, "/usr/bin/bash")

    def minute(self, number):
        """The lines of this minute with those left over from before, as (second from BEGUN, text)."""
        from_s = 60 * number
        made = self.lines
        self.lines = []
        while len(self.lines) < 60 * LINES_A_SECOND:
            next(self.kinds)(next(self.seconds))
        if number % 5 == 0:
            self.cron(1)
        self.owners(number)
        self.intruder(from_s)
        now = made + [(from_s + second, text) for second, text in self.lines]
        now.sort(key=lambda line: line[0])
        cut = next((i for i, (second, _) in enumerate(now) if second >= from_s + 60), len(now))
        self.lines = now[cut:]
        return now[:cut]


def pieces():
    """The log, a minute at a time, without an end: bytes and the moment it ends (UTC seconds)."""
    writer, times = Writer(), stamps(BEGUN, lambda at: f"{at:%b} {at.day:2d} ", "")
    number = 0
    while True:
        second_stamps = [next(times) for _ in range(60)]
        text = "".join(second_stamps[second - 60 * number] + text for second, text in writer.minute(number))
        number += 1
        yield text.encode(), BEGUN.timestamp() + 60 * number
