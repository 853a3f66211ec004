"""What can be done wrong at the operators' desk and with notices; Provoker brings `post`, `get`, `new_case` and the cases."""
import base64
import json

import sealing

ZEROS = "0" * 64
# As many as an incident takes.
NOTES_MAX, FINDINGS_MAX, ATTACHMENTS_MAX = 1000, 100, 200
# Of a customer without servers: nothing is ever sent to it.
ENDPOINT = "spare-endpoint"


def unknown(prefix):
    return f"{prefix}_{'0' * 26}"


def contacts(run):
    """Settings of workflow with one endpoint in them; its files are written to `run`."""
    run.mkdir(parents=True, exist_ok=True)
    secrets = run / "webhook.secrets"
    secrets.write_text("whsec_" + base64.b64encode(bytes(range(32))).decode() + "\n")
    hook = {"id": ENDPOINT, "url": "https://hooks.customer.example/rescue", "secrets_file": str(secrets)}
    place = run / "contacts-of-examples.json"
    place.write_text(json.dumps({"customers": {"C-3001": {"language": "en", "webhooks": [hook]}}, "reporters": {}}))
    return {"notices": {"contacts_file": str(place)}}


class Desk:
    def desk(self):
        case = self.new_case()
        case.report()
        case.wait_prechecked()
        task = f"/v1/tasks/{self.get(f'/v1/tasks?state=open&incident_id={case.incident_id}').json['items'][0]['task_id']}"
        self.get(task)
        self.post(f"{task}/claims", {}, "other_operator")
        self.post(f"{task}/claims", {})
        self.post(f"{task}/releases", {"reason": "to be seen"})
        for to in ("nobody", "operator"):
            self.post(f"{task}/hand-overs", {"to": to, "reason": "to be seen"}, "other_operator")
        self.attachments(case)
        self.findings(case)
        for _ in range(NOTES_MAX + 1):
            case.operator("POST", "/notes", {"text": "Called the customer."})
        case.operator("GET", "/notes")
        self.undoing(case)
        self.at_desk = case

    def undoing(self, case):
        """Of an incident without a response; and a second plan while the first is held back."""
        key = self.get("/v1/sealing-key").json
        wish = {"reason": "to be seen", "access": sealing.seal(key, sealing.by_password("swordfish"))}
        case.operator("POST", "/undos", wish)
        case.operator("POST", "/job-pauses", {"reason": "to be seen"})
        for _ in range(2):
            case.operator("POST", "/response-plans", wish)
        case.operator("POST", "/job-resumptions", {"reason": "it was seen"})

    def bring(self, content):
        return self.post("/v1/evidence", {"content_base64": base64.b64encode(content.encode()).decode()}).json["sha256"]

    def attachments(self, case):
        attached = {"name": "netflow.csv", "description": "From the router."}
        first = self.bring("row 0")
        for sha256 in (ZEROS, "no hash", first, first, *(self.bring(f"row {number}") for number in range(1, ATTACHMENTS_MAX + 1))):
            case.operator("POST", "/attachments", attached | {"sha256": sha256})
        self.attached = first

    def findings(self, case):
        both = {"ja": "転送量が多い", "en": "The router saw 12 MB leave"}
        finding = {"title": both, "why": both, "severity": "high", "confidence": "medium", "attack_ids": ["T1071"]}
        for sha256 in (ZEROS, *[self.attached] * (FINDINGS_MAX + 1)):
            case.operator("POST", "/findings", finding | {"evidence": [{"sha256": sha256, "file": "netflow.csv"}]})

    def second_person(self, case):
        """What was begun is cancelled by two; the hearing, which is open, holds the work."""
        self.stack.wait_state(case.incident_id, "working")
        asked, _ = (case.operator("POST", "/decisions", {"decision": "cancel", "reason": "to be seen"}) for _ in range(2))
        self.post(f"/v1/tasks/{asked.json['task_id']}/completions", {"outcome": "granted", "note": "to be seen"})

    def merging(self):
        case, other = self.at_desk, self.done.incident_id
        case.operator("POST", "/merges", {"into": other, "reason": "to be seen"})
        case.operator("POST", "/unmerges", {"reason": "to be seen"})
        joined = f"/v1/incidents/{self.join(case)}"
        self.post(f"{joined}/merges", {"into": other, "reason": "to be seen"})
        for _ in range(2):
            self.post(f"/v1/incidents/{other}/reopenings", {"reason": "to be seen"})

    def notices(self):
        case = self.done
        shown = case.operator("GET", "/notices").json["items"]
        seen = next(notice for notice in shown if notice["state"] == "delivered")
        unseen = next(notice for notice in shown if notice["state"] == "shown")
        for notice_id in (unknown("ntc"), seen["notice_id"], unseen["notice_id"]):
            self.get(f"/v1/notices/{notice_id}")
            self.post(f"/v1/notices/{notice_id}/retries", {"reason": "to be seen"})
        for endpoint in ("none", ENDPOINT):
            self.post(f"/v1/notice-endpoints/{endpoint}/enablings", {"reason": "to be seen"})
        self.get("/v1/notice-endpoints")
