"""Deployments that AWS refuses, or that this API must not have: each must be refused, for the right reason. Otherwise a
check above has gone blind."""

import gateway
import updates
from cases import given
from lambda_versions import Lambda
from lint import check_lint
from samconfig import check_environment, environments
from template import Deployment, Refused

ANY = "x-amazon-apigateway-any-method"
OLD_PATH = "/services/{id}/capacitystatus/{proxy+}"


def check(files):
    for attempt, reason in CONTROLS.items():
        try:
            attempt(files)
        except Refused as refusal:
            if reason not in str(refusal):
                raise AssertionError(f"{attempt.__name__} is refused for another reason: {refusal}") from refusal
        else:
            raise AssertionError(f"{attempt.__name__} is not refused")
    throttle_removed_first(files)
    print(len(CONTROLS), "controls are refused")


def gateway_with(files, edit, *parameters):
    gateway.check(Deployment(files.edited(edit), given(*parameters)))


def a_reference_to_an_absent_resource(files):
    def edit(files):
        del files.template["Outputs"]["DomainTarget"]["Condition"]

    Deployment(files.edited(edit), {})


def a_circular_dependency(files):
    """The authorizer depends on the clients."""

    def edit(files):
        files.template["Resources"]["PeopleClient"]["Properties"]["ClientName"] = {"Ref": "Api"}

    check_lint(files.edited(edit))


def settings_revision_as_a_tag(files):
    """aws/serverless-application-model#3281"""

    def revision(number):
        def edit(files):
            files.template["Globals"]["Function"]["Tags"] = {"SettingsRevision": number}
            for resource in files.template["Resources"].values():
                if resource["Type"] == "AWS::Serverless::Function":
                    resource["Properties"]["AutoPublishAliasAllProperties"] = True

        return Deployment(files.edited(edit), {})

    Lambda(revision("1")).update(revision("2"))


def the_same_code_in_another_folder(files):
    """As with another `s3_prefix` in samconfig.toml."""
    Lambda(Deployment(files, {})).update(Deployment(files, {}, "other/1"))


def a_variable_written_differently(files):
    def edit(files):
        variables = files.template["Resources"]["GetStatusFunction"]["Properties"]["Environment"]["Variables"]
        variables["SERVICES_TABLE"] = {"Fn::Sub": "${ServicesTable}"}

    Lambda(Deployment(files, {})).update(Deployment(files.edited(edit), {}))


def the_same_update_after_a_roll_back(files):
    updates.second_try(files, files)


def a_route_that_ends_in_a_slash(files):
    def edit(files):
        paths = files["openapi.yaml"]["paths"]
        paths[OLD_PATH.removesuffix("{proxy+}")] = paths.pop(OLD_PATH)
        del files.template["Resources"]["Api"]["Properties"]["RouteSettings"][f"ANY {OLD_PATH}"]

    gateway_with(files, edit)


def an_import_that_drops_in_silence(files):
    gateway_with(files, lambda files: files.template["Resources"]["Api"]["Properties"].pop("FailOnWarnings"))


def an_authorizer_without_issuer(files):
    def edit(files):
        scheme = files["openapi.yaml"]["components"]["securitySchemes"]["oauth2"]
        scheme["x-amazon-apigateway-authorizer"]["jwtConfiguration"]["issuer"] = ""

    gateway_with(files, edit)


def a_token_for_options(files):
    def edit(files):
        files["openapi.yaml"]["paths"]["/services"][ANY]["security"] = [{"oauth2": ["capacity/read"]}]

    gateway_with(files, edit)


def patch_to_update_status(files):
    def edit(files):
        status = files["openapi.yaml"]["paths"]["/services/{id}/capacitystatus"]
        status["patch"]["x-amazon-apigateway-integration"] = status["put"]["x-amazon-apigateway-integration"]

    gateway_with(files, edit)


def permission_with(files, old, new):
    def edit(files):
        properties = files.template["Resources"]["UpdateStatusPermission"]["Properties"]
        properties["SourceArn"]["Fn::Sub"] = properties["SourceArn"]["Fn::Sub"].replace(old, new)

    gateway_with(files, edit)


def a_permission_that_is_too_narrow(files):
    gateway_with(files, lambda files: files.template["Resources"].pop("UpdateStatusOldPathPermission"))


def a_permission_for_another_method(files):
    permission_with(files, "/PUT/", "/P*/")


def a_permission_for_what_is_below_the_path(files):
    permission_with(files, "capacitystatus", "capacitystatus*")


def an_open_default_address(files):
    """Closed with client certificates only, as it once was."""

    def edit(files):
        extension = files["openapi.yaml"]["servers"][0]["x-amazon-apigateway-endpoint-configuration"]
        extension["disableExecuteApiEndpoint"]["Fn::If"][0] = "UseMutualTls"

    gateway_with(files, edit, "DomainName")


def a_base_path_with_a_tilde(files):
    def edit(files):
        pattern = files.template["Parameters"]["BasePath"]
        pattern["AllowedPattern"] = pattern["AllowedPattern"].replace("._-", "._~-")

    gateway_with(files, edit)


def a_callback_without_tls(files):
    Deployment(files, {"CallbackUrls": "http://app.example.org/callback"})


def a_local_callback_in_production(files):
    production = dict(environments())["prod"]
    check_environment(files, "prod", production | {"LocalCallbackUrl": "http://localhost:8080/callback"})


def a_parameter_that_an_environment_leaves_out(files):
    production = dict(environments())["prod"]
    check_environment(files, "prod", {name: value for name, value in production.items() if name != "AlarmEmail"})


