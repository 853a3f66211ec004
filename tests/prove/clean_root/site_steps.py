"""What an administrator adds to the packages, so that all five applications are on the web, and a quiet month of logs."""
import datetime

PACKAGES = "wordpress,phpmyadmin,roundcube-core,roundcube-sqlite3,mediawiki,dokuwiki"

WORDPRESS = """<VirtualHost *:80>
  ServerName blog.example.com
  DocumentRoot /usr/share/wordpress
  Alias /wp-content /var/lib/wordpress/wp-content
</VirtualHost>
"""
DAYS = 30
BEGUN = datetime.datetime(2026, 9, 1, tzinfo=datetime.timezone.utc)


def auth_log():
    """The administrator by key once a day, and somebody who guesses in vain."""
    lines = []
    for day in range(DAYS):
        at = BEGUN + datetime.timedelta(days=day, hours=9)
        pid = 1000 + day
        lines += [f"{at.isoformat()} web01 sshd[{pid}]: Accepted publickey for root from 192.0.2.7 port 50111 ssh2: ED25519 SHA256:{'a' * 43}",
                  f"{at.isoformat()} web01 sshd[{pid}]: pam_unix(sshd:session): session opened for user root(uid=0) by (uid=0)",
                  f"{at.isoformat()} web01 sshd[{pid}]: pam_unix(sshd:session): session closed for user root"]
        lines += [f"{(at + datetime.timedelta(seconds=n)).isoformat()} web01 sshd[{pid + 100}]: Failed password for root from 203.0.113.9 port 4{n:04} ssh2"
                  for n in range(60)]
    return "".join(line + "\n" for line in lines)


def access_log():
    stamps = (BEGUN + datetime.timedelta(minutes=n) for n in range(DAYS * 24 * 60))
    return "".join(f'192.0.2.{at.minute + 1} - - [{at:%d/%b/%Y:%H:%M:%S +0000}] "GET /wiki/index.php?title=Page{at.day} HTTP/1.1" 200 5120 "-" "Mozilla/5.0"\n'
                   for at in stamps)


def steps():
    """As tampering_plants/planting.py takes them."""
    return [{"do": "write", "path": "/etc/apache2/sites-enabled/blog.conf", "text": WORDPRESS},
            {"do": "link", "path": "/etc/apache2/conf-enabled/phpmyadmin.conf", "to": "../../phpmyadmin/apache.conf"},
            {"do": "write", "path": "/var/log/auth.log", "text": auth_log()},
            {"do": "write", "path": "/var/log/apache2/access.log", "text": access_log()}]
