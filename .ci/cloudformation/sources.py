"""template.yaml and the file that it includes, and what the transforms make of them."""

import copy
import logging
import os
from pathlib import Path

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-2")  # SAM's transform asks for the region
logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it has no feature toggles and no metrics here

from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
READ_BY_SAM = ["DeploymentType"]  # parameters whose value changes what SAM's transform makes


class Sources(dict):
    """The parsed files by name. Translations are kept, so change only what `edited` hands over."""

    def __init__(self, files=None):
        names = ("template.yaml", "openapi.yaml")
        super().__init__(files or {name: yaml_parse((ROOT / name).read_text(encoding="utf-8")) for name in names})
        self.template = self["template.yaml"]
        self.translations = {}

    def edited(self, edit):
        """A copy that `edit` has changed."""
        copied = Sources(copy.deepcopy(dict(self)))
        edit(copied)
        return copied

    def translated(self, given, code):
        """The template after its transforms. `code` names the functions' packages."""
        read = tuple(given.get(name) for name in READ_BY_SAM)
        if (read, code) not in self.translations:
            self.translations[read, code] = translate(self, given, code)
        return self.translations[read, code]

    def check_read_by_sam(self, given):
        if translate(self, given, "1") != self.translated(given, "1"):
            raise AssertionError(f"READ_BY_SAM lacks one of {sorted(given)}")


class NoManagedPolicies:
    """SAM may ask for the names of AWS's policies; the template uses none."""

    def load(self):
        return {}


def translate(files, given, code):
    template = copy.deepcopy(files.template)
    template["Globals"]["Function"]["CodeUri"] = {"Bucket": "code", "Key": f"{code}.zip"}  # as `sam package` does
    # CloudFormation runs nested transforms first, and none that SAM's leaves behind
    # (aws/serverless-application-model#305).
    return transform(included(template, files), dict(given), NoManagedPolicies())


def included(value, files):
    """Replaces each AWS::Include by its file."""
    if isinstance(value, list):
        return [included(element, files) for element in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Transform" in value:
        if value["Fn::Transform"]["Name"] != "AWS::Include" or len(value) > 1:
            raise AssertionError(f"an unknown transform: {value}")
        return files[value["Fn::Transform"]["Parameters"]["Location"]]
    return {key: included(element, files) for key, element in value.items()}
