//! Builds the functions once, showing progress, then runs them with `cargo lambda watch`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use capacityctl::stack_file::StackFile;
use tokio::process::Command;

use crate::{
    Error,
    child::Child,
    routes::{Route, functions},
    sample, schedule, token_endpoint,
};

/// Concurrent instances of each function; each watches the sources by itself.
const INSTANCES: &str = "2";
/// Paths whose changes need no rebuild, in `.gitignore` syntax.
const IGNORED: [&str; 8] =
    ["/.ci/", "/.git/", "/.local/", "/docs/", "/events/", "/tests/", "/tools/", "*.md"];

/// The inputs of `cargo lambda watch`.
#[derive(Debug)]
pub struct Watch<'a> {
    /// The program cargo-lambda.
    pub program: PathBuf,
    /// The workspace's root.
    pub root: &'a Path,
    /// The port of the API.
    pub port: u16,
    /// The addresses that the functions use.
    pub stack: &'a StackFile,
    /// The URL of the issuer's keys.
    pub jwks_url: String,
    /// The settings for resets.
    pub limits: &'a [(&'static str, String)],
}

/// Builds the functions exactly as `cargo lambda watch` does, so that it finds nothing to build.
///
/// # Errors
///
/// They do not compile.
pub async fn build(root: &Path, routes: &[Route]) -> Result<(), Error> {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["build", "--manifest-path", "Cargo.toml"]);
    for function in functions(routes).into_iter().chain([schedule::FUNCTION]) {
        command.args(["--bin", function]);
    }
    Child::start("cargo build", without_cargo(&mut command))?.wait_for_success().await
}

impl Watch<'_> {
    /// Starts it with the functions' environment variables.
    ///
    /// # Errors
    ///
    /// It cannot be started.
    pub fn start(&self, state: &Path) -> Result<Child, Error> {
        let mut command = Command::new(&self.program);
        command
            .current_dir(self.root)
            .args(["lambda", "watch", "-A", "127.0.0.1", "-P", &self.port.to_string()])
            .args(["--concurrency", INSTANCES])
            .env("CARGO_LAMBDA_IGNORE_FILE", self.ignore_file(state)?)
            .env("CARGO_TERM_QUIET", "true");
        if std::env::var_os("RUST_LOG").is_none() {
            command.env("RUST_LOG", "cargo_lambda=warn");
        }
        self.set_variables(without_aws(without_cargo(&mut command)));
        Child::start("cargo lambda watch", &mut command)
    }

    fn ignore_file(&self, state: &Path) -> Result<PathBuf, Error> {
        let file = state.join("watch-ignore");
        let own = state.strip_prefix(self.root).map(|state| format!("/{}/", state.display()));
        let lines: Vec<String> = IGNORED.iter().map(ToString::to_string).chain(own).collect();
        fs::write(&file, lines.join("\n")).map_err(|error| Error::File(file.clone(), error))?;
        Ok(file)
    }

    fn set_variables(&self, command: &mut Command) {
        command
            .envs(shared::runtime::table_variables(&self.stack.tables))
            .env("METRICS_NAMESPACE", "CapacityStatus/local")
            .env("AUTH_MODE", "jwt")
            .env("JWT_ISSUER", &self.stack.issuer)
            .env("JWT_CLIENT_IDS", format!("{},{}", self.stack.client_id, sample::SYSTEM))
            .env("JWT_JWKS_URL", &self.jwks_url)
            .envs(self.limits.iter().cloned())
            .env("PUBLIC_URL", ".")
            // There is no sign-in page: people paste a token.
            .env("LOGIN_URL", "https://login-domain.invalid/oauth2/authorize")
            .env("TOKEN_URL", format!("{}{}", self.stack.issuer, token_endpoint::PATH))
            .env("DOCS_CLIENT_ID", &self.stack.client_id)
            .env("AWS_REGION", &self.stack.region)
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .env("AWS_ENDPOINT_URL_DYNAMODB", &self.stack.dynamodb_endpoint);
    }
}

/// Removes variables that `cargo run` set for this program; a nested cargo would rebuild because of them.
fn without_cargo(command: &mut Command) -> &mut Command {
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
fn without_aws(command: &mut Command) -> &mut Command {
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
