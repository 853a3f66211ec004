"""The README's curl lines work as pasted."""
import re
import subprocess
import unittest

import settings
from stack import Stack


class ReadmeCurl(unittest.TestCase):
    def test_the_lines_take_an_incident_from_the_notice_to_the_charge(self):
        readme = (settings.ROOT / "README.md").read_text()
        script = re.search(r"<!-- curl -->\s*```bash\n(.*?)```", readme, re.DOTALL).group(1)
        with Stack() as stack:
            script = script.replace("http://127.0.0.1:8080", stack.front).replace("run/tokens", f"{stack.run}/tokens")
            # The lines are pasted in the repository; what they write is kept out of it here.
            done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", script], cwd=stack.run, timeout=180, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(done.stderr, "")
            self.assertRegex(done.stdout, r'"total_yen": 55000')
            self.assertRegex(done.stdout, r"incident\.transition")
            self.assertIn("<html", (stack.run / "report.en.html").read_text())


if __name__ == "__main__":
    unittest.main()
