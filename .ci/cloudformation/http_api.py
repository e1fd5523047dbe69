"""What API Gateway makes of an OpenAPI document for an HTTP API, by its developer guide and by reports where the guide
is silent. Used are:

- https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html (routes, matching)
- https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html (import)
- https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
- https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html (RouteSettings)
- https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
- aws/serverless-application-model#1949 and aws/aws-cdk#13981: no route ends in a slash
- aws/serverless-application-model#1603: OPTIONS reaches any-method routes and `$default`
- aws/serverless-application-model#1860: how `$default` is named to Lambda
- aws/aws-sam-cli#2410: without FailOnWarnings an import silently leaves out an authorizer and all of its routes
"""

import fnmatch
import re
from dataclasses import dataclass

from template import PSEUDO, Refused

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
ANY = "x-amazon-apigateway-any-method"
FUNCTION = re.compile(r":lambda:path/2015-03-31/functions/(\w+)\.Arn:live/invocations$")
MAX_ROUTES, MAX_AUDIENCES, MAX_SCOPES = 300, 50, 10


@dataclass(frozen=True)
class Route:
    method: str  # or ANY
    path: str  # or $default
    function: str
    authorizer: str | None
    scopes: tuple

    @property
    def key(self):
        return self.path if self.path == "$default" else f"{self.method} {self.path}"


class HttpApi:
    """An imported API. Warnings refuse the import if `fail_on_warnings`; else they leave parts out."""

    def __init__(self, document, fail_on_warnings=False):
        if not document.get("openapi", "").startswith("3.0"):
            raise Refused(f"Unsupported OpenAPI version: {document.get('openapi')}")
        self.warnings = []
        schemes = document.get("components", {}).get("securitySchemes", {})
        self.authorizers = {name for name, scheme in schemes.items() if self.authorizer(name, scheme)}
        self.default_security = document.get("security", [])
        self.routes = {}
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if method in METHODS or method == ANY:
                    self.add(path, method, operation)
        if fail_on_warnings and self.warnings:
            raise Refused("Warnings found during import: " + " ".join(self.warnings))
        if len(self.routes) > MAX_ROUTES:
            raise Refused(f"{len(self.routes)} routes")
        endpoints = (one.get("x-amazon-apigateway-endpoint-configuration", {}) for one in document.get("servers", []))
        self.default_endpoint = not any(one.get("disableExecuteApiEndpoint") for one in endpoints)

    def authorizer(self, name, scheme):
        """Whether API Gateway makes an authorizer of the scheme."""
        extension = scheme.get("x-amazon-apigateway-authorizer", {})
        jwt = extension.get("jwtConfiguration", {})
        self.audience = audience = [one for one in jwt.get("audience", []) if one]
        source = extension.get("identitySource", "")
        problem = None
        if extension.get("type") != "jwt":
            problem = "Not a JWT authorizer."
        elif not re.fullmatch(r"\$request\.(header|querystring)\.[\w-]+", source):
            problem = f"Invalid identity source {source!r}."
        elif not jwt.get("issuer"):
            problem = "Issuer can not be empty for JWT Authorizer."
        elif not 0 < len(audience) <= MAX_AUDIENCES:
            problem = f"{len(audience)} audiences."
        return self.warn(f"Unable to create Authorizer '{name}': {problem} Ignoring.") if problem else True

    def warn(self, text):
        self.warnings.append(text)
        return False

    def add(self, path, method, operation):
        where = f"Unable to put method {method} on resource at path {path}:"
        name = "$default" if path == "/$default" and method == ANY else path
        problem = self.problem(name, operation)
        if problem:
            return self.warn(f"{where} {problem} Ignoring.")
        security = operation.get("security", self.default_security)
        authorizer, scopes = next(iter(security[0].items())) if security else (None, [])
        function = FUNCTION.search(operation["x-amazon-apigateway-integration"]["uri"])[1]
        route = Route("ANY" if method == ANY else method.upper(), name, function, authorizer, tuple(scopes))
        for other in self.routes.values():
            if (other.method, shape(other.path)) == (route.method, shape(route.path)):
                return self.warn(f"{where} Conflicts with {other.key}. Ignoring.")
        self.routes[route.key] = route
        return True

    def problem(self, path, operation):
        integration = operation.get("x-amazon-apigateway-integration", {})
        security = operation.get("security", self.default_security)
        if path != "$default" and not path.startswith("/"):
            return "Resource should start with /."
        if path != "/" and path.endswith("/"):
            return "No route ends in a slash."
        if "+}" in path.removesuffix("+}") or (path.endswith("+}") and not re.search(r"/\{[^/]+\+\}$", path)):
            return "A greedy variable is a whole segment, the last one."
        if integration.get("type", "").lower() != "aws_proxy" or not FUNCTION.search(integration.get("uri", "")):
            return "No Lambda integration."
        if integration.get("payloadFormatVersion") != "2.0":
            return "Another payload format than the functions read."
        if len(security) > 1 or any(len(one) != 1 for one in security):
            return "A route has at most one authorizer."
        if security and next(iter(security[0])) not in self.authorizers:
            return "Invalid authorizer definition. Setting the authorization type to JWT requires a valid authorizer."
        if security and len(next(iter(security[0].values()))) > MAX_SCOPES:
            return "Too many scopes."
        return None

    def source_arns(self, route, api_id):
        """What API Gateway names to Lambda: the route's path with its variables, which is all that aws/aws-cdk's
        HttpLambdaIntegration allows."""
        account = f"{PSEUDO['AWS::Region']}:{PSEUDO['AWS::AccountId']}"
        start = f"arn:{PSEUDO['AWS::Partition']}:execute-api:{account}:{api_id}/$default/"
        if route.path == "$default":
            return [start + "$default"]
        every = [method.upper() for method in METHODS]
        methods = [method for method in every if f"{method} {route.path}" not in self.routes]
        methods = methods if route.method == "ANY" else [route.method]
        return [f"{start}{method}{route.path}" for method in methods]

    def match(self, method, path, greedy_takes_nothing=True):
        """The route of a request: a full match, else one with a greedy variable, else `$default`. What is more specific
        goes first. `greedy_takes_nothing`: whether `/a/{proxy+}` matches `/a/`; the guide does not say."""
        found = [route for route in self.routes.values() if matches(route, method, path, greedy_takes_nothing)]
        found.sort(key=lambda route: (specificity(route.path), route.method == "ANY"))
        return found[0] if found else None


