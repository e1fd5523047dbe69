"""What CloudFormation makes of template.yaml: it checks parameters and rules, includes openapi.yaml, runs SAM's
transform, evaluates conditions and resolves references. Nothing here knows what the resources are for."""

import copy
import logging
import os
import re
from pathlib import Path

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-2")  # SAM's transform asks for the region

logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it has no feature toggles and no metrics here

from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-2",
    "AWS::StackId": "arn:aws:cloudformation:eu-west-2:123456789012:stack/capacity/0a1b2c3d-0000-4000-8000-000000000000",
    "AWS::StackName": "capacity",
    "AWS::URLSuffix": "amazonaws.com",
}
READ_BY_SAM = ["DeploymentType"]  # parameters whose value changes what SAM's transform makes
NOTHING = object()  # AWS::NoValue
PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")


class Refused(Exception):
    """AWS would refuse the deployment."""


class Sources(dict):
    """template.yaml and the file that it includes, parsed, with what transforms made of them."""

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
            raise Refused(f"an unknown transform: {value}")
        return files[value["Fn::Transform"]["Parameters"]["Location"]]
    return {key: included(element, files) for key, element in value.items()}


def parameters(template, given):
    """The value of each parameter, checked as CloudFormation checks it."""
    declared = template["Parameters"]
    if unknown := given.keys() - declared.keys():
        raise Refused(f"Parameters do not exist in the template: {sorted(unknown)}")
    values = {name: str(given.get(name, rules.get("Default"))) for name, rules in declared.items()}
    for name, rules in declared.items():
        value = values[name]
        elements = value.split(",") if rules["Type"] == "CommaDelimitedList" else [value]
        limits = [(element, rules) for element in elements]
        if not all(allowed(element, rules) for element, rules in limits):
            raise Refused(f"{name} {rules.get('ConstraintDescription', 'has a value that is not allowed')}: {value!r}")
        values[name] = elements if rules["Type"] == "CommaDelimitedList" else value
    return values


def allowed(value, rules):
    if "AllowedValues" in rules and value not in [str(one) for one in rules["AllowedValues"]]:
        return False
    if "AllowedPattern" in rules and not re.fullmatch(rules["AllowedPattern"], value):
        return False
    if rules["Type"] != "Number":
        return True
    return rules.get("MinValue", float("-inf")) <= float(value) <= rules.get("MaxValue", float("inf"))


class Deployment:
    """A template with parameters: `resources` and `outputs` have no condition, parameter or AWS::NoValue left, only
    references to other resources."""

    def __init__(self, files, given, code="1"):
        self.template = translated = files.translated(given, code)
        self.given = given
        self.parameters = parameters(translated, given)
        for name, rule in translated.get("Rules", {}).items():
            if self.holds(rule.get("RuleCondition", {"Fn::Equals": ["", ""]})):
                for assertion in rule["Assertions"]:
                    if not self.holds(assertion["Assert"]):
                        raise Refused(f"{name}: {assertion['AssertDescription']}")
        self.conditions = {}
        for name in translated["Conditions"]:
            self.conditions[name] = self.condition(name)
        self.present = {name for name, one in translated["Resources"].items() if self.exists(one)}
        self.resources = {name: self.resource(translated["Resources"][name]) for name in sorted(self.present)}
        outputs = translated["Outputs"].items()
        self.outputs = {name: self.resolve(one["Value"]) for name, one in outputs if self.exists(one)}

    def exists(self, one):
        return "Condition" not in one or self.conditions[one["Condition"]]

    def resource(self, resource):
        waits_for = resource.get("DependsOn", [])
        for name in [waits_for] if isinstance(waits_for, str) else waits_for:
            self.existing(name)
        return self.resolve({key: value for key, value in resource.items() if key not in ("Condition", "Metadata")})

    def condition(self, name):
        known = self.conditions.get(name)
        return self.holds(self.template["Conditions"][name]) if known is None else known

    def holds(self, condition):
        if "Condition" in condition:
            return self.condition(condition["Condition"])
        ((function, arguments),) = condition.items()
        if function == "Fn::Equals":
            left, right = (symbolic(self.resolve(argument)) for argument in arguments)
            return left == right
        held = [self.holds(argument) for argument in arguments]
        return {"Fn::Not": not held[0], "Fn::And": all(held), "Fn::Or": any(held)}[function]

    def resolve(self, value):
        """Leaves only references to resources, which exist."""
        if isinstance(value, list):
            elements = [self.resolve(element) for element in value]
            return [element for element in elements if element is not NOTHING]
        if not isinstance(value, dict):
            return value
        if "Fn::If" in value:
            condition, yes, no = value["Fn::If"]
            return self.resolve(yes if self.conditions[condition] else no)
        if "Ref" in value:
            return self.reference(value["Ref"])
        if "Fn::GetAtt" in value:
            target, attribute = value["Fn::GetAtt"]
            return {"Fn::GetAtt": [self.existing(target), attribute]}
        if "Fn::Sub" in value:
            text, own = sub(value)
            replaced = PLACEHOLDER.sub(lambda found: found[0] if found[1] in own else self.substitute(found), text)
            return {"Fn::Sub": [replaced, self.resolve(own)] if own else replaced}
        members = {key: self.resolve(member) for key, member in value.items()}
        return {key: member for key, member in members.items() if member is not NOTHING}

    def reference(self, name):
        if name == "AWS::NoValue":
            return NOTHING
        if name in PSEUDO:
            return PSEUDO[name]
        return self.parameters[name] if name in self.parameters else {"Ref": self.existing(name)}

    def substitute(self, placeholder):
        name = placeholder[1]
        if name in PSEUDO or name in self.parameters:
            return (PSEUDO | self.parameters)[name]
        self.existing(name.split(".")[0])
        return placeholder[0]

    def existing(self, name):
        if name not in self.present:
            raise Refused(f"Template error: a reference to {name}, which does not exist")
        return name

    def properties(self, name):
        """A resource's properties with names for what only AWS knows: `Api` for its id, `Api.ApiEndpoint` for an
        attribute."""
        return symbolic(self.resources[name].get("Properties", {}))

    def of_type(self, resource_type):
        return {name: self.properties(name) for name, one in self.resources.items() if one["Type"] == resource_type}


def sub(value):
    """The text of Fn::Sub, and its own variables."""
    return value["Fn::Sub"] if isinstance(value["Fn::Sub"], list) else (value["Fn::Sub"], {})


def symbolic(value):
    if isinstance(value, list):
        return [symbolic(element) for element in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return value["Ref"]
    if "Fn::GetAtt" in value:
        return ".".join(value["Fn::GetAtt"])
    if "Fn::Sub" in value:
        text, own = sub(value)
        return PLACEHOLDER.sub(lambda found: symbolic(own).get(found[1], found[1]), text)
    if "Fn::Join" in value:
        separator, parts = symbolic(value["Fn::Join"])
        return separator.join(parts)
    if "Fn::Split" in value:
        separator, text = symbolic(value["Fn::Split"])
        return text.split(separator)
    if "Fn::Select" in value:
        position, elements = symbolic(value["Fn::Select"])
        return elements[int(position)]
    return {key: symbolic(member) for key, member in value.items()}
