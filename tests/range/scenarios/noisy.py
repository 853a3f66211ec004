"""Guessed at by many, scanned, never entered."""

from scenarios import guessing, normal
from stage import web
from stage.network import ATTACKERS

LOG_FORMAT = "traditional"
SCANNER = "Mozilla/5.0 zgrab/0.x"
PROBED = ("/.env", "/.git/config", "/wp-login.php", "/wp-admin/setup-config.php", "/phpmyadmin/index.php", "/xmlrpc.php",
          "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "/cgi-bin/luci", "/boaform/admin/formLogin", "/shell.php",
          "/uploads/shell.php", "/uploads/avatars/c99.php", "/wp-content/uploads/wso.php", "/admin/.git/HEAD", "/owa/",
          "/actuator/health", "/solr/admin/info/system", "/server-status", "/backup.zip", "/config.php.bak")


def play(host, network, facts) -> None:
    facts.notes.update(verdict_expected="attacked_not_entered", accused=[], attacker_addresses=ATTACKERS, entry_vector=None,
                       verdict={"intrusion": "none_found", "mail_abuse": "none_found", "ways": []})
    normal.round_of_work(host, facts)
    guessing.spray(host, facts, ATTACKERS, guessing.NAMES, rounds=6, width=24)
    host.rotate_logs(everything=True)
    scan(ATTACKERS[1])
    normal.round_of_work(host, facts, typos=2)
    guessing.spray(host, facts, ATTACKERS[:4], guessing.NAMES, rounds=6, width=24)
    # One at a time: three equal lines in a row become one and "message repeated 2 times".
    guessing.spray(host, facts, ATTACKERS[:1], ("root", "ops", "webadmin", "deploy"), rounds=2, width=1)
    host.rotate_logs(everything=False)
    guessing.spray(host, facts, ATTACKERS[2:], guessing.NAMES, rounds=4, width=24)
    scan(ATTACKERS[4])
    host.wait_for("/var/log/cron.log", r"\(www-data\) CMD")
    normal.round_of_work(host, facts, typos=1)


def scan(source: str) -> None:
    for path in PROBED:
        web.request(source, path, agent=SCANNER)
        if path.endswith(".php"):
            web.request(source, path, form="cmd=id", agent=SCANNER)
    # Answers 200 and is as empty as it says: a POST into uploads/ alone proves nothing.
    web.request(source, "/uploads/index.php", form="cmd=id", agent=SCANNER)