def example(path):
    """A request's path for a route's, with nothing for a greedy variable."""
    return re.sub(r"\{[^}]+\}", "149198", re.sub(r"\{[^}]+\+\}$", "", path))


def shape(path):
    """Paths that differ in the names of variables are one route."""
    return re.sub(r"\{[^}+]+(\+?)\}", r"{\1}", path)


def matches(route, method, path, greedy_takes_nothing):
    if route.method not in ("ANY", method):
        return False
    if route.path == "$default":
        return True
    pattern = re.sub(r"\\\{[^}+]+\\\}", "[^/]+", re.escape(route.path))
    pattern = re.sub(r"\\\{[^}+]+\\\+\\\}$", ".*" if greedy_takes_nothing else ".+", pattern)
    return re.fullmatch(pattern, path) is not None


def specificity(path):
    """Smaller is more specific."""
    if path == "$default":
        return (2, [])
    return (1 if path.endswith("+}") else 0, [segment.startswith("{") for segment in path.split("/")])


class Stage:
    """The stage `$default`, which deploys each import by itself, and so must fit its routes at any time."""

    def __init__(self, api, settings):
        self.settings = {}
        self.update(api, settings)

    def update(self, api, settings):
        """CloudFormation imports the API first, while the stage still has its old settings, and then updates the
        stage."""
        self.check(api, self.settings)
        self.check(api, settings)
        self.settings = settings

    def check(self, api, settings):
        for key in settings:
            if key not in api.routes:
                raise Refused(f"Unable to find Route by key {key} within the provided RouteSettings")


def allows(pattern, arn):
    """ArnLike, for patterns with `*` and `?` in the last of an ARN's six parts only."""
    *fixed, last = pattern.split(":", 5)
    *named, resource = arn.split(":", 5)
    return fixed == named and fnmatch.fnmatchcase(resource.replace("[", "("), last.replace("[", "("))
