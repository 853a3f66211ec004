"""What a server would log: for a rule's wanted texts the lines, the file, and the event as a rule sees it."""

import ipaddress
import re
import urllib.parse

BEGIN = 1789264800  # 2026-09-13T02:00:00Z
SYSCALLS = {"execve": 59, "execveat": 322, "socket": 41, "memfd_create": 319, "personality": 135, "syslog": 103,
            "sysinfo": 99, "mknod": 133, "openat": 257, "connect": 42}


class Made:
    """Lines of one log for one rule, and the events in them: ({field: [values]}, [lines])."""

    def __init__(self, path, lines, events):
        self.path, self.lines, self.events = path, lines, events


class CannotMake(Exception):
    pass


def make(rule, wanted, number):
    """Raises CannotMake where no log here could tell such a thing."""
    if rule.category == "webserver":
        return request(wanted, number)
    makers = {"process_creation": process, "file_event": file_event, "network_connection": connection}
    if rule.category:
        return makers[rule.category](wanted, number)
    return audit(wanted, number) if rule.service == "auditd" else line(rule, wanted, number)


def check_fields(wanted, known):
    for field in wanted.fields():
        if field not in known:
            raise CannotMake(f"no log tells the field {field}")


# access logs

def quoted(text):
    """As web servers put a header's text between quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def request(wanted, number):
    check_fields(wanted, ("cs-method", "cs-uri-query", "cs-uri-stem", "c-uri", "sc-status", "cs-user-agent", "cs-referer",
                          "cs-username", "cs-host"))
    asked = {f: wanted.text(f) for f in wanted.fields()}
    query = asked.get("cs-uri-query") or asked.get("c-uri") or ""
    if "cs-uri-stem" in asked and not query.startswith(asked["cs-uri-stem"]):
        query = asked["cs-uri-stem"] + ("?" + query if query else "")
    keywords = wanted.text("") if any(not f for f, _, _ in wanted.items) else ""
    if keywords:
        query += ("&" if "?" in query else "?q=") + keywords
    target = urllib.parse.quote(query or "/", safe="/?&=%+:;,.@!$'()*~#{}[]|^`<>\\-_")
    target = target if target.startswith(("/", "http")) or "cs-uri-query" in asked else "/" + target
    method, status = asked.get("cs-method") or "GET", asked.get("sc-status") or "200"
    agent = asked.get("cs-user-agent", "Mozilla/5.0 (X11; Linux x86_64)")
    referrer, user = asked.get("cs-referer", "https://www.example.org/"), asked.get("cs-username") or "-"
    address = str(ipaddress.ip_address("198.18.0.1") + number)
    host = f"{asked['cs-host']}:443 " if asked.get("cs-host") else ""
    text = (f'{host}{address} - {user} [13/Sep/2026:02:{number // 60 % 60:02}:{number % 60:02} +0000] "{method} {quoted(target)} HTTP/1.1" '
            f'{status} 512 "{quoted(referrer or "-")}" "{quoted(agent or "-")}"')
    decoded = urllib.parse.unquote(target, encoding="latin-1")
    fields = {"cs-method": [method], "sc-status": [status], "cs-uri-query": [target, decoded, target.partition("?")[2]],
              "c-uri": [target, decoded], "cs-uri-stem": [target.partition("?")[0], decoded.partition("?")[0]]}
    for name, value in (("cs-user-agent", agent), ("cs-referer", referrer), ("cs-username", user.replace("-", "")),
                        ("cs-host", asked.get("cs-host"))):
        if value:
            fields[name] = [value]
    return Made("var/log/apache2/access.log", [text], [(fields, [text, decoded])])


# auditd

def audited(text):
    """As auditd logs a text that others may choose: quoted, or as hex digits."""
    data = text.encode()
    return '"' + text + '"' if all(0x20 < b < 0x7f and b != 0x22 for b in data) else data.hex().upper()


def records(number, call, others, step=0):
    """SYSCALL and the records that follow it, as lines and as (type, {field: value})."""
    stamp = f"audit({BEGIN + number}.{100 + step}:{number * 10 + step + 1})"
    given = {"syscall": "execve", "a0": "55d0", "a1": "55d1", "a2": "55d2", "a3": "8", "exe": "/usr/bin/env", "comm": "env", "key": None,
             "uid": "0", "euid": "0", "ppid": "1", "pid": str(20_000 + number * 10 + step), **call}
    number_of_call = SYSCALLS.get(given["syscall"])
    if number_of_call is None:
        raise CannotMake(f"the system call {given['syscall']}")
    key = '"' + given["key"] + '"' if given["key"] else "(null)"
    lines = [f"type=SYSCALL msg={stamp}: arch=c000003e syscall={number_of_call} success=yes exit=0 a0={given['a0']} a1={given['a1']} "
             f"a2={given['a2']} a3={given['a3']} items=1 ppid={given['ppid']} pid={given['pid']} auid=1000 uid={given['uid']} gid=0 "
             f"euid={given['euid']} suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm={audited(given['comm'])} "
             f"exe={audited(given['exe'])} key={key}"]
    shared = {"exe": given["exe"], "comm": given["comm"], "uid": given["uid"], "euid": given["euid"], "SYSCALL": given["syscall"]}
    if given["key"]:
        shared["key"] = given["key"]
    events = [({"type": "SYSCALL", **{a: given[a] for a in ("a0", "a1", "a2", "a3")}, **shared}, [lines[0]])]
    for kind, fields, text, more in others:
        lines.append(f"type={kind} msg={stamp}: {text}")
        events.append(({**shared, "type": kind, **fields}, [lines[-1], *more]))
    lines.append(f"type=PROCTITLE msg={stamp}: proctitle=2F62696E2F7368")
    return lines, [({k: [v] for k, v in fields.items()}, texts) for fields, texts in events]


def execve(arguments):
    text = f"argc={len(arguments)} " + " ".join(f"a{i}={audited(a)}" for i, a in enumerate(arguments))
    return ("EXECVE", {f"a{i}": a for i, a in enumerate(arguments)}, text, [" ".join(arguments)])


def audit(wanted, number):
    asked = {f: wanted.text(f) for f in wanted.fields()}
    kind = (asked.get("type") or ("EXECVE" if any(re.fullmatch(r"a\d", f) for f in asked) else "SYSCALL")).upper()
    path = "var/log/audit/audit.log"
    call = {k: asked[k] for k in ("exe", "comm", "key", "euid") if asked.get(k)}
    if kind == "EXECVE":
        arguments = [asked.get(f"a{i}") or "x" for i in range(1 + max([int(f[1:]) for f in asked if re.fullmatch(r"a\d", f)], default=0))]
        if any(not f for f, _, _ in wanted.items):
            arguments += wanted.text("").split(" ")
        lines, events = records(number, call, [execve(arguments)])
    elif kind == "SYSCALL":
        call |= {k: asked[k] for k in ("a0", "a1", "a2", "a3") if asked.get(k)}
        lines, events = records(number, {**call, "syscall": asked.get("SYSCALL") or "openat"}, [])
    elif kind == "PATH":
        name, nametype = asked.get("name") or "/tmp/x", asked.get("nametype") or "NORMAL"
        text = f"item=0 name={audited(name)} inode=7 dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype={nametype}"
        lines, events = records(number, {**call, "syscall": "openat"}, [("PATH", {"name": name, "nametype": nametype}, text, [])])
    else:
        unit = f"unit={asked['unit']} " if asked.get("unit") else ""
        text = (f"type={kind} msg=audit({BEGIN + number}.100:{number * 10 + 1}): pid=1 uid=0 auid=4294967295 ses=4294967295 "
                f"msg='{unit}comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? res=success'")
        fields = {"type": [kind], "comm": ["systemd"], "exe": ["/usr/lib/systemd/systemd"]}
        if unit:
            fields["unit"] = [asked["unit"]]
        lines, events = [text], [(fields, [text])]
    return Made(path, lines, events)


def process(wanted, number):
    check_fields(wanted, ("Image", "CommandLine", "ParentImage", "ParentCommandLine", "User", "LogonId", "CurrentDirectory"))
    asked = {f: wanted.text(f) for f in wanted.fields()}
    image = asked.get("Image") or "/usr/bin/env"
    command = asked.get("CommandLine") or image
    uid = "0" if asked.get("User", "root") == "root" else "1000"
    lines, parent = [], "1"
    fields = {"Image": image, "CommandLine": command, "User": "root" if uid == "0" else "web", "LogonId": uid}
    if "ParentImage" in asked or "ParentCommandLine" in asked:
        fields["ParentImage"] = asked.get("ParentImage") or "/usr/bin/env"
        fields["ParentCommandLine"] = asked.get("ParentCommandLine") or fields["ParentImage"]
        parent = str(20_000 + number * 10)
        lines, _ = records(number, {"exe": fields["ParentImage"], "pid": parent}, [execve(fields["ParentCommandLine"].split(" "))])
    cwd = asked.get("CurrentDirectory") or "/root"
    call = {"exe": image, "comm": image.rsplit("/", 1)[-1][:15] or "x", "uid": uid, "ppid": parent}
    more, _ = records(number, call, [execve(command.split(" ")), ("CWD", {}, f"cwd={audited(cwd)}", [])], step=1)
    fields["CurrentDirectory"] = cwd
    return Made("var/log/audit/audit.log", lines + more, [({k: [v] for k, v in fields.items()}, [])])


def file_event(wanted, number):
    check_fields(wanted, ("TargetFilename", "Image"))
    target, image = wanted.text("TargetFilename") or "/tmp/x", wanted.text("Image") or "/usr/bin/env"
    text = f"item=1 name={audited(target)} inode=7 dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=CREATE"
    lines, _ = records(number, {"exe": image, "syscall": "openat"}, [("CWD", {}, 'cwd="/"', []), ("PATH", {}, text, [])])
    # A name without a folder stands below the working folder.
    seen = target if target.startswith("/") else "/" + target
    return Made("var/log/audit/audit.log", lines, [({"TargetFilename": [seen], "Image": [image]}, [])])


def connection(wanted, number):
    check_fields(wanted, ("DestinationIp", "DestinationPort", "Image", "Initiated"))
    address = ipaddress.ip_address(wanted.text("DestinationIp") or "198.51.100.7")
    port, image = int(wanted.text("DestinationPort") or 443), wanted.text("Image") or "/usr/bin/env"
    if wanted.text("Initiated") not in ("", "true", None):
        raise CannotMake("connections that came in")
    saddr = ("0200" + f"{port:04X}" + address.packed.hex().upper() + "0" * 16 if address.version == 4 else
             "0A00" + f"{port:04X}" + "00000000" + address.packed.hex().upper() + "00000000")
    lines, _ = records(number, {"exe": image, "syscall": "connect"}, [("SOCKADDR", {}, f"saddr={saddr}", [])])
    fields = {"DestinationIp": [str(address)], "DestinationPort": [str(port)], "Image": [image], "Initiated": ["true"]}
    return Made("var/log/audit/audit.log", lines, [(fields, [])])


# lines of other logs

def line(rule, wanted, number):
    minute, second = number // 60 % 60, number % 60
    syslog = f"Sep 13 02:{minute:02}:{second:02} host "
    ctime = f"Sun Sep 13 02:{minute:02}:{second:02} 2026 "
    if rule.service == "sudo":
        check_fields(wanted, ("USER",))
        text = syslog + f"sudo:   web : TTY=pts/0 ; PWD=/home/web ; USER={wanted.text('USER')} ; COMMAND=/usr/bin/id"
        return Made("var/log/auth.log", [text], [({"USER": [wanted.text("USER")]}, [text])])
    check_fields(wanted, ())
    places = {"sshd": ("auth.log", syslog + "sshd[900]: "), "auth": ("auth.log", syslog + "pkexec[900]: "),
              "syslog": ("syslog", syslog + "named[900]: "), "cron": ("cron.log", syslog + "crontab[900]: (root) "),
              "vsftpd": ("vsftpd.log", ctime + "[pid 900] "), "clamav": ("clamav/clamav.log", ctime + "-> /srv/www/x: "),
              "guacamole": ("syslog", syslog + "guacd[900]: "), "": ("syslog", syslog + "bash[900]: "),
              "apache": ("apache2/error.log", f"[Sun Sep 13 02:{minute:02}:{second:02}.123456 2026] [core:notice] [pid 900] "),
              "nginx": ("nginx/error.log", f"2026/09/13 02:{minute:02}:{second:02} [alert] 900#900: ")}
    if rule.service not in places:
        raise CannotMake(f"the service {rule.service}")
    path, before = places[rule.service]
    text = before + wanted.text("")
    return Made("var/log/" + path, [text], [({}, [text])])
