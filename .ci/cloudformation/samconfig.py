"""The environments of samconfig.toml, read by the SAM CLI's own code."""

import tomllib

import gateway
from samcli.cli.types import CfnParameterOverridesType
from samcli.lib.config.samconfig import SamConfig
from sources import ROOT
from template import Deployment, Refused


def environments():
    """The parameters of each environment."""
    config = SamConfig(str(ROOT))
    for name in tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8")):
        if name != "version":
            overrides = config.get_all(["deploy"], "parameters", name)["parameter_overrides"]
            yield name, CfnParameterOverridesType().convert(overrides, None, None)


def check_environment(files, name, parameters):
    """SAM keeps the value of a parameter that is not named."""
    if unnamed := files.template["Parameters"].keys() - parameters.keys():
        raise Refused(f"samconfig.toml, {name}: {sorted(unnamed)} are not named")
    local = [value for value in parameters.values() if "http://localhost" in value]
    if local and name != "dev":
        raise Refused(f"samconfig.toml, {name}: {local} only belongs in dev")
    deployment = Deployment(files, parameters)
    gateway.check(deployment)
