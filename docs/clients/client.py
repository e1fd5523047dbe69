"""A client of the Capacity Status API with httpx: docs/clients.md says why it does what it does.

    API_URL=… TOKEN_URL=… CLIENT_ID=… CLIENT_SECRET=… python client.py SERVICE_ID
"""

import math
import os
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

MAY_PASS = {429, 503}


class Problem(Exception):
    """An answer that is no success, or no JSON. It says nothing about a status, least of all GREEN."""

    def __init__(self, response: httpx.Response) -> None:
        body = response.json() if is_json(response) else {}
        self.status: int = response.status_code
        self.code: str = body.get("code", "")  # what the gateway answers has none
        self.errors: list[dict[str, str]] = body.get("errors", [])
        request = response.headers.get("X-Request-ID", "")
        super().__init__(f"status {self.status}, {self.code or body.get('message')}, request {request}")


def is_json(response: httpx.Response) -> bool:
    """Something between here and the API may answer in its place."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    return kind in {"application/json", "application/problem+json"}


def may_pass(response: httpx.Response) -> bool:
    """A conflict says when to try again. A status without a deadline still has none the next time."""
    is_conflict = response.status_code == 409 and "Retry-After" in response.headers
    return is_conflict or response.status_code in MAY_PASS


@dataclass
class Status:
    """A status with its entity tag."""

    body: dict
    tag: str
    replayed: bool = False

    def __str__(self) -> str:
        parts = [self.body["status"], self.body.get("reason"), "replayed" if self.replayed else None]
        return ", ".join(filter(None, parts))

    @property
    def deadline(self) -> datetime:
        """AMBER and RED always have one."""
        return datetime.fromisoformat(self.body["resetDateTime"])


class Client:
    def __init__(self, attempts: int = 5, timeout: int = 30) -> None:
        setting = os.environ
        self.http = httpx.Client(base_url=setting["API_URL"], timeout=timeout)
        self.token_url = setting["TOKEN_URL"]
        self.credentials = (setting["CLIENT_ID"], setting["CLIENT_SECRET"])
        self.attempts = attempts
        self.sign_in()

    def sign_in(self) -> None:
        form = {"grant_type": "client_credentials"}
        response = self.http.post(self.token_url, data=form, auth=self.credentials)
        response.raise_for_status()
        self.http.headers["Authorization"] = f"Bearer {response.json()['access_token']}"

    def call(self, method: str, path: str, **request) -> httpx.Response:
        """Tries what may pass by itself several times. An update comes with its Idempotency-Key, so it can
        be sent again whatever became of the answer."""
        signed_in = False
        for attempt in range(1, self.attempts + 1):
            last = attempt == self.attempts
            try:
                response = self.http.request(method, path, **request)
            except httpx.TransportError:  # no answer
                if last:
                    raise
                time.sleep(attempt)
                continue
            if response.status_code == 401 and not signed_in:
                signed_in = True
                self.sign_in()
            elif may_pass(response) and not last:
                time.sleep(int(response.headers.get("Retry-After", attempt)))
            else:
                break
        if response.status_code == 304 or response.is_success and is_json(response):
            return response
        raise Problem(response)

    def pages(self, **filters) -> Iterator[dict]:
        """The list of the services that meet the filters. A page may be short or empty; the last one is the one
        without `next`."""
        page = {"next": None}
        while "next" in page:
            cursor = {"cursor": page["next"]} if page["next"] else {}
            page = self.call("GET", "/services", params=filters | cursor).json()
            yield page

    def read(self, service_id: int, known: Status | None = None) -> Status:
        """The status as it is now: `known` itself if nothing has changed."""
        headers = {"If-None-Match": known.tag} if known else {}
        response = self.call("GET", f"/services/{service_id}/capacitystatus", headers=headers)
        if known and response.status_code == 304:
            return known
        return Status(response.json(), response.headers["ETag"])

    def update(self, service_id: int, known: Status, key: str, **fields) -> Status:
        """Applied once, and only if the status is still the known one."""
        return self.put(f"/services/{service_id}/capacitystatus", known, key, fields)

    def extend(self, service_id: int, known: Status, key: str, minutes: int) -> Status:
        """That many minutes more than are left, with what is left rounded up. The deadline counts from now, so this
        machine's clock must be right."""
        left = math.ceil((known.deadline - datetime.now(UTC)).total_seconds() / 60)
        fields = {"resetStatusIn": left + minutes}
        return self.put(f"/services/{service_id}/capacitystatus/deadline", known, key, fields)

    def put(self, path: str, known: Status, key: str, fields: dict) -> Status:
        headers = {"If-Match": known.tag, "Idempotency-Key": key}
        response = self.call("PUT", path, headers=headers, json=fields)
        replayed = response.headers.get("Idempotency-Replayed") == "true"
        return Status(response.json(), response.headers["ETag"], replayed)


def new_key() -> str:
    return str(uuid.uuid4())


def main(service_id: int) -> None:
    def say(what: object) -> None:
        print(f"{service_id}: {what}")

    client = Client()

    pages = client.pages(editable="true", status="GREEN,AMBER", limit=10)
    print(f"{sum(len(page['items']) for page in pages)} services are not full")

    known = client.read(service_id)
    say(known)
    # Nothing is sent while nothing changes.
    if client.read(service_id, known) is known:
        say("not modified")

    # One key for one update, however often it is sent.
    key = new_key()
    red = {"status": "RED", "resetStatusIn": 120, "reason": "DEMAND", "notes": "two hour wait"}
    for _ in range(2):
        say(client.update(service_id, known, key, **red))

    # That tag is of the past now. Read again, decide again, and that is another update.
    try:
        client.update(service_id, known, new_key(), status="AMBER")
    except Problem as problem:
        if problem.code != "PRECONDITION_FAILED":
            raise
        say(problem.code)
        known = client.update(service_id, client.read(service_id), new_key(), status="AMBER")
        say(known)

    # Still AMBER, and longer. What the user saw is extended, or nothing is.
    extended = client.extend(service_id, known, new_key(), 30)
    say(f"{extended}, {(extended.deadline - known.deadline).seconds // 60} minutes longer")
    known = extended

    # What is wrong with an update is said by codes, all at once.
    try:
        client.update(service_id, known, new_key(), status="PURPLE", resetStatusIn=1441)
    except Problem as problem:
        if problem.code != "VALIDATION_FAILED":
            raise
        wrong = ", ".join(f"{error['pointer']} {error['code']}" for error in problem.errors)
        say(f"{problem.code}: {wrong}")

    say(client.update(service_id, known, new_key(), status="GREEN"))


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except (Problem, httpx.HTTPError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
