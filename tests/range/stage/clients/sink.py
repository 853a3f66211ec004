"""A mail server that takes what it is given, keeps only counts and envelopes, and writes the counts to the file it is told when it is ended.
usage: sink.py ADDRESS FILE ENVELOPES CLOSED. ENVELOPES gets a line of JSON for each message; while there is a file CLOSED, it
talks to nobody. Recipients that begin with "gone" are refused for good, those at "stuck.example" for now."""
import asyncio
import collections
import json
import pathlib
import signal
import sys


NAMED = ("subject", "message-id")  # headers that are kept
KEPT_MAX = 200  # bytes of each


class Sink:
    def __init__(self, envelopes, closed):
        self.envelopes, self.closed = envelopes, closed
        self.taken, self.refused = collections.Counter(), collections.Counter()

    async def talk(self, reader, writer):
        try:
            await self.hear(reader, writer)
        except asyncio.CancelledError:
            pass  # Postfix keeps connections; the end of the play is the end of them.
        finally:
            writer.close()

    async def hear(self, reader, writer):
        def say(line):
            writer.write(line.encode() + b"\r\n")

        if self.closed.exists():
            return say("421 4.7.0 Too much mail from you, come back later")
        say("220 relay.provider.example ESMTP")
        sender, recipients = "", []
        while line := (await reader.readline()).decode(errors="replace").strip():
            verb, rest = line[:4].upper(), line.partition(":")[2].partition("<")[2].partition(">")[0]
            if verb == "EHLO":
                say("250-relay.provider.example\r\n250-PIPELINING\r\n250 8BITMIME")
            elif verb == "MAIL":
                if self.closed.exists():  # over a connection that was kept from before
                    return say("421 4.7.0 Too much mail from you, come back later")
                sender, recipients = rest, []
                say("250 2.1.0 Ok")
            elif verb == "RCPT":
                say(self.answer(rest, recipients))
            elif verb == "DATA":
                if not recipients:
                    say("554 5.5.1 No valid recipients")
                    continue
                say("354 Go on")
                headers = await self.read_headers(reader)
                self.taken[sender] += len(recipients)
                kept = {"from": sender, "to": recipients, "subject": headers.get("subject"), "message_id": headers.get("message-id")}
                self.envelopes.write(json.dumps(kept) + "\n")
                say("250 2.0.0 Ok: kept")
            elif verb == "QUIT":
                say("221 2.0.0 Bye")
                return
            else:
                say("250 2.0.0 Ok")

    async def read_headers(self, reader):
        """Reads a message to its end."""
        headers, inside = {}, True
        while (line := (await reader.readline()).rstrip(b"\r\n")) != b".":
            inside = inside and line != b""
            name, _, value = line.decode(errors="replace").partition(":")
            if inside and name.lower() in NAMED:
                headers.setdefault(name.lower(), value.strip()[:KEPT_MAX])
        return headers

    def answer(self, recipient, recipients):
        if recipient.endswith("@stuck.example"):
            return "451 4.3.2 Not now"
        if recipient.startswith("gone"):
            self.refused[recipient] += 1
            return "550 5.1.1 No such user"
        recipients.append(recipient)
        return "250 2.1.5 Ok"


async def main():
    sink = Sink(open(sys.argv[3], "w", buffering=1), pathlib.Path(sys.argv[4]))
    server = await asyncio.start_server(sink.talk, sys.argv[1], 25)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    print("ready", flush=True)
    await ended.wait()
    server.close()
    pathlib.Path(sys.argv[2]).write_text(json.dumps({"taken": sink.taken, "refused": sum(sink.refused.values())}))


asyncio.run(main())
