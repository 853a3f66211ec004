"""Looks into a mailbox. stdin: {"host", "source", "name", "password"}. stdout: the number of messages, or null where the password was refused."""
import imaplib
import json
import sys


def main():
    plan = json.load(sys.stdin)

    class Imap(imaplib.IMAP4):
        def _create_socket(self, timeout):
            import socket
            return socket.create_connection((self.host, self.port), timeout, source_address=(plan["source"], 0))

    imap = Imap(plan["host"], timeout=60)
    try:
        imap.login(plan["name"], plan["password"])
        told = int(imap.select("INBOX", readonly=True)[1][0])
    except imaplib.IMAP4.error:
        told = None
    imap.logout()
    json.dump(told, sys.stdout)


main()
