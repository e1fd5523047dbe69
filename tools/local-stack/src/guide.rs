//! The text that the stack prints when it is ready: its URLs, and commands to copy and paste.

use std::path::Path;

use crate::{
    sample::{PASSWORD, SECRET},
    schedule, token_endpoint,
};

/// The values in the text.
#[derive(Debug)]
pub struct Guide<'a> {
    /// The URL of the API.
    pub api_url: &'a str,
    /// The URL of the token issuer.
    pub issuer: &'a str,
    /// `cargo ctl`, with `--state` if the folder is not the default.
    pub ctl: String,
    /// `cargo lambda`, or its path if it is not on the shell's path.
    pub cargo_lambda: String,
    /// The events with valid tokens.
    pub events: &'a Path,
}

impl Guide<'_> {
    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { api_url, issuer, ctl, .. } = self;
        let program = &self.cargo_lambda;
        let events = self.events.display();
        let port = match api_url.rsplit_once(':') {
            None | Some((_, "9000")) => String::new(),
            Some((_, port)) => format!(" -P {port}"),
        };
        let (token_endpoint, scheduled) = (token_endpoint::PATH, schedule::FUNCTION);
        let bearer = format!("-H \"Authorization: Bearer $({ctl} token sample-editor)\"");
        format!(
            "
The Capacity Status API is ready at {api_url}

In another terminal, in this workspace:

  # read a status
  curl -i {bearer} {api_url}/services/9000001101/capacitystatus

  # set it to AMBER for an hour
  curl -i {bearer} -X PUT {api_url}/services/9000001101/capacitystatus -H 'Content-Type: application/json' \
-d '{{\"status\": \"AMBER\", \"resetStatusIn\": 60, \"notes\": \"two hour wait\"}}'

  # list a region
  curl -i {bearer} '{api_url}/services?region=9000001000'

Documentation, where you can try requests: {api_url}/docs (paste a token under Authorize)
Tokens: {ctl} token USERNAME
  sample-editor          may update provider 9000001100 and its services
  sample-regional-lead   may update region 9000001000
  sample-system          may update providers of three regions
  sample-reader          may read
  sample-inactive        may do nothing
  Applications get tokens from {issuer}{token_endpoint}: people with grant_type=password and the
  password {PASSWORD}, sample-system with grant_type=client_credentials and the secret {SECRET}
Events: {program} invoke{port} get-status --data-file {events}/get-status/CASE.json
Your own services and users: {ctl} import services FILE, {ctl} import users FILE
Every minute {scheduled} stores resets whose deadline passed five minutes ago; readers see them at the deadline.
After you change a function's source, the next request rebuilds and uses it. Ctrl-C stops everything.
"
        )
    }
}
