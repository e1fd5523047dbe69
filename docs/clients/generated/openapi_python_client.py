"""Reads and updates statuses, and moves a deadline, with the client that openapi-python-client makes.

    openapi-python-client generate --url $API_URL/openapi.json --meta none --output-path capacity_status_api_client
    API_URL=… TOKEN=… python openapi_python_client.py SERVICE_ID PARENT_ID
"""

import os
import sys
from collections import Counter
from datetime import timedelta

from capacity_status_api_client import AuthenticatedClient
from capacity_status_api_client.api.capacity_status import (
    get_capacity_status,
    get_capacity_status_history,
    update_capacity_status,
    update_deadline,
)
from capacity_status_api_client.api.services import list_services
from capacity_status_api_client.models import (
    CapacityStatus,
    DeadlineUpdate,
    HistoryPage,
    Problem,
    Rag,
    ServicePage,
    StatusUpdate,
)
from capacity_status_api_client.types import UNSET

service, parent = map(int, sys.argv[1:])
client = AuthenticatedClient(base_url=os.environ["API_URL"], token=os.environ["TOKEN"])


def expect(kind, answer):
    """An error is returned like a success."""
    if not isinstance(answer, kind):
        raise TypeError(answer)
    return answer


def read() -> CapacityStatus:
    return expect(CapacityStatus, get_capacity_status.sync(service, client=client))


def show(status: CapacityStatus) -> None:
    deadline = status.reset_date_time
    minutes = deadline and (deadline - status.modified_date) // timedelta(minutes=1)
    print(status.status.value, f"for {minutes} minutes" if deadline else "without a deadline")


def update(rag: Rag, minutes: int) -> tuple[CapacityStatus, str]:
    """The status with its entity tag."""
    body = StatusUpdate(status=rag.value, reset_status_in=minutes, reason="STAFFING", notes="two hour wait")
    answer = update_capacity_status.sync_detailed(service, client=client, body=body)
    return expect(CapacityStatus, answer.parsed), answer.headers["ETag"]


show(read())
amber, _ = update(Rag.AMBER, 30)
show(read())
_, tag = update(Rag.RED, 120)
show(read())
ninety = DeadlineUpdate(reset_status_in=90)
moved = expect(CapacityStatus, update_deadline.sync(service, client=client, body=ninety, if_match=tag))
show(moved)

found, page = Counter(), None
while page is None or page.next_:
    cursor = page.next_ if page else UNSET
    page = list_services.sync(client=client, parent_id=parent, status=list(Rag), limit=2, cursor=cursor)
    found.update(entry.status.value for entry in expect(ServicePage, page).items)
print("list:", *(f"{count} {rag}" for rag, count in sorted(found.items())))

history = get_capacity_status_history.sync(
    service, client=client, from_=amber.modified_date, to=moved.modified_date
)
newest = expect(HistoryPage, history).items[0]
print("history:", newest.cause, newest.status.value, "after", newest.previous_status.value, newest.reason)

print("error:", expect(Problem, get_capacity_status.sync(1, client=client)).code)

show(update(Rag.GREEN, 0)[0])
