"""Creates, updates and deletes stacks on moto's CloudFormation: in this process, without a network.

moto gets resources without conditions and parameters, because its updates do not follow a condition that changes."""

import io
import json
import os
import re
import zipfile

os.environ |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}  # never real ones

import boto3  # noqa: E402
from moto.awslambda.models import LambdaVersion  # noqa: E402
from moto.cloudformation import parsing  # noqa: E402
from moto.core.common_models import CloudFormationModel  # noqa: E402

from cases import OTHER, OWN_POOL  # noqa: E402
from sources import ROOT  # noqa: E402
from template import Deployment  # noqa: E402

TABLES = ROOT / ".local" / "deployed-tables.json"  # for the Rust test deployment::deployed_tables

# Types that moto's CloudFormation lacks, with the attributes that the template reads. A placeholder stands for each:
# it checks nothing. A type that moto has learned, or that is not deployed, fails the check.
LACKING = {
    "AWS::ApiGatewayV2::Api": ["ApiEndpoint"],  # http_api.py
    "AWS::ApiGatewayV2::ApiMapping": [],
    "AWS::ApiGatewayV2::DomainName": ["RegionalDomainName", "RegionalHostedZoneId"],
    "AWS::ApiGatewayV2::Stage": [],  # http_api.py
    "AWS::CloudTrail::Trail": [],
    "AWS::CloudWatch::Alarm": ["Arn"],
    "AWS::CodeDeploy::Application": [],
    "AWS::CodeDeploy::DeploymentGroup": [],
    "AWS::Cognito::UserPool": ["ProviderURL"],
    "AWS::Cognito::UserPoolClient": [],
    "AWS::Cognito::UserPoolDomain": [],
    "AWS::Cognito::UserPoolResourceServer": [],
    "AWS::Lambda::Alias": [],  # `Alias` below makes it with moto's Lambda
    "AWS::Lambda::EventInvokeConfig": [],
    "AWS::Logs::MetricFilter": [],
    "AWS::SNS::Subscription": [],
    "AWS::SNS::TopicPolicy": [],
    "AWS::Scheduler::Schedule": [],
}
# Types that moto creates and deletes, but cannot update: they stay as they were created.
NOT_UPDATED = {
    "AWS::DynamoDB::Table",
    "AWS::IAM::ManagedPolicy",
    "AWS::KMS::Key",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
}
# Besides, moto's CloudFormation ignores TimeToLiveSpecification (see `expiry`), and publishes a function's new version
# before it updates the function (see lambda_versions.py).


class Placeholder:
    """A resource without behaviour. `make` gives it a type."""

    @staticmethod
    def cloudformation_name_type():
        return ""

    @classmethod
    def cloudformation_type(cls):
        return cls.resource_type

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr in LACKING[cls.resource_type]

    def get_cfn_attribute(self, attribute_name):
        if not self.has_cfn_attr(attribute_name):
            raise AssertionError(f"LACKING has no {attribute_name} for {self.resource_type}")
        return f"{self.physical_resource_id}.{attribute_name}"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, *_, **__):
        created = cls()
        created.physical_resource_id = resource_name
        created.change("create", cloudformation_json["Properties"])
        return created

    @staticmethod
    def update_from_cloudformation_json(original_resource, cloudformation_json, **__):
        if isinstance(original_resource, Placeholder):
            original_resource.change("update", cloudformation_json["Properties"])
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(cls, *_, **__):
        pass

    def change(self, how, properties):
        pass


class Alias(Placeholder):
    def change(self, how, properties):
        getattr(boto3.client("lambda"), f"{how}_alias")(**properties)


def prepare(deployed):
    """Gives moto what it lacks of the deployed types. It finds its models among the subclasses of
    CloudFormationModel."""
    known = parsing.get_model_map()
    if differences := LACKING.keys() ^ (deployed - known.keys()):
        raise AssertionError(f"LACKING and what moto lacks differ: {sorted(differences)}")
    fixed = {name for name in deployed & known.keys() if is_abstract(known[name].update_from_cloudformation_json)}
    if differences := NOT_UPDATED ^ fixed:
        raise AssertionError(f"NOT_UPDATED and what moto cannot update differ: {sorted(differences)}")
    for name in NOT_UPDATED:
        known[name].update_from_cloudformation_json = Placeholder.update_from_cloudformation_json
    if hasattr(LambdaVersion, "get_cfn_attribute"):
        raise AssertionError("moto knows the attributes of AWS::Lambda::Version: take them out of here")
    LambdaVersion.get_cfn_attribute = lambda version, attribute: {"Version": str(version.version)}[attribute]
    for name in LACKING:
        behaviour = Alias if name == "AWS::Lambda::Alias" else Placeholder
        # moto takes a service's name from the module.
        members = {"resource_type": name, "__module__": "moto.placeholder.models"}
        KEPT.append(type(name, (behaviour, CloudFormationModel), members))
    for cached in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cached.cache_clear()


def is_abstract(method):
    return hasattr(method, "__isabstractmethod__")


