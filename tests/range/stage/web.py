"""A web client with a chosen source address."""

import os
import subprocess

from stage.network import HOST, inside

BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
)


def request(source: str, path: str, form: str = "", agent: str = BROWSERS[0], referer: str = "", host: str = HOST) -> int:
    """GET, or POST where there is a form; returns the status."""
    argv = [*inside(source), "curl", "-q", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}",
            "--max-time", "20", "--noproxy", "*", "--interface", source, "--user-agent", agent]
    argv += ["--data", form] if form else []
    argv += ["--referer", referer] if referer else []
    done = subprocess.run([*argv, f"http://{host}{path}"], capture_output=True, text=True, timeout=30, check=True,
                          env={"PATH": os.environ["PATH"]})
    return int(done.stdout)


def upload(source: str, path: str, field: str, name: str, kind: str, content: bytes, agent: str = BROWSERS[0],
           host: str = HOST) -> int:
    """Sends a file through a form; returns the status."""
    argv = [*inside(source), "curl", "-q", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--max-time", "20",
            "--noproxy", "*", "--interface", source, "--user-agent", agent, "--form", f"{field}=@-;filename={name};type={kind}"]
    done = subprocess.run([*argv, f"http://{host}{path}"], input=content, capture_output=True, timeout=30, check=True,
                          env={"PATH": os.environ["PATH"]})
    return int(done.stdout)
