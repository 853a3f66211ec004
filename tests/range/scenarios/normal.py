"""What happens on the host on any day: operators, a release robot, the web site's readers."""

from stage import ssh, web
from stage.network import VISITORS

OPS, WEBADMIN, RELEASES, READERS = VISITORS[0], VISITORS[1], VISITORS[2], VISITORS[3:9]


def round_of_work(host, facts, typos: int = 0) -> None:
    """Log-ins by key and by password (with `typos` wrong ones first), then some page views."""
    _ops(host, facts)
    _webadmin(host, facts, typos)
    _release(host, facts)
    _readers(facts)


def _ops(host, facts) -> None:
    facts.legit("ops", OPS)
    _must(ssh.with_key(OPS, "ops", host.keys["ops"], stdin="uptime\ndf -h /\ntail -n 3 /var/log/syslog\nexit\n", terminal=True))


def _webadmin(host, facts, typos: int) -> None:
    facts.legit("webadmin", WEBADMIN)
    right = host.passwords["webadmin"]
    tries = [right[:-1] + letter for letter in "!?"[:typos]]
    facts.notes["typos"] += [{"account": "webadmin", "address": WEBADMIN} for _ in tries]
    commands = "ls -l /var/www/html\nexit\n"
    done = ssh.with_passwords(host.work, WEBADMIN, "webadmin", [*tries, right], stdin=commands, terminal=True)
    _must(done)
    if done.refused != typos:
        raise RuntimeError(f"{typos} typos were meant, {done.refused} passwords were refused")
    _must(ssh.with_passwords(host.work, WEBADMIN, "webadmin", [right], stdin=right + "\n",
                             command="sudo -S -p '' /usr/sbin/apache2ctl configtest"))


def _release(host, facts) -> None:
    facts.legit("deploy", RELEASES)
    _must(ssh.with_key(RELEASES, "deploy", host.keys["deploy"], command="mkdir -p releases && date > releases/last"))


def _readers(facts) -> None:
    pages = ("/", "/assets/style.css", "/article.php?id=1", "/article.php?id=2", "/article.php?id=3", "/uploads/avatars/owner.png")
    for n, source in enumerate(READERS):
        facts.legit("", source)
        for path in pages[:3 + n % 4]:
            web.request(source, path, agent=web.BROWSERS[n % 3], referer="" if path == "/" else "http://web01.example.jp/")
    web.request(READERS[0], "/contact.php", form="name=reader&message=Are+you+open+on+Monday")
    web.request(READERS[1], "/favicon.ico")
    web.request(WEBADMIN, "/admin/login.php")


def _must(outcome) -> None:
    if not outcome.opened:
        raise RuntimeError(f"a log-in that had to work did not: {outcome}")
