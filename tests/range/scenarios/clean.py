"""The untouched host: normal traffic only."""

from scenarios import normal

LOG_FORMAT = "rfc3339"


def play(host, network, facts) -> None:
    facts.notes.update(verdict_expected="clean", accused=[], attacker_addresses=[], entry_vector=None,
                       verdict={"intrusion": "none_found", "mail_abuse": "none_found", "ways": []})
    normal.round_of_work(host, facts)
    host.rotate_logs(everything=True)
    normal.round_of_work(host, facts, typos=1)
    host.rotate_logs(everything=False)
    host.wait_for("/var/log/cron.log", r"\(www-data\) CMD")
    normal.round_of_work(host, facts)
