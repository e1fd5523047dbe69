"""What moto's CloudFormation lacks, and what stands for it. An entry that moto has learned, or that is not deployed, fails
the check."""

import boto3
from moto.awslambda.models import LambdaVersion
from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel

# Types that moto lacks, with the attributes that the template reads. A placeholder stands for each: it checks nothing.
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
# Besides, moto's CloudFormation ignores TimeToLiveSpecification (see `expiry` in emulator.py), and publishes a function's new version
# before it updates the function (see lambda_versions.py).


class Placeholder:
    """A resource without behaviour. `prepare` gives it a type."""

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


KEPT = []  # moto has only weak references to its models.
