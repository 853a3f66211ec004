"""Whether what was read of a mail stands in it: by other means than the reader's, and with every way of decoding that there is, so that only what is
nowhere in the mail is held against it."""
import base64
import binascii
import datetime
import email
import email.header
import functools
import html
import ipaddress
import json
import quopri
import re

NEVER = {  # addresses of ours that stand in a mail, but where nobody accuses them: whatever is changed around them, they are not the accused one
    "02-arf-minimal-received": ["192.0.2.250"], "33-free-html-only": ["192.0.2.77", "192.0.2.78", "192.0.2.79"],
    "36-free-quoted-headers": ["192.0.2.112"], "43-free-address-in-transport": ["192.0.2.49", "192.0.2.50"],
    "50-bounce": ["192.0.2.57"], "51-out-of-office": ["192.0.2.58"], "52-out-of-office-japanese": ["192.0.2.58"]}
NO_COMPLAINTS = {"bounce", "auto_reply", "empty", "not_a_mail", "encrypted"}
REASONS = {"empty", "not_a_mail", "too_complex", "bounce", "auto_reply", "encrypted", "not_a_complaint", "unsupported", "damaged", "contradiction",
           "no_server", "several_servers"}
# One of these stands in every mail that complains of the kind.
WORDS = {
    "open_relay": ["open relay", "openrelay", "open-relay", "open_relay", "open mail relay", "open smtp relay", "リレー", "中継"],
    "spam": ["spam", "unsolicited", "junk", "迷惑", "スパム", "bulk", "feedback-type"],
    "phishing_url": ["phishing", "フィッシング", "fraud"],
    "malware_url": ["malware", "trojan", "virus", "マルウェア", "ウイルス"],
    "open_port": ["open", "accessible", "exposed", "公開", "ポート"],
    "login_attack": ["login", "log-in", "brute", "password", "ログイン", "総当", "ブルート"],
    "port_scan": ["scan", "スキャン"],
    "ddos": ["dos", "denial", "flood", "妨害"],
    "other": [""]}
CATEGORIES = {"open_relay": {"mail_abuse"}, "spam": {"mail_abuse"}, "phishing_url": {"intrusion"}, "malware_url": {"intrusion"}, "open_port": {"unknown"},
              "login_attack": {"intrusion"}, "port_scan": {"intrusion"}, "ddos": {"intrusion"}, "other": {"intrusion", "mail_abuse", "unknown"}}
