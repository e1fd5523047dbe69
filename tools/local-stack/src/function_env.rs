//! Environment variables of functions that run as deployed: behind the gateway, with only the URL of
//! DynamoDB changed.

use std::collections::HashMap;

use shared::store::TableNames;

use crate::{engine::REGION, tables::sessions};

/// The issuer of the tokens whose claims are in events/.
pub const ISSUER: &str = "https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_EXAMPLE";

/// The variables that template.yaml sets, with sample values.
#[must_use]
pub fn settings(tables: &TableNames) -> HashMap<String, String> {
    let fixed = [
        ("AUTH_MODE", "gateway"),
        ("JWT_ISSUER", ISSUER),
        ("RESET_DEFAULT_MINUTES", "240"),
        ("RESET_MIN_MINUTES", "0"),
        ("RESET_MAX_MINUTES", "1440"),
        ("RESET_SETTLE_SECONDS", "300"),
        ("SERVE_PAGES", "true"),
        ("PUBLIC_URL", "https://api.example.org"),
        ("LOGIN_URL", "https://login.example.org/oauth2/authorize"),
        ("TOKEN_URL", "https://login.example.org/oauth2/token"),
        ("LOGOUT_URL", "https://login.example.org/logout?client_id=pages"),
        ("DOCS_CLIENT_ID", "people"),
        ("WEB_CLIENT_ID", "pages"),
        ("REGIONS", "9000001000"),
        ("SERVICE_TYPES", "12=Dental practice;13=Pharmacy"),
        ("METRICS_NAMESPACE", "CapacityStatus"),
    ];
    let sessions = sessions(tables.users.strip_suffix("users").unwrap_or_default());
    let tables = shared::runtime::table_variables(tables);
    let tables = tables.into_iter().chain([("SESSIONS_TABLE", sessions.as_str())]);
    owned(fixed.into_iter().chain(tables))
}

/// The variables that Lambda sets, and the URL of DynamoDB.
#[must_use]
pub fn aws_variables(endpoint: &str) -> HashMap<String, String> {
    owned([
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "sample"),
        ("AWS_SECRET_ACCESS_KEY", "sample"),
        ("AWS_SESSION_TOKEN", "sample"),
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoint),
    ])
}

fn owned<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> HashMap<String, String> {
    settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
