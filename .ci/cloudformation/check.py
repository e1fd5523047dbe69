"""Deploys template.yaml and openapi.yaml without AWS, by models of what AWS does. See .ci/deployment."""

import copy
import json

import cases
import controls
import emulator
import gateway
import updates
from cfnlint.api import ManualArgs, lint
from moto import mock_aws
from samconfig import check_environment, environments
from template import Refused, Sources


def check_lint(files):
    """After the transforms, cfn-lint sees what openapi.yaml refers to."""
    translated = copy.deepcopy(files.translated({}, "1"))
    del translated["Metadata"]
    found = lint(json.dumps(translated), regions=["eu-west-2"], config=ManualArgs())
    if found:
        raise Refused("\n".join(str(one) for one in found))


def main():
    files = Sources()
    check_lint(files)
    deployments = cases.deployments(files)
    for deployment in deployments:
        gateway.check(deployment)
    print(f"{len(deployments)} combinations of parameters")
    need = updates.check_parameters(files) | updates.check_edits(files)
    print("A raised SETTINGS_REVISION is needed after a change of", ", ".join(sorted(need)))
    updates.second_try(files, updates.raised(files))
    for name, parameters in environments():
        check_environment(files, name, parameters)
    controls.check(files)
    with mock_aws():
        emulator.check(files)


if __name__ == "__main__":
    main()
