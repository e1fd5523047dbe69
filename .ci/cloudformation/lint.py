"""cfn-lint sees in the translated template what it cannot see in template.yaml: what openapi.yaml refers to, and what
SAM's resources depend on."""

import copy
import json

from cfnlint.api import ManualArgs, lint
from template import Refused


def check_lint(files):
    translated = copy.deepcopy(files.translated({}, "1"))
    del translated["Metadata"]  # has what the linter must ignore in template.yaml
    found = lint(json.dumps(translated), regions=["eu-west-2"], config=ManualArgs())
    if found:
        raise Refused("\n".join(str(one) for one in found))
