"""When Lambda publishes a version, and what an update of the stack does to the functions' aliases."""

from template import Refused

# A version holds what UpdateFunctionCode and UpdateFunctionConfiguration set. `True`: part of it.
# https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
IN_A_VERSION = {
    "Architectures": True,
    "Code": True,
    "Description": True,
    "Environment": True,
    "Handler": True,
    "LoggingConfig": True,
    "MemorySize": True,
    "Role": True,
    "Runtime": True,
    "Timeout": True,
    "TracingConfig": True,
    "ReservedConcurrentExecutions": False,
    "Tags": False,
}


def functions(deployment):
    """The code and configuration of each function."""
    found = deployment.of_type("AWS::Lambda::Function")
    for name, properties in found.items():
        if unknown := properties.keys() - IN_A_VERSION.keys():
            raise AssertionError(f"{name}: say in IN_A_VERSION whether these belong to a version: {sorted(unknown)}")
    return {
        # The SAM CLI names a package by its content, in whatever bucket and folder.
        name: {key: value for key, value in properties.items() if IN_A_VERSION[key]}
        | {"Code": properties["Code"]["S3Key"].split("/")[-1]}
        for name, properties in found.items()
    }


class Lambda:
    """The functions of one stack: what each runs unpublished, and its published versions."""

    def __init__(self, deployment):
        self.ids, self.last, self.live = {}, {}, {}
        self.update(deployment)

    def update(self, deployment):
        """Creates the versions whose logical id is new. Returns the functions whose alias keeps another code or
        configuration than the template now has (aws/serverless-application-model#3820)."""
        current = functions(deployment)
        ids = {one["FunctionName"]: name for name, one in deployment.of_type("AWS::Lambda::Version").items()}
        for name, function in current.items():
            if self.ids.get(name) != ids[name]:
                self.publish(name, function)
        self.ids = ids
        return {name for name, function in current.items() if self.live[name] != function}

    def publish(self, name, function):
        """Lambda publishes no version if code and configuration are those of the last one; CloudFormation then fails.
        https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html"""
        if self.last.get(name) == function:
            raise Refused(f"A version for this Lambda function exists: {name}")
        self.last[name] = self.live[name] = function

    def roll_back(self, deployment):
        """Aliases return to their versions; a version that was published meanwhile stays (DeletionPolicy: Retain)."""
        self.live = functions(deployment)
        self.ids = {one["FunctionName"]: name for name, one in deployment.of_type("AWS::Lambda::Version").items()}
