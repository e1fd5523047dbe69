"""Reads and updates statuses, and moves a deadline, with the client that openapi-generator makes for Python.

    openapi-generator-cli generate -i $API_URL/openapi.json -g python -o openapi-generator-python
    API_URL=… TOKEN=… PYTHONPATH=openapi-generator-python python openapi_generator.py SERVICE_ID PARENT_ID
"""

import os
import sys
from collections import Counter
from datetime import timedelta

from openapi_client import (
    ApiClient,
    ApiException,
    ApiResponse,
    CapacityStatus,
    CapacityStatusApi,
    Configuration,
    DeadlineUpdate,
    DeadlineUpdateResetStatusIn,
    Rag,
    ServicesApi,
    StatusUpdate,
    StatusUpdateNotes,
    StatusUpdateResetStatusIn,
)

service, parent = map(int, sys.argv[1:])
configuration = Configuration(host=os.environ["API_URL"], access_token=os.environ["TOKEN"])
# Its own format writes offsets without a colon, which is refused. This one is for times in UTC.
configuration.datetime_format = "%Y-%m-%dT%H:%M:%SZ"
client = ApiClient(configuration)
statuses, services = CapacityStatusApi(client), ServicesApi(client)


def show(status: CapacityStatus) -> None:
    deadline = status.reset_date_time
    minutes = deadline and (deadline - status.modified_date) // timedelta(minutes=1)
    print(status.status.value, f"for {minutes} minutes" if deadline else "without a deadline")


def update(rag: Rag, minutes: int) -> ApiResponse[CapacityStatus]:
    return statuses.update_capacity_status_with_http_info(
        service,
        StatusUpdate(
            status=rag,
            # A number or a text is a class of its own here.
            reset_status_in=StatusUpdateResetStatusIn(minutes),
            reason="STAFFING",
            notes=StatusUpdateNotes("two hour wait"),
        ),
    )


show(statuses.get_capacity_status(service))
amber = update(Rag.AMBER, 30).data
show(statuses.get_capacity_status(service))
red = update(Rag.RED, 120)
show(statuses.get_capacity_status(service))
ninety = DeadlineUpdate(reset_status_in=DeadlineUpdateResetStatusIn(90))
# Here the names of headers are as they were sent.
tag = next(value for name, value in red.headers.items() if name.lower() == "etag")
moved = statuses.update_deadline(service, ninety, if_match=tag)
show(moved)

found, page = Counter(), None
while page is None or page.next:
    cursor = page.next if page else None
    page = services.list_services(parent_id=parent, status=list(Rag), limit=2, cursor=cursor)
    found.update(entry.status.value for entry in page.items)
print("list:", *(f"{count} {rag}" for rag, count in sorted(found.items())))

# The class is the page or, with `at`, the status.
history = statuses.get_capacity_status_history(service, var_from=amber.modified_date, to=moved.modified_date)
newest = history.actual_instance.items[0]
print("history:", newest.cause, newest.status.value, "after", newest.previous_status.value, newest.reason)

try:
    statuses.get_capacity_status(1)
except ApiException as error:
    print("error:", error.data.code)

show(update(Rag.GREEN, 0).data)
