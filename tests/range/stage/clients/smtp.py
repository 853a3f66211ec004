"""Hands in mail. stdin: {"host", "port", "sessions": [{"source", "login": [name, password] or null, "messages": [{"from", "to": [...],
"subject", "text", "message_id"}]}], "width"}; a message without a text is not handed in. stdout: for each session {"login": code or null, "messages": [{recipient: code}]}."""
import concurrent.futures
import json
import smtplib
import sys

TIMEOUT_S = 60


def play(plan, session):
    told = {"login": None, "messages": []}
    with smtplib.SMTP(plan["host"], plan["port"], local_hostname="client", timeout=TIMEOUT_S, source_address=(session["source"], 0)) as smtp:
        smtp.ehlo()
        if session["login"]:
            try:
                told["login"] = smtp.login(*session["login"])[0]
            except smtplib.SMTPAuthenticationError as refused:
                told["login"] = refused.smtp_code
                return told
        for message in session["messages"]:
            told["messages"].append(hand_in(smtp, message))
    return told


def hand_in(smtp, message):
    """The last code for each recipient: of the whole message, where that was taken."""
    codes = {}
    smtp.mail(message["from"])
    for recipient in message["to"]:
        codes[recipient] = smtp.rcpt(recipient)[0]
    if "text" not in message or not any(code in (250, 251) for code in codes.values()):
        smtp.rset()
        return codes
    headers = {"From": message["from"], "To": message["to"][0], "Subject": message["subject"], "Message-ID": message["message_id"]}
    text = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
    code = smtp.data(f"{text}\r\n{message['text']}\r\n")[0]
    return {recipient: code if earlier in (250, 251) else earlier for recipient, earlier in codes.items()}


def main():
    plan = json.load(sys.stdin)
    with concurrent.futures.ThreadPoolExecutor(plan["width"]) as pool:
        json.dump(list(pool.map(lambda session: play(plan, session), plan["sessions"])), sys.stdout)


main()
