"""Checks the bills of materials in target/sbom: they match CycloneDX's schema, and there is one for each
function, with the digest of its binary, its dependencies, and no packages of tools and tests."""

import hashlib
import json
import pathlib
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

wrong = []
functions = {folder.name for folder in pathlib.Path("functions").iterdir()}
bills = {file.name.removesuffix(".cdx.json"): file for file in pathlib.Path("target/sbom").iterdir()}
if set(bills) != functions:
    wrong.append(f"must be one for each function: {sorted(bills)}")
for function, file in bills.items():
    text = file.read_text()
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        # The other lines repeat the schema.
        wrong.append(f"{file}: {str(error).splitlines()[0]}")
    bill = json.loads(text)
    binary = pathlib.Path("target/lambda", function, "bootstrap").read_bytes()
    if bill["metadata"]["component"]["hashes"][0]["content"] != hashlib.sha256(binary).hexdigest():
        wrong.append(f"{file}: digest of a different binary")
    names = {component["name"] for component in bill["components"]}
    if missing := {"shared", "lambda_runtime", "rustls", "ring"} - names:
        wrong.append(f"{file}: lacks {missing}")
    # web-session alone verifies tokens.
    verification = {"jsonwebtoken", "aws-lc-rs"}
    if function == "web-session" and (missing := verification - names):
        wrong.append(f"{file}: lacks {missing}")
    forbidden = {"dynoxide-rs", "axum", "syn"} | (set() if function == "web-session" else verification)
    if others := forbidden & names:
        wrong.append(f"{file}: must not have {others}")
sys.exit("\n".join(wrong) or None)
