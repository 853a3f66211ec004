"""R6 with the provider's directory of contracts over HTTPS: a certificate that a known authority made for its host is wanted."""
import json
import pathlib
import ssl
import subprocess
import tempfile
import unittest

import ports
import settings
from client import send
from directory import Directory
from stack import Stack
from stack_case import StackCase

TOKEN = "rk_directory_of_the_tests"
NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Authority:
    """Makes certificates in `place`."""

    def __init__(self, place, name):
        self.place, self.name = place, name
        self.openssl("req", "-x509", *NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "2", "-subj", f"/CN={name}")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.place, check=True, capture_output=True, timeout=60)

    @property
    def certificate(self):
        return self.place / f"{self.name}.pem"

    def server(self, host):
        """What a server called `host` shows."""
        made = f"{self.name}-{host}"
        (self.place / f"{made}.ext").write_text(f"subjectAltName=DNS:{host}\n")
        self.openssl("req", *NEW_KEY, "-keyout", f"{made}.key", "-out", f"{made}.csr", "-subj", f"/CN={host}")
        self.openssl("x509", "-req", "-in", f"{made}.csr", "-CA", f"{self.name}.pem", "-CAkey", f"{self.name}.key", "-CAcreateserial",
                     "-days", "2", "-extfile", f"{made}.ext", "-out", f"{made}.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.place / f"{made}.pem", self.place / f"{made}.key")
        return context


class ContractsOverTls(StackCase):
    spare = 3

    @classmethod
    def make_stack(cls):
        place = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        settings.write_secret(place / "token", TOKEN)
        settings.write_contracts(place, cls.spare)
        ours, other = Authority(place, "ours"), Authority(place, "other")
        cls.good, cls.bad = ours.server("localhost"), {"another host": ours.server("elsewhere.example"), "another authority": other.server("localhost")}
        cls.directory = Directory(ports.free_port(), json.loads((place / "contracts.json").read_text())["servers"], TOKEN, cls.good).open()
        cls.addClassCleanup(cls.directory.close)
        contracts = {"file": "", "url": f"https://localhost:{cls.directory.port}", "token_file": str(place / "token"),
                     "ca_file": str(ours.certificate), "wait_ms": 2_000}
        return Stack(spare=cls.spare, changes={name: {"contracts": contracts} for name in ("intake", "pricing")})

    def reopen(self, tls):
        self.directory.close()
        self.directory.tls = tls
        self.directory.open()

    def report(self, address):
        return self.stack.call("POST", "/v1/reports", "reporter", {
            "source": "third_party", "category": "intrusion", "server": {"address": address}, "summary": "It attacks us."})

    def test_R6_an_incident_is_quoted_with_a_directory_whose_certificate_is_good(self):
        case = self.new_case()
        self.assertGreater(case.run_until("quote")["total_yen"], 0)
        self.assertIn(case.server, [query["id"][0] for query in self.directory.calls if "id" in query])

    def test_one_with_a_certificate_for_another_host_or_of_another_authority_is_told_nothing(self):
        for number, (why, tls) in enumerate(self.bad.items()):
            with self.subTest(why):
                self.reopen(tls)
                asked = len(self.directory.calls)
                self.assert_problem(self.report(f"203.0.113.{number + 1}"), 503, "contracts-unavailable")
                self.assertEqual(len(self.directory.calls), asked, "no token leaves")
                waits = self.stack.wait_for("/readyz to say so", lambda: send(self.stack.url("intake"), "GET", "/readyz").json["waiting_for"])
                self.assertIn("SSL", waits[0]["why"])
                self.reopen(self.good)
                self.stack.wait_ready("intake")


if __name__ == "__main__":
    unittest.main()
