//! The environment variables of functions that run on this machine, for `cargo dev` and for
//! `cargo lambda watch --env-file`.

use capacityctl::stack_file::StackFile;
use tokio::process::Command;

use crate::{issuer::WEB_CLIENT_ID, sample, token_endpoint};

/// The variables of every function. Functions verify tokens themselves, because there is no gateway that does.
#[must_use]
pub fn variables(
    stack: &StackFile,
    jwks_url: &str,
    limits: &[(&'static str, String)],
    sessions_table: String,
) -> Vec<(&'static str, String)> {
    let tables = shared::runtime::table_variables(&stack.tables);
    let mut variables: Vec<_> =
        tables.into_iter().map(|(name, table)| (name, table.to_owned())).collect();
    variables.extend(limits.iter().cloned());
    variables.extend([
        ("METRICS_NAMESPACE", "CapacityStatus/local".to_owned()),
        ("AUTH_MODE", "jwt".to_owned()),
        ("JWT_ISSUER", stack.issuer.clone()),
        ("JWT_CLIENT_IDS", format!("{},{}", stack.client_id, sample::SYSTEM)),
        ("JWT_JWKS_URL", jwks_url.to_owned()),
        ("SERVE_PAGES", "true".to_owned()),
        ("PUBLIC_URL", stack.api_url.clone()),
        ("LOGIN_URL", format!("{}/oauth2/authorize", stack.issuer)),
        (
            "LOGOUT_URL",
            format!(
                "{}/logout?client_id={WEB_CLIENT_ID}&logout_uri={}/web",
                stack.issuer, stack.api_url
            ),
        ),
        ("WEB_CLIENT_ID", WEB_CLIENT_ID.to_owned()),
        ("SESSIONS_TABLE", sessions_table),
        ("REGIONS", sample::regions_setting()),
        ("SERVICE_TYPES", sample::service_types_setting()),
        ("TOKEN_URL", format!("{}{}", stack.issuer, token_endpoint::PATH)),
        ("DOCS_CLIENT_ID", stack.client_id.clone()),
        ("AWS_REGION", stack.region.clone()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", stack.dynamodb_endpoint.clone()),
    ]);
    variables
}

/// The variables as a file for `cargo lambda watch --env-file`.
#[must_use]
pub fn env_file(variables: &[(&'static str, String)]) -> String {
    let lines = variables.iter().map(|(name, value)| format!("{name}={}\n", quoted(value)));
    [ENV_FILE_NOTE.to_owned()].into_iter().chain(lines).collect()
}

/// cargo-lambda reads values with other characters only in quotation marks.
fn quoted(value: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:,".contains(&byte);
    if value.bytes().all(is_plain) { value.to_owned() } else { format!("\"{value}\"") }
}

const ENV_FILE_NOTE: &str = "\
# For `cargo lambda watch --env-file`, while `cargo dev --only-services` runs.
# With AUTH_MODE=jwt the functions verify bearer tokens: send events from the folder events beside this file.
# With AUTH_MODE=gateway they trust the claims in an event: send events from the workspace's folder events, and set
# JWT_ISSUER to the `iss` of their claims.
";

/// Removes variables that `cargo run` set for this program; a nested cargo would rebuild because of them.
pub fn without_cargo(command: &mut Command) -> &mut Command {
    without(command, |name| {
        name == "CARGO_MANIFEST_DIR"
            || name == "CARGO_MANIFEST_PATH"
            || name == "OUT_DIR"
            || name == "LD_LIBRARY_PATH"
            || ["CARGO_PKG_", "CARGO_BIN_", "CARGO_CRATE_"]
                .iter()
                .any(|start| name.starts_with(start))
    })
}

/// Removes AWS variables: the functions must not reach the developer's account.
pub fn without_aws(command: &mut Command) -> &mut Command {
    without(command, |name| name.starts_with("AWS_"))
}

fn without(command: &mut Command, unwanted: impl Fn(&str) -> bool) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(&unwanted) {
            command.env_remove(name);
        }
    }
    command
}
