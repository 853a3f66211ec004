"""Reads an investigation's document (api/schemas/investigation.schema.json), and holds it against a recording's truth."""
import datetime
import json

from settings import ROOT

SEVERITIES = ("critical", "high", "medium", "low", "info")


def truth_of(scenario):
    return json.loads((ROOT / "tests" / "corpus" / f"{scenario}.truth.json").read_text())


def parsed_time(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def finding(document, *needles):
    """The first, gravest finding whose text holds every one of `needles`, or None."""
    ranked = sorted(document["findings"], key=lambda each: SEVERITIES.index(each["severity"]))
    return next((each for each in ranked if all(needle in json.dumps(each, ensure_ascii=False) for needle in needles)), None)


def entry(document):
    """The gravest entry vector, or None."""
    return next(iter(document["entry_vectors"]), None)


def misses(document, truth):
    """What the verdict on a broken-into server does not name, in words; empty when it names all."""
    faults = []
    if document["verdict"]["intrusion"]["state"] != "confirmed":
        faults.append(f"verdict is {document['verdict']['intrusion']['state']}, not confirmed")
    way_in = entry(document)
    if not way_in:
        return faults + ["no entry vector"]
    if way_in["account"] != truth["account"]:
        faults.append(f"account {way_in['account']!r}, not {truth['account']!r}")
    if way_in["address"] != truth["attacker_address"]:
        faults.append(f"address {way_in['address']!r}, not {truth['attacker_address']!r}")
    apart = abs((parsed_time(way_in["at"]) - parsed_time(truth["login_at"])).total_seconds())
    if apart > truth["clock_tolerance_s"]:
        faults.append(f"time {way_in['at']} is {apart:.0f} s from {truth['login_at']}")
    for what, path, mark in (("key", truth["key"]["path"], truth["key"]["fingerprint"]),
                             ("cron entry", truth["cron"]["path"], truth["cron"]["line"].split("http")[1].split()[0]),
                             ("web shell", truth["web_shell"]["path"], truth["web_shell"]["path"])):
        found = finding(document, path, mark)
        if not found or found["severity"] not in ("critical", "high"):
            faults.append(f"{what} at {path} is not named")
        elif found["id"] not in way_in["chain"]:
            faults.append(f"{what} ({found['id']}) is not linked to the way in")
    # What the intruder did by sudo was done as root: naming root then is right.
    rightly = set(truth["accused"]) | ({"root"} if "sudo" in truth else set())
    accused = set(document["impact"]["accounts"]) - rightly
    if accused:
        faults.append(f"accounts accused without reason: {', '.join(sorted(accused))}")
    return faults


def false_accusations(document, truth):
    """What the document says against a server that nobody entered, in words; empty when it says nothing."""
    faults = []
    state = document["verdict"]["intrusion"]["state"]
    if state != "none_found":
        faults.append(f"verdict is {state}, not none_found: {document['verdict']['intrusion']['why']}")
    if document["entry_vectors"]:
        faults.append(f"an entry vector: {document['entry_vectors'][0]['title']}")
    graves = [each for each in document["findings"] if each["severity"] in ("critical", "high")]
    faults += [f"{each['id']} {each['severity']}: {each['title']}" for each in graves]
    accused = [name for name in truth["legit_accounts"] if name in document["impact"]["accounts"]]
    faults += [f"the account {name} is accused" for name in accused]
    faults += [f"the address {address} is accused" for address in document["impact"]["addresses"]
               if address in truth["legit_addresses"]]
    if truth["verdict_expected"] == "clean":
        faults += [f"{each['id']} {each['severity']}: {each['title']}" for each in document["findings"]
                   if each["severity"] in ("medium", "low")]
    return faults
