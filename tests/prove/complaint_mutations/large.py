"""Mails of the largest size that is taken, each made to keep one of the reader's parts busy."""
import base64

BYTES = 262_144
HEAD = b"From: a@b.example\nTo: c\nDate: Thu, 17 Sep 2026 22:01:33 +0000\nSubject: attack\n"
PLAIN = HEAD + b"Content-Type: text/plain\n\n"
HTML = HEAD + b"Content-Type: text/html\n\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"
BASE64 = HEAD + b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
JAPANESE = HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\n\n"
JSON = HEAD + b"Content-Type: application/json; name=xarf.json\n\n"
YAML = HEAD + b"X-XARF: PLAIN\nContent-Type: text/plain; name=report.txt\n\n"
ARF = HEAD + (b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\n"
              b"Feedback-Type: fraud\nSource-IP: 192.0.2.1\n")


def full(head, piece):
    return (head + piece * (BYTES // len(piece) + 1))[:BYTES - 1] + b"\n"


def numbered(head, piece):
    return (head + b"".join(piece % i for i in range(BYTES // len(piece))))[:BYTES - 1] + b"\n"


def nested(levels):
    body = b"x"
    for i in range(levels):
        body = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) + body
    return b"From: a\nTo: b\n" + body


def mails():
    pieces = [b"192.0.2.1 ", b"198.51.100.1 ", b"192.0.2.1 2026-09-17T10:00:00Z. 198.51.100.2 x. ", b"198.51.100.1 a. 2026-09-17T10:00:00Z. ", b"http://a.example/ ",
              b"http://", b"192.0.2.1 hxxp://a[.]b/ ", b"1", b"1.", b"a:", b"::1 ", b"> ", b"> > >\n", b">", b"\n", b"From: a\nTo: b\nDate: c\n",
              b"Received: from a ([192.0.2.1]) by b\n", b" a\n", b"From: a\n\n", b"A: a\n", b"Case: 1\n", b"spam attack ", b"\xff", b"192.0.2.1 open port 1 25/tcp "]
    made = [full(PLAIN, piece) for piece in pieces]
    made += [full(PLAIN + b"192.0.2.1 attack\n", piece) for piece in (b"198.51.100.1 a. 2026-09-17T10:00:00Z. ", b"2026-09-17T10:00:00Z ")]
    made += [full(HTML, piece) for piece in (b"<", b"<p>&amp;", b"<script ", b"<!--", b"<style></style>")]
    made += [full(MIXED, piece) for piece in (b"--b\n", b"--b\n\n", b"--b--\n", b"--b\nContent-Type: message/rfc822\n\n")]
    made += [numbered(PLAIN + b"phishing ", b"http://a%d.example/ "), numbered(YAML, b"K%d: v\n"), numbered(HEAD + b"Content-Type: text/plain; ", b"n*%d*=utf-8''a; ")]
    made += [full(BASE64, base64.b64encode(b"192.0.2.1 spam")), full(JAPANESE, b"\x1b$B\x1b(B"), full(JAPANESE, b"\xff\x1b"), full(JSON, b"["),
             full(JSON + b'{"xarf_version":"4.0.0","a":[', b"1,"), full(ARF, b"Reported-URI: http://a.example/\n"), full(b"", b"A: b\n"),
             full(b"From: ", b"=?utf-8?q?a?= "), full(b"From: a\nTo: b\nSubject: ", b"[case "), full(HEAD + b"Content-Type: text/plain; ", b"a=b; ")]
    made += [full(PLAIN, b" "), full(PLAIN + b"> ", b" "), numbered(PLAIN + b"phishing\n" + b"word " * 48_000, b"http://a%d.example/ ")]
    return made + [nested(levels) for levels in (5, 90, 4_000)]
