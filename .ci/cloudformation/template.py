"""What CloudFormation does with a translated template: it checks parameters and rules, evaluates conditions and resolves
references. Nothing here knows what the resources are for."""

import re

PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-2",
    "AWS::StackId": "arn:aws:cloudformation:eu-west-2:123456789012:stack/capacity/0a1b2c3d-0000-4000-8000-000000000000",
    "AWS::StackName": "capacity",
    "AWS::URLSuffix": "amazonaws.com",
}
NOTHING = object()  # AWS::NoValue
PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")


class Refused(Exception):
    """AWS would refuse the deployment."""


def parameters(template, given):
    """The value of each parameter, checked as CloudFormation checks it."""
    declared = template["Parameters"]
    if unknown := given.keys() - declared.keys():
        raise Refused(f"Parameters do not exist in the template: {sorted(unknown)}")
    values = {}
    for name, rules in declared.items():
        value = str(given.get(name, rules.get("Default")))
        is_list = rules["Type"] == "CommaDelimitedList"
        elements = value.split(",") if is_list else [value]
        if not all(allowed(element, rules) for element in elements):
            raise Refused(f"{name} {rules.get('ConstraintDescription', 'has a value that is not allowed')}: {value!r}")
        values[name] = elements if is_list else value
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
        for rule in translated["Rules"].values():
            self.check_rule(rule)
        self.conditions = {}
        for name in translated["Conditions"]:
            self.conditions[name] = self.condition(name)
        self.present = {name for name, one in translated["Resources"].items() if self.exists(one)}
        self.resources = {name: self.resource(translated["Resources"][name]) for name in sorted(self.present)}
        outputs = translated["Outputs"].items()
        self.outputs = {name: self.resolve(one["Value"]) for name, one in outputs if self.exists(one)}

    def check_rule(self, rule):
        for assertion in rule["Assertions"]:
            if self.holds(rule["RuleCondition"]) and not self.holds(assertion["Assert"]):
                raise Refused(assertion["AssertDescription"])

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
