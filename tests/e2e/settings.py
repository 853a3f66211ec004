"""The files a stack needs: keys, contracts, disks, and each service's configuration (its shipped example, with this stack's
ports and places put in)."""
import functools
import hashlib
import json
import os
import pathlib
import secrets
import shutil
import subprocess

import postgres
import sealing

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = ("intake", "workflow", "pricing", "worker")
ROLES = ("web_form", "reporter", "internal", "operator")
# Key id and role of each caller; a second reporter, because reporters see their own reports only, and a second operator for two at one desk.
CALLERS = {"web_form": "web_form", "reporter": "reporter", "other_reporter": "reporter", "internal": "internal",
           "operator": "operator", "other_operator": "operator", "workflow": "internal"}
ANNEXES = ROOT / "libs" / "catalog" / "data" / "annexes"
CONTRACTS = ROOT / "libs" / "catalog" / "data" / "contracts.example.json"
SCENARIO_OF = {"srv-1001": "breakin", "srv-1002": "clean", "srv-1003": "noisy"}


def replica_names(name, count):
    """workflow, workflow-2, workflow-3: the children of a stack that are one service."""
    return [name] + [f"{name}-{number}" for number in range(2, count + 1)]


def write_json(path, value, mode=0o644):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    path.chmod(mode)
    return path


def write_keys(run):
    """Makes one token per caller where there is none yet; returns {caller: token}. Services get the hashes, tokens stay in run/tokens/<caller>."""
    (run / "tokens").mkdir(mode=0o700, exist_ok=True)
    tokens, entries = {}, []
    for caller, role in CALLERS.items():
        key_id = caller.replace("_", "-")
        path = run / "tokens" / caller
        token = path.read_text().strip() if path.exists() else f"rk_{key_id}_{secrets.token_hex(32)}"
        tokens[caller] = token
        entries.append({"id": key_id, "role": role, "name": f"{caller} of this stack", "disabled": False,
                        "sha256": hashlib.sha256(token.encode()).hexdigest()})
        path.write_text(token + "\n")
        path.chmod(0o600)
    write_json(run / "keys.json", {"keys": entries})
    return tokens


def write_contracts(run, spare):
    """The shipped contracts and `spare` more servers srv-2001…, each with a customer of its own."""
    contracts = json.loads(CONTRACTS.read_text())
    for number in range(1, spare + 1):
        contracts["servers"].append({
            "id": f"srv-{2000 + number}", "customer": f"C-{2000 + number}", "addresses": [f"198.51.100.{number}"],
            "hostname": f"spare{number:02}", "os": "debian-12", "contract": {"from": "2024-01-01", "to": None}})
    write_json(run / "contracts.json", contracts)


def write_annexes(run):
    """A copy of the shipped annexes that a test may change."""
    if not (run / "annexes").exists():
        shutil.copytree(ANNEXES, run / "annexes")


@functools.cache
def unpacked(scenario):
    """The recording `scenario` laid out under build/recordings, once per version of it. A directory ending in .partial is not complete."""
    corpus = ROOT / "tests" / "corpus"
    archive = (corpus / f"{scenario}.tar.zst").read_bytes()
    place = ROOT / "build" / "recordings" / f"{scenario}-{hashlib.sha256(archive).hexdigest()[:12]}"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_name(f"{place.name}.{os.getpid()}.partial")
        subprocess.run([corpus / "unpack", scenario, partial], check=True)
        try:
            partial.rename(place)
        except OSError:  # another stack was quicker
            shutil.rmtree(partial, ignore_errors=True)
    return place


def lay_out_disks(run, spare):
    """run/disks/<server>/ as hard links to the unpacked recordings (nothing writes to them), or copies where links
    cannot be made."""
    scenarios = SCENARIO_OF | {f"srv-{2000 + number}": "breakin" for number in range(1, spare + 1)}
    (run / "disks").mkdir(exist_ok=True)
    for server, scenario in scenarios.items():
        if not (run / "disks" / server).exists():
            copy_tree(unpacked(scenario), run / "disks" / server)


def copy_tree(source, target):
    shutil.copytree(source, target, symlinks=True, copy_function=link_or_copy)


def link_or_copy(source, target, **_):
    # A link can fail within one file system too: between two mounts of it.
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def merged(base, change):
    if not isinstance(base, dict) or not isinstance(change, dict):
        return change
    return base | {key: merged(base.get(key), value) for key, value in change.items()}


def database_url(run, name, database):
    return postgres.url(run, f"rescue_{name}") if database == "postgresql" else f"sqlite://{run}/data/{name}/{name}.sqlite"


