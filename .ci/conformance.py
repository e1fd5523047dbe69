"""What is not sent to the running API."""

import schemathesis


def is_utf8(text):
    if isinstance(text, str):
        text = text.encode("latin-1", "replace")
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


@schemathesis.hook
def filter_case(context, case):
    """`cargo lambda watch` answers 500 itself to a body or a header that is not UTF-8.

    No function sees them. API Gateway hands such a body on as base64, and tests/suite/contract/malformed_requests.rs
    sends it so.
    """
    headers = (case.headers or {}).values()
    body = case.body if isinstance(case.body, bytes) else b""
    return is_utf8(body) and all(is_utf8(value) for value in headers)
