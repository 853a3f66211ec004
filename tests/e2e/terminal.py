"""Plain words on a terminal: colour and width where there is one, plain text where there is none."""
import os
import shutil
import sys
import textwrap
import time

COLOURS = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


class Terminal:
    def __init__(self, out=sys.stdout):
        self.out = out
        self.fancy = out.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM", "dumb") != "dumb"
        self.width = min(110, shutil.get_terminal_size((100, 24)).columns)
        self.begun = time.monotonic()
        self.steps = 0

    def paint(self, text, *styles):
        if not self.fancy or not styles:
            return text
        return f"\033[{';'.join(COLOURS[style] for style in styles)}m{text}\033[0m"

    def line(self, text="", *styles):
        print(self.paint(text, *styles), file=self.out, flush=True)

    def title(self, text):
        self.line()
        self.line(text, "bold", "cyan")
        self.line("─" * min(self.width, len(text)), "cyan")

    def step(self, who, what):
        """One numbered step, with who does it and the seconds since the start."""
        self.steps += 1
        seconds = f"{time.monotonic() - self.begun:5.1f} s"
        self.line()
        self.line(f"{self.paint(f'{self.steps:2}', 'bold')}  {self.paint(who, 'bold', 'blue')}  {what}  {self.paint(seconds, 'dim')}")

    def say(self, text, *styles):
        for paragraph in text.split("\n"):
            for row in textwrap.wrap(paragraph, self.width - 4) or [""]:
                self.line("    " + self.paint(row, *styles))

    def field(self, name, value, *styles):
        indent = " " * 20
        rows = textwrap.wrap(str(value), max(30, self.width - 20), break_long_words=True, break_on_hyphens=False) or [""]
        self.line(f"    {self.paint(f'{name:<16}', 'dim')}{self.paint(rows[0], *styles)}")
        for row in rows[1:]:
            self.line(indent + self.paint(row, *styles))

    def good(self, text):
        self.line("  " + self.paint("✓ ", "green") + text)

    def bad(self, text):
        self.line("  " + self.paint("✗ ", "red") + text)