def common_settings(run, name, replica, ports, database):
    return {
        "http": {"address": "127.0.0.1", "port": ports[replica]},
        "metrics": {"port": ports[f"{replica}_metrics"]},
        "database": {"url": database_url(run, name, database)},
        "redis": {"host": "127.0.0.1", "port": ports["redis"], "user": name, "password_file": str(run / "tokens" / f"redis-{name}"),
                  "secret_file": str(run / "tokens" / "redis.secret")},
        "keys": {"file": str(run / "keys.json")},
        "log": {"level": "info"},
    }


def own_settings(run, name, replica, ports, programs):
    if name == "intake":
        return {"http": {"slow_port": ports[f"{replica}_slow"]},
                "contracts": {"file": str(run / "contracts.json")}, "annexes": {"directory": str(run / "annexes")},
                "sealing": {"public_keys": str(sealing.files(run)[1])}}
    if name == "workflow":
        # With several workers by way of the front door, which knows who is alive.
        port = ports["front"] if "worker-2" in ports else ports["worker"]
        # Tests, demo and `make up` work around the clock: nobody wants to wait for Monday.
        return {"business": {"hours": "every-day 00:00-24:00"}, "annexes": {"directory": str(run / "annexes")},
                "sealing": {"public_keys": str(sealing.files(run)[1])},
                "contracts": {"file": str(run / "contracts.json")},
                "worker": {"url": f"http://127.0.0.1:{port}", "token_file": str(run / "tokens" / "workflow")}}
    if name == "pricing":
        return {"annexes": {"directory": str(run / "annexes")}, "contracts": {"file": str(run / "contracts.json")},
                "business": {"hours": "every-day 00:00-24:00"}}
    return {"probe": {"path": str(programs / "rescue-probe")}, "responder": {"path": str(programs / "rescue-responder")}, "disks": {"dir": str(run / "disks")},
            "evidence": {"dir": str(run / "data" / "worker" / "evidence")}, "sealing": {"keyring": str(sealing.files(run)[0])}}


def write_service(run, name, replica, ports, programs, database="sqlite", changes=None):
    """run/<replica>.json; `changes` is merged over it. Returns its path."""
    (run / "data" / name).mkdir(parents=True, exist_ok=True)
    example = json.loads((ROOT / "services" / name / f"{name}.example.json").read_text())
    settings = merged(example, common_settings(run, name, replica, ports, database))
    settings = merged(settings, own_settings(run, name, replica, ports, programs))
    if replica != name:
        settings["replica"] = replica.removeprefix(f"{name}-")
    elif database == "postgresql":
        settings["replica"] = "1"
    return write_json(run / f"{replica}.json", merged(settings, changes or {}))


def filled(template, values):
    """A shipped template with `${RESCUE_<NAME>}` replaced."""
    text = (ROOT / "docker" / template).read_text()
    for name, value in values.items():
        text = text.replace("${RESCUE_" + name + "}", str(value))
    return text


def write_secret(path, text):
    """Written once; returns what stands there."""
    if not path.exists():
        path.write_text(text + "\n")
        path.chmod(0o600)
    return path.read_text().strip()


def write_front_door(run, ports, replicas):
    """The shipped nginx configuration with this stack's places in it; `replicas` names the children of each service."""
    def servers(name, suffix=""):
        return " ".join(f"server 127.0.0.1:{ports[replica + suffix]} max_fails=0;" for replica in replicas[name])
    values = {name.upper(): servers(name) for name in SERVICES} | {"INTAKE_SLOW": servers("intake", "_slow")}
    values |= {"FRONT_LISTEN": f"127.0.0.1:{ports['front']}", "FRONT_DIR": str(run / "nginx")}
    (run / "nginx").mkdir(exist_ok=True)
    path = run / "nginx" / "nginx.conf"
    path.write_text(filled("nginx/rescue.conf.template", values))
    return path


def write_redis(run, ports):
    """The shipped Redis with a user per service, and one without a password for the tests. Returns the path of its configuration."""
    (run / "data" / "redis").mkdir(parents=True, exist_ok=True)
    write_secret(run / "tokens" / "redis.secret", secrets.token_hex(32))
    passwords = {f"PASSWORD_{name.upper()}": write_secret(run / "tokens" / f"redis-{name}", secrets.token_hex(16))
                 for name in SERVICES}
    users = run / "redis-users.acl"
    users.write_text(filled("redis/users.acl.template", passwords).replace("user default off", "user default on nopass ~* &* +@all"))
    users.chmod(0o600)
    path = run / "redis.conf"
    path.write_text(filled("redis/redis.conf.template", {
        "REDIS_ADDRESS": "127.0.0.1", "REDIS_PORT": ports["redis"], "REDIS_DIR": run / "data" / "redis", "REDIS_ACL": users}))
    return path
