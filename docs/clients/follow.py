"""Follows a region with client.py: docs/clients.md says why it does what it does.

    API_URL=… TOKEN_URL=… CLIENT_ID=… CLIENT_SECRET=… python follow.py REGION

Prints each service's status, then each change, until Ctrl-C.
"""

import sys
import time
from datetime import UTC, datetime

import httpx

from client import Client, Problem

# How long to wait after a poll that failed, in seconds.
PAUSE = 10
# Few and short attempts: what is shown gets old meanwhile.
PATIENCE = {"attempts": 2, "timeout": 10}

# The API can do nothing with the cursor.
BEGIN_AGAIN = ("CURSOR_EXPIRED", "INVALID_CURSOR")


class Region:
    """A copy of a region's services."""

    def __init__(self, client: Client, region: int) -> None:
        self.client = client
        self.region = region
        self.cursor: str | None = None
        self.services: dict[int, dict] = {}
        self.unavailable: set[int] = set()

    def poll(self) -> int:
        """Brings the copy up to date. Returns after how many seconds to poll again."""
        changes = self.changes()
        # The list is read after the cursor was taken: what changes meanwhile comes by the next poll.
        if self.cursor is None or changes.get("resync"):
            self.read_list()
        for service in changes["items"]:
            self.services[service["id"]] = service
            self.unavailable.discard(service["id"])
        for service_id in changes["removed"]:
            self.services.pop(service_id, None)
            self.unavailable.discard(service_id)
        self.unavailable.update(changes["unavailable"])
        # Last: if anything before failed, the next poll begins where this one did.
        self.cursor = changes["cursor"]
        return changes["pollAfterSeconds"]

    def changes(self) -> dict:
        cursor = {"cursor": self.cursor} if self.cursor else {}
        try:
            return self.client.call("GET", "/changes", params={"region": self.region} | cursor).json()
        except Problem as problem:
            if self.cursor is None or problem.code not in BEGIN_AGAIN:
                raise
            self.cursor = None
            return self.changes()

    def read_list(self) -> None:
        services, unavailable = {}, set()
        for page in self.client.pages(region=self.region, limit=100):
            services |= {service["id"]: service for service in page["items"]}
            unavailable |= set(page.get("unavailable", []))
        self.services, self.unavailable = services, unavailable

    def statuses(self) -> dict[int, str]:
        """What to show now."""
        now = datetime.now(UTC)
        statuses = {service_id: status_at(now, service) for service_id, service in self.services.items()}
        return statuses | dict.fromkeys(self.unavailable, "not known")


def status_at(now: datetime, service: dict) -> str:
    """No poll tells in time that a deadline has passed, so this machine's clock must be right."""
    deadline = service.get("resetDateTime")
    return "GREEN" if deadline and datetime.fromisoformat(deadline) <= now else service["status"]


def show(shown: dict[int, str], statuses: dict[int, str]) -> None:
    for service_id in sorted(shown.keys() | statuses.keys()):
        status = statuses.get(service_id, "removed")
        if status != shown.get(service_id):
            print(f"{service_id}: {status}", flush=True)


def main(number: int) -> None:
    region = Region(Client(**PATIENCE), number)
    shown: dict[int, str] = {}
    while True:
        try:
            pause, statuses = region.poll(), region.statuses()
        except (Problem, httpx.HTTPError) as error:
            print(f"{number}: not known: {error}", flush=True)
            # Whatever is shown next, is shown anew.
            pause, statuses, shown = PAUSE, {}, {}
        show(shown, statuses)
        shown = statuses
        time.sleep(pause)


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except KeyboardInterrupt:
        pass