def a_throttle_without_route(files):
    def edit(files):
        throttles = files.template["Resources"]["Api"]["Properties"]["RouteSettings"]
        throttles["GET /nothing"] = throttles["ANY /_ping"]

    gateway_with(files, edit)


def without_throttle(files):
    del files.template["Resources"]["Api"]["Properties"]["RouteSettings"]["ANY /_ping"]


def without_throttle_and_route(files):
    without_throttle(files)
    del files["openapi.yaml"]["paths"]["/_ping"][ANY]


def a_throttle_removed_with_its_route(files):
    updates.update_gateway(Deployment(files, {}), Deployment(files.edited(without_throttle_and_route), {}))


def throttle_removed_first(files):
    """One deployment before its route: this is not refused."""
    steps = [files, files.edited(without_throttle), files.edited(without_throttle_and_route)]
    first, second, third = (Deployment(step, {}) for step in steps)
    updates.update_gateway(first, second)
    updates.update_gateway(second, third)


def pages_beside(files, edit):
    """With the created user pool, below a base path."""
    gateway_with(files, edit, "BasePath")


def a_callback_elsewhere(files):
    def edit(files):
        client = files.template["Resources"]["WebClient"]["Properties"]
        client["CallbackURLs"] = [{"Fn::Sub": "https://${DomainName}/web/callback"}]

    pages_beside(files, edit)


def a_logout_elsewhere(files):
    def edit(files):
        client = files.template["Resources"]["WebClient"]["Properties"]
        client["LogoutURLs"] = ["https://example.org/"]

    pages_beside(files, edit)


def tokens_of_the_pages_for_the_api(files):
    def edit(files):
        scheme = files["openapi.yaml"]["components"]["securitySchemes"]["oauth2"]
        audience = {"Fn::If": ["CreateWebClient", [{"Ref": "WebClient"}], ["people"]]}
        scheme["x-amazon-apigateway-authorizer"]["jwtConfiguration"]["audience"] = audience

    pages_beside(files, edit)


def pages_that_health_denies(files):
    def edit(files):
        health = files.template["Resources"]["HealthFunction"]["Properties"]
        health["Environment"]["Variables"]["SERVE_PAGES"] = "false"

    pages_beside(files, edit)


def a_page_without_function(files):
    def edit(files):
        integration = files["openapi.yaml"]["paths"]["/web/mine"]["get"]["x-amazon-apigateway-integration"]
        integration["uri"] = integration["uri"]["Fn::If"][1]

    gateway_with(files, edit)


def an_issuer_of_pages_without_sign_out(files):
    Deployment(files, {name: value for name, value in given("WebClientId").items() if name != "LogoutUrl"})


def a_client_of_pages_without_issuer(files):
    Deployment(files, {name: value for name, value in given("WebClientId").items() if name != "JwtIssuer"})


def a_client_of_pages_without_address(files):
    Deployment(files, {name: value for name, value in given("WebClientId").items() if name != "PublicUrl"})


def the_same_client_for_pages_and_api(files):
    Deployment(files, given("WebClientId") | {"JwtAudience": "pages"})


CONTROLS = {
    a_reference_to_an_absent_resource: "a reference to Domain",
    a_circular_dependency: "Circular Dependencies for resource PeopleClient",
    settings_revision_as_a_tag: "A version for this Lambda function exists",
    the_same_code_in_another_folder: "A version for this Lambda function exists",
    a_variable_written_differently: "A version for this Lambda function exists: GetStatusFunction",
    the_same_update_after_a_roll_back: "A version for this Lambda function exists",
    a_route_that_ends_in_a_slash: "No route ends in a slash",
    an_import_that_drops_in_silence: "without FailOnWarnings",
    an_authorizer_without_issuer: "Issuer can not be empty",
    a_token_for_options: "OPTIONS /services goes to",
    patch_to_update_status: "PATCH /services/149198/capacitystatus goes to",
    a_permission_that_is_too_narrow: "may not call UpdateStatusFunction for PUT /services/{id}/capacitystatus/{proxy+}",
    a_permission_for_another_method: "may call UpdateStatusFunction for PATCH /services/{id}/capacitystatus",
    a_permission_for_what_is_below_the_path: "may call UpdateStatusFunction for PUT /services/{id}/capacitystatus/",
    an_open_default_address: "The default address is open",
    a_base_path_with_a_tilde: "BasePath takes '~'",
    a_callback_without_tls: "CallbackUrls must be",
    a_callback_elsewhere: "not below https://capacity.example.org/api/v0.0.1/capacity",
    a_logout_elsewhere: "not below https://capacity.example.org/api/v0.0.1/capacity",
    tokens_of_the_pages_for_the_api: "The API accepts the tokens of the pages",
    pages_that_health_denies: "HealthFunction does not know",
    a_page_without_function: "a reference to WebBoardFunction",
    an_issuer_of_pages_without_sign_out: "WebClientId needs LoginUrl, TokenUrl and LogoutUrl",
    a_client_of_pages_without_issuer: "WebClientId needs JwtIssuer",
    a_client_of_pages_without_address: "WebClientId needs DomainName or PublicUrl",
    the_same_client_for_pages_and_api: "WebClientId must not be in JwtAudience",
    a_local_callback_in_production: "only belongs in dev",
    a_parameter_that_an_environment_leaves_out: "['AlarmEmail'] are not named",
    a_throttle_without_route: "Unable to find Route by key GET /nothing",
    a_throttle_removed_with_its_route: "Unable to find Route by key ANY /_ping",
}
