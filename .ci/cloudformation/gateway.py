"""Checks of a deployment's gateway, with the model in `http_api.py`, and of the clients that get its tokens."""

import re

import http_api
from template import Refused, allowed, symbolic

FALLBACK = "HealthFunction"
MAPPING_KEY = re.compile(r"[A-Za-z0-9$\-_.+!*'()/]*")


def check(deployment):
    properties = deployment.properties("Api")
    if not properties.get("FailOnWarnings"):
        raise Refused("without FailOnWarnings, an import leaves parts out in silence")
    api = http_api.HttpApi(properties["Body"], fail_on_warnings=True)
    http_api.Stage(api, settings(deployment))
    check_operations(api, properties["Body"])
    check_fallback(api, properties["Body"])
    check_old_path(api)
    check_permissions(api, deployment)
    check_domain(api, deployment)
    check_clients(deployment)
    check_pages(api, deployment)


def settings(deployment):
    """The RouteSettings of SAM's stage."""
    (stage,) = deployment.of_type("AWS::ApiGatewayV2::Stage").values()
    if (stage["StageName"], stage["AutoDeploy"]) != ("$default", True):
        raise AssertionError(f"another stage than http_api.py models: {stage}")
    return stage.get("RouteSettings", {})


def check_operations(api, document):
    """Each operation is reached, by the authorizer and scopes of its `security`."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method not in http_api.METHODS:
                continue
            route = api.match(method.upper(), http_api.example(path))
            if not route or route.key != f"{method.upper()} {path}":
                raise Refused(f"{method.upper()} {path} goes to {route and route.key}")
            security = [(route.authorizer, list(route.scopes))] if route.authorizer else []
            if security != [pair for one in operation["security"] for pair in one.items()]:
                raise Refused(f"{route.key} has another authorizer: {security}")


def check_fallback(api, document):
    """Whatever is no operation, OPTIONS and PATCH among it, goes to `health` without a token."""
    unknown = ["/", "/nothing", "/services/149198", "/services/149198/capacitystatus/history/more", "/web/nothing"]
    forms = {http_api.example(path) for path, operations in document["paths"].items() if "post" in operations}
    for path in [*map(http_api.example, document["paths"]), *unknown]:
        for method in ("OPTIONS", "PATCH", "DELETE", *(["POST"] if path not in forms else [])):
            route = api.match(method, path)
            if not route or (route.function, route.authorizer) != (FALLBACK, None):
                raise Refused(f"{method} {path} goes to {route}")


def check_old_path(api):
    """The old clients' path has the function and the authorizer of the path without a slash. Where a greedy variable
    takes no empty remainder, it goes to `health`, which redirects."""
    path = "/services/149198/capacitystatus"
    for method in ("GET", "HEAD", "PUT"):
        plain, old = api.match(method, path), api.match(method, path + "/")
        if (old.function, old.authorizer, old.scopes) != (plain.function, plain.authorizer, plain.scopes):
            raise Refused(f"{method} {path}/ goes to {old}")
        other = api.match(method, path + "/", greedy_takes_nothing=False)
        if (other.key, other.function) != ("$default", FALLBACK):
            raise Refused(f"{method} {path}/ can go to {other}")


def check_permissions(api, deployment):
    """The gateway may call each function for its routes, and for no others. FALLBACK has what no other function has."""
    patterns = {}
    for permission in deployment.of_type("AWS::Lambda::Permission").values():
        if permission["Principal"] == "apigateway.amazonaws.com":
            patterns.setdefault(permission["FunctionName"], []).append(permission["SourceArn"])
    for route in api.routes.values():
        for function in {route.function for route in api.routes.values()}:
            asked = [
                any(http_api.allows(pattern, arn) for pattern in patterns.get(f"{function}.Arn:live", []))
                for arn in api.source_arns(route, "Api")
            ]
            if function == route.function and not all(asked):
                raise Refused(f"The gateway may not call {function} for {route.key}")
            if function not in (route.function, FALLBACK) and any(asked):
                raise Refused(f"The gateway may call {function} for {route.key}")


def check_domain(api, deployment):
    """With a custom domain, API Gateway's default address is closed: it knows neither the domain's client certificates
    nor what stands in front of the domain."""
    domains = deployment.of_type("AWS::ApiGatewayV2::DomainName")
    if api.default_endpoint != (not domains):
        raise Refused("The default address is open beside a domain, or closed without one")
    base_path = deployment.template["Parameters"]["BasePath"]
    for character in map(chr, range(32, 127)):
        if allowed(f"a{character}a", base_path) and not MAPPING_KEY.fullmatch(character):
            raise Refused(f"BasePath takes {character!r}, which an API mapping does not")


def check_clients(deployment):
    """https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html"""
    for name, client in deployment.of_type("AWS::Cognito::UserPoolClient").items():
        flows, urls = client.get("AllowedOAuthFlows", []), client.get("CallbackURLs", [])
        if client.get("AllowedOAuthFlowsUserPoolClient", False) != bool(flows and client.get("AllowedOAuthScopes")):
            raise Refused(f"{name}: a client that is allowed OAuth flows names flows and scopes, and no other does")
        if "code" in flows and not urls:
            raise Refused(f"{name}: the code flow needs a callback URL")
        for url in urls + client.get("LogoutURLs", []):
            if not url.startswith(("https://", "http://localhost")) or "#" in url:
                raise Refused(f"{name}: {url!r} is no callback URL")


PAGES = ["WebBoardFunction", "WebSessionFunction", "WebUpdateFunction"]


def check_pages(api, deployment):
    """The pages are deployed with an address and a client, or unknown: then `health` has their routes. The client comes
    back to that address only, and the API does not accept its tokens."""
    functions = deployment.of_type("AWS::Lambda::Function")
    served = [name for name in PAGES if name in functions]
    variables = {name: functions[name]["Environment"]["Variables"] for name in [*served, FALLBACK]}
    called = {route.function for route in api.routes.values() if route.path.startswith("/web") and route.method != "ANY"}
    if variables[FALLBACK]["SERVE_PAGES"] != str(bool(served)).lower():
        raise Refused("HealthFunction does not know whether the pages are deployed")
    if called != set(served or [FALLBACK]):
        raise Refused(f"The routes of the pages call {sorted(called)}")
    if not served:
        return
    address, client, logout = (
        values(variables[name].get(key) for name in PAGES) for key in ("PUBLIC_URL", "WEB_CLIENT_ID", "LOGOUT_URL")
    )
    output = symbolic(deployment.outputs["PagesUrl"])
    if not address.startswith("https://") or output != f"{address}/web":
        raise Refused(f"The pages are at {address}, and PagesUrl is {output}")
    if client in api.audience:
        raise Refused("The API accepts the tokens of the pages")
    own = deployment.of_type("AWS::Cognito::UserPoolClient").get("WebClient")
    if bool(own) != (client == "WebClient"):
        raise Refused(f"The pages sign people in as {client}")
    if own and (own["CallbackURLs"], own["LogoutURLs"]) != ([f"{address}/web/callback"], [f"{address}/web"]):
        raise Refused(f"WebClient comes back to {own['CallbackURLs']} and {own['LogoutURLs']}, not below {address}")
    if own and not logout.endswith(f"/logout?client_id=WebClient&logout_uri={address}/web"):
        raise Refused(f"Signing out leads to {logout}")


def values(given):
    """The one value that the functions have which have any."""
    (value,) = {one for one in given if one is not None}
    return value
