"""Who receives notices in tests: an endpoint for webhooks and a mail server, both real and on loopback."""
import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import secrets
import ssl
import subprocess
import sys
import threading
import time

import ports

try:
    from aiosmtpd.controller import Controller
except ImportError:  # Debian's package, where another Python comes first in the PATH
    sys.path.append("/usr/lib/python3/dist-packages")
    from aiosmtpd.controller import Controller


def new_secret():
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def make_certificate(directory, name):
    """A self-signed one for localhost: (certificate, key)."""
    certificate, key = directory / f"{name}.pem", directory / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A peer that refuses our certificate, or is killed, is what a test wants."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Endpoint:
    """Keeps what is posted to it in `received`: (headers, body as bytes). `answer` is the status it answers; None: it hangs up.
    With a certificate it speaks TLS."""

    def __init__(self, answer=204, certificate=None):
        self.answer = answer
        self.received = []
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.received.append((dict(self.headers.items()), body))
                if endpoint.answer is None:
                    self.close_connection = True
                    return
                self.send_response(endpoint.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", ports.free_port()), Handler)
        self.base = "http://127.0.0.1"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.base = "https://localhost"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"{self.base}:{self.server.server_port}/hook"

    def bodies(self, kind=None):
        """What arrived, parsed, each id once."""
        bodies = {headers["webhook-id"]: json.loads(body) for headers, body in list(self.received)}
        return [body for body in bodies.values() if kind in (None, body["type"].removeprefix("notice."))]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def verify(secret, headers, body, tolerance_s=300):
    """As a recipient does it, after the Standard Webhooks specification; raises where the signature does not fit."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [part.removeprefix("v1,") for part in headers["webhook-signature"].split(" ")]
    if not any(hmac.compare_digest(expected, one) for one in given):
        raise AssertionError("the signature does not fit")
    if abs(time.time() - int(headers["webhook-timestamp"])) > tolerance_s:
        raise AssertionError("the timestamp is too old")


class MailServer:
    """aiosmtpd. Keeps what it takes in `received`: (recipients, email.message.EmailMessage). `reply` is said to each recipient
    instead of "250 OK", where it is set."""

    def __init__(self):
        self.received = []
        self.reply = None
        self.controller = Controller(self, hostname="127.0.0.1", port=ports.free_port())
        self.controller.start()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if self.reply:
            return self.reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.received.append((envelope.mail_from, list(envelope.rcpt_tos), message))
        return "250 2.0.0 queued as TEST"

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.controller.port}"

    @staticmethod
    def text_of(message):
        return "".join(part.get_content() for part in message.walk() if part.get_content_type() == "text/plain")

    def stop(self):
        self.controller.stop()
