"""Which combinations of parameters are deployed."""

import itertools

from template import Deployment

# Another allowed value for each parameter. A new parameter fails the check until it is here.
OTHER = {
    "Architecture": "x86_64",
    "MemorySize": "512",
    "Timeout": "20",
    "ReservedConcurrency": "10",
    "UpdateReservedConcurrency": "20",
    "DeploymentType": "AllAtOnce",
    "LogRetentionDays": "30",
    "TrailBucket": "capacity-trail",
    "KeyArn": "arn:aws:kms:eu-west-2:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000",
    "DeletionProtection": "false",
    "ThrottleRate": "50",
    "ThrottleBurst": "100",
    "ListThrottleRate": "10",
    "ListThrottleBurst": "20",
    "ChangesThrottleRate": "20",
    "ChangesThrottleBurst": "40",
    "PublicThrottleRate": "20",
    "PublicThrottleBurst": "40",
    "DomainName": "capacity.example.org",
    "CertificateArn": "arn:aws:acm:eu-west-2:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000",
    "BasePath": "api/v0.0.1/capacity",
    "TruststoreUri": "s3://truststore/authorities.pem",
    "TruststoreVersion": "2",
    "PublicUrl": "https://capacity.example.org",
    "AlarmEmail": "on-call@example.org",
    "JwtIssuer": "https://issuer.example.org",
    "JwtAudience": "client-1,client-2",
    "LoginUrl": "https://issuer.example.org/authorize",
    "TokenUrl": "https://issuer.example.org/token",
    "DocsClientId": "docs",
    "UserPoolMfa": "OFF",
    "EmailDomain": "example.org",
    "CognitoDomainPrefix": "capacity-example",
    "CallbackUrls": "https://app.example.org/callback,https://app.example.org/second",
    "LogoutUrls": "https://app.example.org/",
    "LocalCallbackUrl": "http://localhost:8080/callback",
    "Regions": "9000001000,9000002000",
    "ServiceTypes": "13=Pharmacy;14=Dentist",
    "WebClientId": "pages",
    "LogoutUrl": "https://issuer.example.org/logout?client_id=pages",
    "WebThrottleRate": "10",
    "WebThrottleBurst": "20",
    "ResetDefaultMinutes": "60",
    "ResetMinMinutes": "5",
    "ResetMaxMinutes": "720",
    "ResetSettleSeconds": "600",
}
# A third value where a rule does not allow the default beside OTHER
THIRD = {name: f"{OTHER[name]}2" for name in ("LoginUrl", "TokenUrl", "LogoutUrl")}
# What the template's rules demand with a parameter
NEEDED = {
    "DomainName": ["CertificateArn"],
    "BasePath": ["DomainName", "CertificateArn"],
    "TruststoreUri": ["DomainName", "CertificateArn"],
    "JwtIssuer": ["JwtAudience"],
    "WebClientId": ["JwtIssuer", "JwtAudience", "LoginUrl", "TokenUrl", "LogoutUrl", "PublicUrl"],
}
OWN_POOL = {name: value for name, value in OTHER.items() if name not in ("JwtIssuer", "WebClientId")}


def given(*names):
    needed = [other for name in names for other in NEEDED.get(name, [])]
    return {name: OTHER[name] for name in [*names, *needed]}


def refs(value):
    if isinstance(value, list):
        return {name for element in value for name in refs(element)}
    if isinstance(value, dict):
        return {value["Ref"]} if "Ref" in value else refs(list(value.values()))
    return set()


def combinations(template):
    """Each parameter by itself; each pair of those that conditions read; nearly all at once, with a created user pool
    and with an existing issuer."""
    if missing := template["Parameters"].keys() ^ OTHER.keys():
        raise AssertionError(f"OTHER and the template's parameters differ: {sorted(missing)}")
    switches = refs(template["Conditions"])
    pairs = itertools.combinations(sorted(switches), 2)
    return [{}, *map(lambda name: given(name), OTHER), *(given(*pair) for pair in pairs), OWN_POOL, OTHER]


def deployments(files):
    """All combinations. Each condition is met in one of them and not in another."""
    for parameter in OTHER:
        files.check_read_by_sam(given(parameter))
    made = [Deployment(files, parameters) for parameters in combinations(files.template)]
    for condition in made[0].conditions:
        if {one.conditions[condition] for one in made} != {True, False}:
            raise AssertionError(f"no combination tries both sides of {condition}")
    return made
