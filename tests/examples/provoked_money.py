"""What can be done wrong with charges, customers' tasks and annexes; Provoker brings `post`, `get` and the cases."""
from provoked_desk import unknown


class Money:
    def money(self):
        """The example has credited a part of the charge."""
        done = self.done
        charge = f"/v1/charges/{done.operator('GET', '').json['charge']['charge_id']}"
        left = self.get(charge).json
        credit = {"reason": "to be seen", "total_yen": left["total_yen"] - left["credited_yen"]}
        for change in ({"total_yen": 1}, {"lines": [{"line": 1, "net_yen": 10_000_000}]}, {}, {}):
            self.post(f"{charge}/credit-notes", credit | change)
        self.post(f"/v1/charges/{unknown('chg')}/credit-notes", credit)

    def customer_tasks(self):
        """The example has completed the first task."""
        over = self.done.operator("GET", "").json["customer_tasks"][0]["task_id"]
        for task_id in (over, unknown("ctk")):
            self.done.try_request("customer-task-completions", {"task_id": task_id})

    def annexes(self):
        """A list without the server's system, then prices that begin in the far future."""
        self.provoke_by("operating_systems.csv", "debian-12,", "debian-99,", "os-not-listed")
        self.provoke_by("prices.yaml", "prices-1\n    valid_from: 2020", "prices-9\n    valid_from: 2099", "annex-missing")

    def provoke_by(self, annex, old, new, problem):
        place = self.stack.run / "annexes" / annex
        before = place.read_text()
        assert old in before, annex
        self.replace(place, before.replace(old, new))
        self.stack.wait_for(problem, lambda: self.comparison().problem == problem)
        self.replace(place, before)
        self.stack.wait_for(f"no {problem} any more", lambda: self.comparison().status == 200)

    def comparison(self):
        return self.done.web_form("GET", f"/v1/comparison?server_id={self.done.server}")

    @staticmethod
    def replace(place, text):
        fresh = place.with_name(f"{place.name}.new")
        fresh.write_text(text)
        fresh.rename(place)
