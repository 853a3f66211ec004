"""Changes mails as transport, careless software and people who want to be misunderstood do. The same seed makes the same."""
import random
import re

OURS = [b"192.0.2.40", b"192.0.2.77", b"192.0.2.200", b"2001:db8:10::99"]
OTHERS = [b"203.0.113.8", b"198.51.100.5", b"10.0.0.1", b"2001:db8:ffff::2"]
ADDRESS = re.compile(rb"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")


def lines(mail):
    return mail.split(b"\n")


def flip_bit(r, mail, _):
    if not mail:
        return mail
    at = r.randrange(len(mail))
    return mail[:at] + bytes([mail[at] ^ (1 << r.randrange(8))]) + mail[at + 1:]


def any_byte(r, mail, _):
    at = r.randrange(len(mail) + 1)
    return mail[:at] + bytes([r.randrange(256)]) + mail[at + r.randrange(2):]


def delete_piece(r, mail, _):
    at = r.randrange(len(mail) + 1)
    return mail[:at] + mail[at + r.randrange(1, 60):]


def double_piece(r, mail, _):
    at = r.randrange(len(mail) + 1)
    piece = mail[at:at + r.randrange(1, 200)]
    return mail[:at] + piece * r.choice((2, 2, 3, 50)) + mail[at:]


def cut(r, mail, _):
    return mail[:r.randrange(len(mail) + 1)]


def behead(r, mail, _):
    return mail[r.randrange(min(len(mail), 200) + 1):]


def delete_line(r, mail, _):
    all_lines = lines(mail)
    del all_lines[r.randrange(len(all_lines))]
    return b"\n".join(all_lines)


def double_line(r, mail, _):
    all_lines = lines(mail)
    at = r.randrange(len(all_lines))
    return b"\n".join(all_lines[:at] + [all_lines[at]] + all_lines[at:])


def swap_lines(r, mail, _):
    all_lines = lines(mail)
    a, b = r.randrange(len(all_lines)), r.randrange(len(all_lines))
    all_lines[a], all_lines[b] = all_lines[b], all_lines[a]
    return b"\n".join(all_lines)


def empty_line(r, mail, _):
    all_lines = lines(mail)
    all_lines.insert(r.randrange(len(all_lines) + 1), b"")
    return b"\n".join(all_lines)


def strange_line(r, mail, mails):
    """A line of another mail."""
    all_lines = lines(mail)
    all_lines.insert(r.randrange(len(all_lines) + 1), r.choice(lines(r.choice(mails))))
    return b"\n".join(all_lines)


def change_digit(r, mail, _):
    places = [m.start() for m in re.finditer(rb"\d", mail)]
    if not places:
        return mail
    at = r.choice(places)
    return mail[:at] + b"%d" % r.randrange(10) + mail[at + 1:]


def change_address(r, mail, _):
    there = list(ADDRESS.finditer(mail))
    if not there:
        return mail
    one = r.choice(there)
    return mail[:one.start()] + r.choice(OURS + OTHERS) + mail[one.end():]


def change_word(r, mail, _):
    """A value that readers go by becomes another one of its kind, or none."""
    ways = [(rb"base64", b"quoted-printable"), (rb"quoted-printable", b"base64"), (rb"8bit|7bit", b"base64"), (rb"utf-8", b"utf-7"), (rb"utf-8", b"iso-2022-jp"),
            (rb"iso-2022-jp", b"utf-16"), (rb"multipart/\w+", b"text/plain"), (rb"text/plain", b"text/html"), (rb"text/html", b"message/rfc822"),
            (rb"message/[\w-]+", b"text/plain"), (rb"application/json", b"text/yaml"), (rb"boundary=", b"bounds="), (rb"abuse", b"not-spam"),
            (rb"spam", b"ham"), (rb"attack", b"visit"), (rb"\+0[09]00", b"-1199"), (rb"UTC|GMT|JST", b"XST"), (rb"192\.0\.2\.", b"192.0.2.2"),
            (rb'"3"', b'"9"'), (rb'": "', b'": ["'), (rb"Source", b"Target"), (rb"from", b"to"), (rb":", b"")]
    what, to = r.choice(ways)
    there = list(re.finditer(what, mail))
    if not there:
        return mail
    one = r.choice(there)
    return mail[:one.start()] + to + mail[one.end():]


def line_ends(r, mail, _):
    return mail.replace(b"\r\n", b"\n") if b"\r\n" in mail else mail.replace(b"\n", r.choice((b"\r\n", b"\r")))


def quote(r, mail, _):
    """Passed on: all or part of it behind '>'."""
    all_lines = lines(mail)
    at = r.randrange(len(all_lines) + 1)
    return b"\n".join(all_lines[:at] + [b"> " + line for line in all_lines[at:]])


def splice(r, mail, mails):
    """The beginning of one and the end of another."""
    other = r.choice(mails)
    return mail[:r.randrange(len(mail) + 1)] + other[r.randrange(len(other) + 1):]


def wrap(r, mail, _):
    """Within each other, once or far more often than anybody does."""
    for i in range(r.choice((1, 2, 20, 300))):
        if len(mail) > 200_000:
            break
        mail = b"From: a@b.example\nSubject: fwd\nContent-Type: multipart/mixed; boundary=w%d\n\n--w%d\nContent-Type: message/rfc822\n\n" % (i, i) + mail + b"\n--w%d--\n" % i
    return mail


OPERATIONS = [flip_bit, any_byte, delete_piece, double_piece, cut, behead, delete_line, double_line, swap_lines, empty_line, strange_line, change_digit,
              change_address, change_word, change_word, line_ends, quote, splice, wrap]
# After these the mail may be another one as a whole.
OTHER_MAIL = {strange_line, splice}


def mutation(number, mails):
    """(index of the mail it is made of, the changed mail, the operations)."""
    r = random.Random(20260918 * 100_003 + number)
    index = number % len(mails)
    mail, done = mails[index], []
    for _ in range(r.choice((1, 1, 1, 2, 3))):
        operation = r.choice(OPERATIONS)
        mail = operation(r, mail, mails)
        done.append(operation)
    return index, mail, done
