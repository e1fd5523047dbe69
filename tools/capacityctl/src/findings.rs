//! The result of each check of `smoke` and `doctor`.

use serde::Serialize;

use crate::{
    Output,
    output::{BAD, PLAIN, WARNING, table},
};

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Ok,
    /// Not checked.
    Skipped,
    /// Works now, but is a risk.
    Warning,
    Bad,
}

/// What was checked, the result, and what to do about it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    what: String,
    verdict: Verdict,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'static str>,
}

/// The results of all checks.
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

    /// Adds the result of a check: the problem with its verdict and advice, or what is in order.
    pub(crate) fn check(
        &mut self,
        what: &str,
        healthy: impl Into<String>,
        verdict: Verdict,
        problem: Option<String>,
        advice: &'static str,
    ) {
        match problem {
            None => self.add(what, Verdict::Ok, healthy, None),
            Some(problem) => self.add(what, verdict, problem, Some(advice)),
        }
    }

    /// The command's result: healthy if nothing is bad.
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
        let healthy = self.0.iter().all(|finding| finding.verdict != Verdict::Bad);
        Output { healthy, ..Output::new(text, &self.0) }
    }
}
