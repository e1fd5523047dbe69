"""Reads and updates statuses, and moves a deadline, with httpx and the classes that datamodel-code-generator makes.

    datamodel-codegen --url $API_URL/openapi.json --input-file-type openapi --output models.py
    API_URL=… TOKEN=… python datamodel_code_generator.py SERVICE_ID PARENT_ID
"""

import os
import sys
from collections import Counter
from datetime import timedelta

import httpx
from models import CapacityStatus, DeadlineUpdate, HistoryPage, Problem, Rag, ServicePage, StatusUpdate

service, parent = map(int, sys.argv[1:])
headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
client = httpx.Client(base_url=os.environ["API_URL"], headers=headers)
path = f"/services/{service}/capacitystatus"


def get(kind, path: str, **parameters):
    answer = client.get(path, params=parameters)
    return kind.model_validate_json(answer.content)


def show(status: CapacityStatus) -> None:
    deadline = status.resetDateTime
    minutes = deadline and (deadline - status.modifiedDate) // timedelta(minutes=1)
    print(status.status.value, f"for {minutes} minutes" if deadline else "without a deadline")


def put(path: str, body: StatusUpdate | DeadlineUpdate, **headers: str) -> tuple[CapacityStatus, str]:
    """The status with its entity tag."""
    # What is not set is left out, because null is a value.
    content = body.model_dump_json(exclude_unset=True)
    answer = client.put(path, content=content, headers={"Content-Type": "application/json"} | headers)
    return CapacityStatus.model_validate_json(answer.content), answer.headers["ETag"]


def update(rag: Rag, minutes: int) -> tuple[CapacityStatus, str]:
    return put(path, StatusUpdate(status=rag.value, resetStatusIn=minutes, reason="STAFFING", notes="two hour wait"))


show(get(CapacityStatus, path))
amber, _ = update(Rag.AMBER, 30)
show(get(CapacityStatus, path))
_, tag = update(Rag.RED, 120)
show(get(CapacityStatus, path))
moved, _ = put(f"{path}/deadline", DeadlineUpdate(resetStatusIn=90), **{"If-Match": tag})
show(moved)

found, page = Counter(), None
while page is None or page.next:
    cursor = {"cursor": page.next} if page else {}
    everything = [rag.value for rag in Rag]
    page = get(ServicePage, "/services", parentId=parent, status=everything, limit=2, **cursor)
    found.update(entry.status.value for entry in page.items)
print("list:", *(f"{count} {rag}" for rag, count in sorted(found.items())))

period = {"from": amber.modifiedDate.isoformat(), "to": moved.modifiedDate.isoformat()}
newest = get(HistoryPage, f"{path}/history", **period).items[0]
print("history:", newest.cause, newest.status.value, "after", newest.previousStatus.value, newest.reason)

print("error:", get(Problem, "/services/1/capacitystatus").code)

show(update(Rag.GREEN, 0)[0])
