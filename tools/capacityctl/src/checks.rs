//! What `smoke` and `doctor` find, one line for each thing looked at.

use serde::Serialize;

use crate::{
    Output,
    output::{BAD, PLAIN, WARNING, table},
};

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Ok,
    /// Not looked at, and why.
    Skipped,
    /// It works, and could do harm some day.
    Warning,
    Bad,
}

/// What was looked at, how it is, and what to do about it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    what: String,
    verdict: Verdict,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'static str>,
}

/// All that was looked at.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    pub(crate) fn add(
        &mut self,
        what: impl Into<String>,
        verdict: Verdict,
        found: impl Into<String>,
        advice: Option<&'static str>,
    ) {
        self.0.push(Finding { what: what.into(), verdict, found: found.into(), advice });
    }

    /// The result of the command: well if nothing is bad.
    pub(crate) fn into_output(self) -> Output {
        let lines = self.0.iter().map(|finding| {
            let (style, word) = match finding.verdict {
                Verdict::Ok => (PLAIN, "ok"),
                Verdict::Skipped => (PLAIN, "skipped"),
                Verdict::Warning => (WARNING, "warning"),
                Verdict::Bad => (BAD, "bad"),
            };
            (style, [word.to_owned(), finding.what.clone(), finding.found.clone()])
        });
        let mut text = table(["", "what", "found"], lines);
        for finding in &self.0 {
            if let Some(advice) = finding.advice {
                text.push_str(&format!("\n{}: {advice}", finding.what));
            }
        }
        let well = self.0.iter().all(|finding| finding.verdict != Verdict::Bad);
        Output { well, ..Output::new(text, &self.0) }
    }
}