KEPT = []  # moto only has weak references.


class Account:
    """An empty account, with packages for the functions."""

    def __init__(self):
        boto3.client("s3").create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        for code in ("1", "2"):
            package = io.BytesIO()
            with zipfile.ZipFile(package, "w") as archive:
                archive.writestr("bootstrap", code)
            boto3.client("s3").put_object(Bucket="code", Key=f"{code}.zip", Body=package.getvalue())
        self.cloudformation = boto3.client("cloudformation")

    def deploy(self, how, deployment):
        """`create` or `update`. Returns the physical ids of the resources."""
        outputs = {name: {"Value": value} for name, value in deployment.outputs.items()}
        body = json.dumps({"Resources": deployment.resources, "Outputs": outputs})
        getattr(self.cloudformation, f"{how}_stack")(StackName="capacity", TemplateBody=body)
        (stack,) = self.cloudformation.describe_stacks(StackName="capacity")["Stacks"]
        if stack["StackStatus"] != f"{how.upper()}_COMPLETE":
            raise AssertionError(f"{stack['StackStatus']}: {stack.get('StackStatusReason')}")
        resources = self.cloudformation.describe_stack_resources(StackName="capacity")["StackResources"]
        if {one["LogicalResourceId"] for one in resources} != deployment.resources.keys():
            raise AssertionError(f"{how} left other resources than the template has")
        if {one["OutputKey"] for one in stack["Outputs"]} != deployment.outputs.keys():
            raise AssertionError(f"{how} left other outputs than the template has")
        return {one["LogicalResourceId"]: one.get("PhysicalResourceId") for one in resources}


def check(files):
    """Creates the stack, updates it twice, deletes it, and writes down the tables that came up."""
    deployments = [Deployment(files, parameters) for parameters in ({}, OWN_POOL, OTHER)]
    prepare({one["Type"] for deployment in deployments for one in deployment.resources.values()})
    account = Account()
    ids = account.deploy("create", deployments[0])
    check_functions(ids, deployments[0])
    TABLES.write_text(json.dumps(tables(ids, deployments[0]), indent=1), encoding="utf-8")
    last = Deployment(files, {}, "2")
    for deployment in (*deployments[1:], deployments[0], last):
        ids = account.deploy("update", deployment)
    account.cloudformation.delete_stack(StackName="capacity")
    check_deleted(ids, last)


def check_functions(ids, deployment):
    """Each function runs at its alias, with the names of tables that exist."""
    names = {ids[name] for name in deployment.of_type("AWS::DynamoDB::Table")}
    for function in deployment.of_type("AWS::Lambda::Function"):
        live = boto3.client("lambda").get_function_configuration(FunctionName=ids[function], Qualifier="live")
        for variable, value in live["Environment"]["Variables"].items():
            table = variable.removesuffix("_TABLE").title().replace("_", "") + "Table"
            if variable.endswith("_TABLE") and (value not in names or value != ids[table]):
                raise AssertionError(f"{function}: {variable} is {value}")


def tables(ids, deployment):
    """Keys, indexes and expiry of each table, by the name that the code's table has on the local stack."""
    dynamodb, found = boto3.client("dynamodb"), {}
    for table, properties in deployment.of_type("AWS::DynamoDB::Table").items():
        described = dynamodb.describe_table(TableName=ids[table])["Table"]
        name = re.sub(r"(?<!^)(?=[A-Z])", "-", table.removesuffix("Table")).lower()
        found[name] = {
            "types": {one["AttributeName"]: one["AttributeType"] for one in described["AttributeDefinitions"]},
            "key": [one["AttributeName"] for one in described["KeySchema"]],
            "indexes": {one["IndexName"]: index(one) for one in described.get("GlobalSecondaryIndexes", [])},
            "expires_by": expiry(ids[table], properties),
        }
    return found


def expiry(table, properties):
    if boto3.client("dynamodb").describe_time_to_live(TableName=table)["TimeToLiveDescription"].get("AttributeName"):
        raise AssertionError("moto knows TimeToLiveSpecification: read it from the table")
    specification = properties.get("TimeToLiveSpecification", {})
    return specification["AttributeName"] if specification.get("Enabled") else None


def index(described):
    projection = described["Projection"]
    return {
        "key": [one["AttributeName"] for one in described["KeySchema"]],
        "projection": projection["ProjectionType"],
        "attributes": sorted(projection.get("NonKeyAttributes", [])),
    }


def check_deleted(ids, deployment):
    """What the template retains is left, and nothing else."""
    left = {ids[name] for name, one in deployment.resources.items() if one.get("DeletionPolicy") == "Retain"}
    found = {*boto3.client("dynamodb").list_tables()["TableNames"]}
    found |= {one["logGroupName"] for one in boto3.client("logs").describe_log_groups()["logGroups"]}
    expected = {name for name in left if name in found}
    functions = boto3.client("lambda").list_functions()["Functions"]
    if functions or found != expected or not expected:
        raise AssertionError(f"left after deletion: {sorted(found - expected)}, {len(functions)} functions")
