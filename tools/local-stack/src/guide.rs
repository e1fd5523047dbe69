//! What the stack prints when it is ready: where it is, and lines to copy and paste.

use std::path::Path;

use crate::{
    sample::{PASSWORD, SECRET},
    schedule, token_endpoint,
};

/// What the text depends on.
#[derive(Debug)]
pub struct Guide<'a> {
    /// The address of the API.
    pub api_url: &'a str,
    /// The token issuer.
    pub issuer: &'a str,
    /// `cargo ctl`, with the stack's folder where that is not the default.
    pub ctl: String,
    /// `cargo lambda`, by its path where it is not on the shell's.
    pub cargo_lambda: String,
    /// The live copies of the events.
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

Documentation, to try it out as well: {api_url}/docs (Authorize takes a token)
Tokens: {ctl} token USERNAME
  sample-editor          may update provider 9000001100 and its services
  sample-regional-lead   may update region 9000001000
  sample-system          may update providers of three regions
  sample-reader          may read
  sample-inactive        is refused
  or from {issuer}{token_endpoint} as applications get them: grant_type=password with
  the password {PASSWORD}; sample-system by grant_type=client_credentials with the secret {SECRET}
Events: {program} invoke{port} get-status --data-file {events}/get-status/CASE.json
Directory and users of your own: {ctl} import services FILE, {ctl} import users FILE
Each minute {scheduled} makes resets durable, five minutes after their deadline; readers see them at once.
A change of a function's source is built and used by the next request. Ctrl-C stops everything.
"
        )
    }
}
