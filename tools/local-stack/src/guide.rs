//! The text that the stack prints when it is ready: its URLs, and commands to copy and paste.

use std::path::{Path, PathBuf};

use anstyle::{Effects, Style};
use capacityctl::{
    stack_file::StackFile,
    target::{deciding_variable, is_set},
};

use crate::{
    cargo_lambda::PROGRAM,
    function_env::ISSUER,
    sample::{PASSWORD, PEOPLE, Person, SECRET, SYSTEM},
    schedule,
    state::{self, State},
    token_endpoint,
};

const BOLD: Style = Style::new().effects(Effects::BOLD);

/// The values in the text.
#[derive(Debug)]
pub struct Guide<'a> {
    /// The workspace.
    pub root: &'a Path,
    /// The stack's folder.
    pub state: &'a State,
    /// The addresses.
    pub stack: &'a StackFile,
    /// The program cargo-lambda.
    pub cargo_lambda: &'a Path,
    /// The file with the raw log lines.
    pub log: PathBuf,
    /// Whether log lines follow, not requests.
    pub json: bool,
}

impl Guide<'_> {
    /// The text if this stack runs the functions.
    #[must_use]
    pub fn text(&self) -> String {
        let (api, scheduled) = (&self.stack.api_url, schedule::FUNCTION);
        let (curl_lines, tokens, invoke) = (self.curl_lines(), self.tokens(), self.invoke());
        let (ctl, log, people) = (self.ctl(), self.relative(&self.log), people());
        let follows = if self.json {
            "The functions' log lines follow"
        } else {
            "Requests follow, one a line; times are in UTC"
        };
        format!(
            "
{BOLD}The board is ready at {api}/web{BOLD:#}. Sign in as one of these people:
{people}

{BOLD}The Capacity Status API is ready at {api}{BOLD:#}

In another terminal, in this workspace:

{curl_lines}
{BOLD}Documentation{BOLD:#}, where you can try requests: {api}/docs (paste a token under Authorize)
{tokens}
{BOLD}Events{BOLD:#}: {invoke}
{BOLD}Your own services and users{BOLD:#}: {ctl} import services FILE, {ctl} import users FILE
{BOLD}Resets{BOLD:#}: every minute {scheduled} stores those whose deadline passed five minutes ago. Readers see them at \
the deadline.
{BOLD}Changes{BOLD:#}: a function is built again when you save its source. Requests wait for it.
{BOLD}Log{BOLD:#}: {log} has the raw lines

{follows}. Ctrl-C stops everything.
"
        )
    }

    /// The text if `cargo lambda watch` runs the functions.
    #[must_use]
    pub fn text_without_functions(&self) -> String {
        let StackFile { dynamodb_endpoint, issuer, api_url: api, .. } = self.stack;
        let people = people();
        let (cargo_lambda, port) = (self.cargo_lambda(), self.port_option());
        let env_file = self.state.env_file();
        let (env_file, scheduled) = (self.relative(&env_file), schedule::FUNCTION);
        let (curl_lines, tokens, invoke) = (self.curl_lines(), self.tokens(), self.invoke());
        format!(
            "
{BOLD}Everything but the functions is ready{BOLD:#}: DynamoDB at {dynamodb_endpoint}, tokens from {issuer}

In another terminal, in this workspace, run the functions:

  {cargo_lambda} watch{port} --disable-cors --env-file {env_file}

Then the board is at {api}/web. Sign in as one of these people:
{people}

In a third terminal, send requests and events (the first request to each function waits until it is built):

{curl_lines}
  # send an event to a function
  {invoke}

{tokens}
These copies of events/ have a valid token. With these options after `watch`, functions take the claims of
events/ instead, and no tokens: --env-var AUTH_MODE=gateway --env-var JWT_ISSUER={ISSUER}
Nothing calls {scheduled} every minute: invoke it with events/{scheduled}/each-minute.json.
Ctrl-C stops everything.
"
        )
    }

    fn curl_lines(&self) -> String {
        let (api, ctl) = (&self.stack.api_url, self.ctl());
        let bearer = format!("-H \"Authorization: Bearer $({ctl} token sample-editor)\"");
        let status = format!("{api}/services/9000001101/capacitystatus");
        let json = "-H 'Content-Type: application/json'";
        format!(
            "  # read a status
  curl -i {bearer} {status}

  # set it to AMBER for an hour
  curl -i {bearer} -X PUT {status} {json} \
-d '{{\"status\": \"AMBER\", \"resetStatusIn\": 60, \"reason\": \"STAFFING\", \"notes\": \"two hour wait\"}}'

  # let it end in two hours, if it has not changed since its ETag was read
  curl -i {bearer} -X PUT {status}/deadline {json} \
-H \"If-Match: $(curl -sI {bearer} {status} | tr -d '\\r' | sed -n 's/^etag: //p')\" -d '{{\"resetStatusIn\": 120}}'

  # extend it by half an hour, without the API
  {ctl} status extend 9000001101 30 --as sample-editor

  # list a region
  curl -i {bearer} '{api}/services?region=9000001000'
"
        )
    }

    fn tokens(&self) -> String {
        let (ctl, issuer, path) = (self.ctl(), &self.stack.issuer, token_endpoint::PATH);
        format!(
            "{BOLD}Tokens{BOLD:#}: {ctl} token USERNAME, of one of these people or of the system {SYSTEM}, which may update
  providers of three regions
  Applications get tokens from {issuer}{path}: people with grant_type=password and the
  password {PASSWORD}, {SYSTEM} with grant_type=client_credentials and the secret {SECRET}"
        )
    }

    fn invoke(&self) -> String {
        let (events, port) = (self.state.events(), self.port_option());
        let (cargo_lambda, events) = (self.cargo_lambda(), self.relative(&events));
        let case = "get-status/a-reader-reads-a-status.json";
        format!("{cargo_lambda} invoke{port} get-status --data-file {events}/{case}")
    }

    fn port_option(&self) -> String {
        match self.stack.api_url.rsplit_once(':') {
            None | Some((_, "9000")) => String::new(),
            Some((_, port)) => format!(" -P {port}"),
        }
    }

    /// `cargo ctl`, with `--state` if it would not find this stack or would use AWS.
    fn ctl(&self) -> String {
        let state = self.state.directory();
        let found = state::default_directory(self.root)
            .canonicalize()
            .is_ok_and(|default| default == state);
        if found && deciding_variable(is_set).is_none() {
            "cargo ctl".to_owned()
        } else {
            format!("cargo ctl --state {}", self.relative(state))
        }
    }

    /// `cargo lambda`, or the program's path if it is not on the shell's path.
    fn cargo_lambda(&self) -> String {
        if self.cargo_lambda == Path::new(PROGRAM) {
            return "cargo lambda".to_owned();
        }
        format!("{} lambda", self.relative(self.cargo_lambda))
    }

    /// The path relative to the workspace.
    fn relative(&self, path: &Path) -> String {
        state::relative(self.root, path).display().to_string()
    }
}

/// A line for each sample person.
fn people() -> String {
    let line = |Person { username, may }| format!("  {username:<22} {may}");
    PEOPLE.map(line).join("\n")
}
