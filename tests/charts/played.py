"""An exporter that plays a service in states that cannot be brought about in seconds: the same metrics and labels, another `service`."""
import http.server
import threading
import time

import ports

# alert: ({series: value when all is well}, {series: value in trouble}). A value "+n" grows by n each second.
STATES = {
    "SeriesMissing": ({"rescue_outbox_oldest_seconds": 0}, {"rescue_outbox_oldest_seconds": None}),
    "MetricsUnread": ({"rescue_metrics_refresh_failures_total": 0}, {"rescue_metrics_refresh_failures_total": "+1"}),
    "TimerFailing": ({'rescue_timer_failures_total{timer="jobs"}': 0}, {'rescue_timer_failures_total{timer="jobs"}': "+1"}),
    "ConnectionsRefused": ({"rescue_http_connections_refused_total": 0}, {"rescue_http_connections_refused_total": "+3"}),
    "MessageQueueOld": ({"rescue_queue_oldest_seconds": 0}, {"rescue_queue_oldest_seconds": 90}),
    "MessageQueueDeep": ({"rescue_queue_depth": 100}, {"rescue_queue_depth": 6000}),
    "MessagesParked": ({"rescue_inbox_parked": 0}, {"rescue_inbox_parked": 2}),
    "DeadLetters": ({"rescue_dead_letters_waiting": 0}, {"rescue_dead_letters_waiting": 1}),
    "TasksUnclaimed": ({"rescue_task_oldest_unclaimed_seconds": 60}, {"rescue_task_oldest_unclaimed_seconds": 90_000}),
    "SlaBudgetBurnsFast": ({'rescue_sla_total{clock="report",outcome="missed"}': 0, 'rescue_sla_total{clock="report",outcome="met"}': "+50"},
                           {'rescue_sla_total{clock="report",outcome="missed"}': "+100"}),
    "SlaBudgetBurnsSlowly": ({'rescue_sla_total{clock="start",outcome="missed"}': 0, 'rescue_sla_total{clock="start",outcome="met"}': "+50"},
                             {'rescue_sla_total{clock="start",outcome="missed"}': "+20"}),
    "SlaPastDue": ({'rescue_sla_breached{clock="played"}': 0}, {'rescue_sla_breached{clock="played"}': 1}),
    "SlaDueSoon": ({'rescue_sla_next_due_timestamp_seconds{clock="played"}': 0},
                   {'rescue_sla_next_due_timestamp_seconds{clock="played"}': "in 600 s"}),
    "NoticesUndeliverable": ({'rescue_notices{state="undeliverable"}': 0}, {'rescue_notices{state="undeliverable"}': 1}),
    "NoticesLate": ({"rescue_notice_oldest_undelivered_seconds": 0}, {"rescue_notice_oldest_undelivered_seconds": 20_000}),
    "NoticeEndpointDisabled": ({"rescue_notice_endpoints_disabled": 0}, {"rescue_notice_endpoints_disabled": 1}),
    "AnnexBroken": ({'rescue_annex_broken{annex="played"}': 0}, {'rescue_annex_broken{annex="played"}': 1}),
    "HolidaysMissing": ({"rescue_holidays_missing": 0}, {"rescue_holidays_missing": 1}),
}
# What every service shows, so that only what is taken away is missing.
ALWAYS = {'rescue_ready{check="database"}': 1}


class Exporter:
    """`trouble(names)` brings about the states of these alerts, `calm()` ends all. One round of scrapes a second."""

    def __init__(self):
        self.lock = threading.Lock()
        self.grown = {}
        self.seen = time.monotonic()
        self.wanted = {}
        self.calm()
        exporter = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = exporter.text().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", ports.free_port()), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def target(self):
        return {"targets": [f"127.0.0.1:{self.server.server_port}"], "labels": {"service": "played"}}

    def calm(self):
        self.trouble(())

    def trouble(self, names):
        wanted = dict(ALWAYS)
        for well, _ in STATES.values():
            wanted |= well
        for name in names:
            wanted |= STATES[name][1]
        with self.lock:
            self.wanted = wanted

    def text(self):
        with self.lock:
            now = time.monotonic()
            passed_s, self.seen = now - self.seen, now
            lines = [f"{series} {self.value(series, value, passed_s):.0f}" for series, value in self.wanted.items() if value is not None]
        return "\n".join(lines) + "\n"

    def value(self, series, value, passed_s):
        """A counter keeps what it has."""
        if isinstance(value, str) and value.startswith("in "):
            return time.time() + float(value.split()[1])
        if "_total" not in series:
            return value
        by = float(value) if isinstance(value, str) else 0
        self.grown[series] = self.grown.get(series, 0) + by * passed_s
        return self.grown[series]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
