"""A real Prometheus and a real Alertmanager on loopback, with the shipped settings and this stack's places in them."""
import http.server
import json
import threading
import urllib.parse

import chart_files
import ports
import settings
import yaml
from child import Child
from client import send
from waiting import wait_for


def write(path, value):
    """Whole or not at all: it is watched."""
    fresh = path.with_suffix(".new")
    fresh.write_text(value if isinstance(value, str) else yaml.safe_dump(value, sort_keys=False))
    fresh.rename(path)
    return path


def targets_of(stack):
    """What the shipped settings name, with the ports of `stack`."""
    shipped = chart_files.loaded(chart_files.CHARTS / "prometheus" / "prometheus.yml")
    named = [target["labels"] for job in shipped["scrape_configs"] if job["job_name"] == "rescue" for target in job["static_configs"]]
    assert [labels["service"] for labels in named] == list(settings.SERVICES), named
    return [{"targets": [f"127.0.0.1:{stack.ports[labels['service'] + '_metrics']}"], "labels": labels} for labels in named]


class Prometheus:
    """Reads each second. `rules` is a directory of rule files; `alertmanager` a port, or None. `aim` names the targets anew."""

    def __init__(self, place, rules, alertmanager=None):
        self.place = place
        self.port = ports.free_port()
        place.mkdir(parents=True)
        config = chart_files.loaded(chart_files.CHARTS / "prometheus" / "prometheus.yml")
        config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        config["rule_files"] = [f"{rules}/*.yml"]
        config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]} if alertmanager else {}
        for job in config["scrape_configs"]:
            del job["static_configs"]
            job["file_sd_configs"] = [{"files": [str(place / "targets.json")], "refresh_interval": "1s"}]
        self.child = Child("prometheus", [
            "prometheus", f"--config.file={write(place / 'prometheus.yml', config)}", f"--storage.tsdb.path={place / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}", "--rules.alert.resend-delay=1s", "--log.level=warn"], place / "prometheus.log")

    def aim(self, targets):
        write(self.place / "targets.json", json.dumps(targets))

    def start(self):
        self.child.start()
        self.child.wait_until("ready", lambda: send(self.url, "GET", "/-/ready").status == 200, 30)
        return self

    def stop(self):
        self.child.stop()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def get(self, path, **parameters):
        answer = send(self.url, "GET", f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}")
        if answer.status != 200:
            raise AssertionError(f"{parameters}: {answer.json['error'] if answer.json else answer}")
        return answer.json["data"]

    def query(self, expression):
        """[(labels, value)]; an expression that does not parse, or cannot be reckoned, is an AssertionError."""
        found = self.get("query", query=expression)
        return [(one["metric"], one["value"][1]) for one in found["result"]] if found["resultType"] == "vector" else [({}, found["result"][1])]

    def firing(self, name=None):
        return [alert for alert in self.get("alerts")["alerts"]
                if alert["state"] == "firing" and name in (None, alert["labels"]["alertname"])]


class Receiver:
    """Takes Alertmanager's webhooks: [(path, status, alert)]."""

    def __init__(self):
        self.taken = taken = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                taken.extend((self.path, alert["status"], alert["labels"]["alertname"]) for alert in body["alerts"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", ports.free_port()), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server.server_port

    def wait(self, path, status, name, timeout_s=30):
        return wait_for(f"{name} {status} at {path}", lambda: (path, status, name) in self.taken, timeout_s)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Alertmanager:
    """The shipped example; waits of a second, and what no longer comes is told as resolved."""

    def __init__(self, place, receiver):
        place.mkdir(parents=True)
        self.port = ports.free_port()
        config = chart_files.loaded(chart_files.CHARTS / "prometheus" / "alertmanager.yml")
        for route in [config["route"], *config["route"]["routes"]]:
            route |= {"group_wait": "1s", "group_interval": "1s"}
        for webhook in (webhook for one in config["receivers"] for webhook in one["webhook_configs"]):
            webhook |= {"url": f"http://127.0.0.1:{receiver.port}{urllib.parse.urlsplit(webhook['url']).path}", "send_resolved": True}
        self.child = Child("alertmanager", [
            "prometheus-alertmanager", f"--config.file={write(place / 'alertmanager.yml', config)}", f"--storage.path={place / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address=", "--log.level=warn"], place / "alertmanager.log")

    def start(self):
        self.child.start()
        self.child.wait_until("ready", lambda: send(f"http://127.0.0.1:{self.port}", "GET", "/-/ready").status == 200, 30)
        return self

    def stop(self):
        self.child.stop()