ZONES = {"utc": 0, "gmt": 0, "ut": 0, "z": 0, "jst": 540, "日本時間": 540, "est": -300, "edt": -240, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
         "cest": 120, "cet": 60}
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def base64_views(raw):
    """What a decoder could make of the runs that look like base64: from each of four places, and of each line alone."""
    for run in re.findall(rb"(?:[A-Za-z0-9+/=]{8,}[^A-Za-z0-9+/\n]{0,4}\r?[\n\r]?)+", raw):
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", run)
        for start in range(4):
            piece = clean[start:]
            try:
                yield base64.b64decode(piece[:len(piece) // 4 * 4])
            except binascii.Error:
                continue


def unfolded_base64(raw):
    """Lines with what is no base64 taken out, joined: decoders pass over such bytes."""
    for block in re.split(rb"\r?\n\s*\r?\n|--\S+", raw):
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", block)
        for start in range(4) if 40 < len(clean) < 40_000 else ():
            piece = clean[start:]
            yield base64.b64decode(piece[:len(piece) // 4 * 4])


def texts_of(data):
    """Bytes as text, in each charset that it may be in."""
    for charset in ("utf-8", "latin-1", "iso-2022-jp", "shift_jis", "euc-jp", "utf-16"):
        try:
            yield data.decode(charset, "replace")
        except (UnicodeError, LookupError):
            continue


def headers_of(raw):
    for word in re.findall(rb"=\?[^?\s]+\?[BbQq]\?[^?]*\?=", raw):
        try:
            yield str(email.header.make_header(email.header.decode_header(word.decode("latin-1"))))
        except Exception:  # whatever a broken encoded word does to Python's reader
            continue


def json_texts(text):
    """JSON's strings without their escapes."""
    for found in re.findall(r'"(?:[^"\\]|\\.)*"', text):
        try:
            yield str(json.loads(found))
        except ValueError:
            continue


def refanged(text):
    for what, to in ((r"\[://\]", "://"), (r"\[:\]", ":"), (r"[\[({](?:\.|dot)[\])}]", "."), (r"\[\.", "."), (r"h(?:xx|\*\*)p", "http")):
        text = re.sub(what, to, text, flags=re.IGNORECASE)
    return text


def page(text):
    """HTML as it is seen."""
    return html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"(?s)<!--.*?-->", "", text)))


@functools.lru_cache(maxsize=4)
def haystack(raw):
    """Everything that the mail's text could be taken to be, in lower case."""
    pieces = [raw, quopri.decodestring(raw), quopri.decodestring(raw, header=True), re.sub(rb"\r?\n[ \t]+", b" ", raw)]
    pieces += list(base64_views(raw)) + list(unfolded_base64(raw))
    whole = []
    for piece in pieces:
        for text in texts_of(piece):
            whole += [text, re.sub(r"(?m)^[> ]+", "", text)]
    whole += headers_of(raw)
    out = []
    for text in whole:
        out.append(text)
        if "<" in text:
            out.append(page(text))
        if '"' in text:
            out += json_texts(text)
        out.append(text.replace("''", "'"))
    out = [refanged(text).lower() for text in dict.fromkeys(out)]
    return "\n\0\n".join(dict.fromkeys(out))


@functools.lru_cache(maxsize=4)
def addresses(raw):
    found = set()
    for token in re.findall(r"[0-9a-f:.]{3,60}", haystack(raw)):
        for text in {token, token.strip("."), token.strip(".:"), token.rstrip(".").rstrip(":"), token.split(":", 1)[-1], token.rsplit(":", 1)[0]}:
            try:
                address = ipaddress.ip_address(text)
            except ValueError:
                continue
            mapped = getattr(address, "ipv4_mapped", None)
            found.add(str(mapped or address))
    return found


def day_patterns(at):
    y, m, d = at.year, at.month, at.day
    name = MONTHS[m - 1]
    return (rf"{y}[-/]0?{m}[-/]0?{d}(?!\d)", rf"{y}年0?{m}月0?{d}日", rf"(?<!\d)0?{d}\s*/?\s*{name}[a-z]*\s*/?\s*{y}", rf"{name}[a-z]*\s+0?{d},?\s+{y}")


def stands(at, text):
    """Whether day and time of day stand there, together."""
    clock = rf"(?<!\d)0?{at.hour}:{at.minute:02}" + (rf":{at.second:02}(?!\d)" if at.second else r"(?::00)?(?!\d)(?!:\d)")
    japanese = rf"0?{at.hour}時0?{at.minute}分" + (rf"0?{at.second}秒" if at.second else "")
    return any(re.search(rf"{day}.{{0,14}}?(?:{clock}|{japanese})", text, re.DOTALL) for day in day_patterns(at))


def time_stands(seen, raw):
    text = haystack(raw)
    offsets = {ZONES[name] for name in ZONES if re.search(rf"(?<![a-z]){name}(?![a-z])", text)}
    for sign, hours, minutes in re.findall(r"([+-])(\d{1,2}):?(\d{2})?(?!\d)", text):
        if int(hours) <= 14:
            offsets.add((1 if sign == "+" else -1) * (int(hours) * 60 + int(minutes or 0)))
    utc = datetime.datetime.strptime(seen, "%Y-%m-%dT%H:%M:%SZ")
    return any(stands(utc + datetime.timedelta(minutes=offset), text) for offset in offsets)


def own_fields_only(address, raw):
    """Whether the address stands in nothing but the fields that carried the mail here."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    head = re.sub(rb"\n[ \t]+", b" ", head)
    said = b"\n".join(line for line in head.split(b"\n") if not line.lower().startswith((b"received:", b"x-originating-ip:")))
    return address not in addresses(said + b"\n\n" + body)


def faults(read, raw, name, truth, operations, other_mail, networks):
    """What was read that is not there; empty: nothing."""
    if "to_person" in read:
        return [f"unknown reason {read['to_person']}"] if read["to_person"] not in REASONS else []
    wrong = []
    text = haystack(raw)
    server = read["server"]
    spliced = bool(set(operations) & other_mail)
    if "address" in server:
        address = server["address"]
        if not any(ipaddress.ip_address(address) in network for network in networks):
            wrong.append(f"accuses {address}, which is not ours")
        if address not in addresses(raw):
            wrong.append(f"accuses {address}, which is not there")
        elif own_fields_only(address, raw):
            wrong.append(f"accuses {address}, which is in transport fields only")
        if not spliced and address in NEVER.get(name, ()):
            wrong.append(f"accuses {address}, which nobody accuses")
    elif server["hostname"] not in text:
        wrong.append(f"accuses {server['hostname']}, which is not there")
    if not any(word in text for word in WORDS[read["kind"]]):
        wrong.append(f"{read['kind']} without a word for it")
    if read["category"] not in CATEGORIES[read["kind"]] and read["format"] != "arf":
        wrong.append(f"{read['kind']} is no {read['category']}")
    wrong += [f"{url} is not there" for url in read.get("urls", []) if url.lower() not in text]
    if "seen_at" in read and not time_stands(read["seen_at"], raw):
        wrong.append(f"{read['seen_at']} is not there")
    if "port" in read and not re.search(rf"(?<!\d)0*{read['port']}(?!\d)", text):
        wrong.append(f"port {read['port']} is not there")
    if "protocol" in read and read["protocol"] not in text:
        wrong.append(f"{read['protocol']} is not there")
    if "reference" in read and read["reference"].lower() not in text:
        wrong.append(f"reference {read['reference']} is not there")
    if truth.get("to_person") in NO_COMPLAINTS and not spliced:
        wrong.append(f"a mail for a person ({truth['to_person']}) became a complaint")
    return wrong
