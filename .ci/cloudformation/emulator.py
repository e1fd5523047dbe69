"""Creates, updates and deletes stacks on moto's CloudFormation: in this process, without a network.

moto gets resources without conditions and parameters, because its updates do not follow a condition that changes."""

import io
import json
import os
import re
import zipfile

os.environ |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}  # never real ones

import boto3  # noqa: E402
from cases import OTHER, OWN_POOL  # noqa: E402
from moto_gaps import prepare  # noqa: E402
from sources import ROOT  # noqa: E402
from template import Deployment  # noqa: E402

TABLES = ROOT / ".local" / "deployed-tables.json"  # for the Rust test deployment::deployed_tables


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
        # An update adds resources in this order, whatever they wait for.
        resources = dict(sorted(deployment.resources.items(), key=lambda pair: "DependsOn" in pair[1]))
        body = json.dumps({"Resources": resources, "Outputs": outputs})
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
    """Creates the stack, updates it four times, deletes it, and writes down the tables that came up."""
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
    """Each function has its alias, and is given the tables that its variables say."""
    for function in deployment.of_type("AWS::Lambda::Function"):
        live = boto3.client("lambda").get_function_configuration(FunctionName=ids[function], Qualifier="live")
        for variable, value in live["Environment"]["Variables"].items():
            table = variable.removesuffix("_TABLE").title().replace("_", "") + "Table"
            if variable.endswith("_TABLE") and value != ids[table]:
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
    """Of tables, logs and functions, what the template retains is left, and nothing else."""
    retained = {name for name, one in deployment.resources.items() if one.get("DeletionPolicy") == "Retain"}
    stored = deployment.of_type("AWS::DynamoDB::Table") | deployment.of_type("AWS::Logs::LogGroup")
    left = {*boto3.client("dynamodb").list_tables()["TableNames"]}
    left |= {one["logGroupName"] for one in boto3.client("logs").describe_log_groups()["logGroups"]}
    left |= {one["FunctionName"] for one in boto3.client("lambda").list_functions()["Functions"]}
    if differences := left ^ {ids[name] for name in retained & stored.keys()}:
        raise AssertionError(f"wrongly deleted or left: {sorted(differences)}")
