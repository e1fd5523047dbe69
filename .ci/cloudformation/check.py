"""Deploys template.yaml and openapi.yaml without AWS. See .ci/deployment."""

import cases
import controls
import emulator
import gateway
import updates
from lint import check_lint
from moto import mock_aws
from samconfig import check_environment, environments
from sources import Sources


def main():
    files = Sources()
    check_lint(files)
    deployments = cases.deployments(files)
    for deployment in deployments:
        gateway.check(deployment)
    print(f"{len(deployments)} combinations of parameters can be deployed")
    for name, parameters in environments():
        check_environment(files, name, parameters)
    need = updates.check_parameters(files)
    updates.check_runbook(need)
    need |= updates.check_edits(files)
    print("A change of these needs a raised SETTINGS_REVISION:", ", ".join(sorted(need)))
    updates.second_try(files, updates.raised(files))
    controls.check(files)
    with mock_aws():
        emulator.check(files)


if __name__ == "__main__":
    main()
