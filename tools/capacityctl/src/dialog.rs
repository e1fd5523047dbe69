//! Asks the user before a command changes something.

use std::{
    fmt,
    io::{self, BufRead, BufReader, IsTerminal as _, Write},
};

/// Where a command asks, and where the user answers.
pub struct Dialog {
    questions: Box<dyn Write + Send>,
    answers: Option<Box<dyn BufRead + Send>>,
}

impl Dialog {
    /// Asks on standard error. The user answers on standard input, if that is a terminal.
    #[must_use]
    pub fn on_terminal() -> Self {
        let stdin = io::stdin();
        let answers = stdin.is_terminal().then(|| Box::new(BufReader::new(stdin)) as _);
        Self { questions: Box::new(anstream::stderr()), answers }
    }

    /// Asks and reads answers elsewhere. Without answers there is nobody to ask.
    pub fn new(
        questions: impl Write + Send + 'static,
        answers: Option<Box<dyn BufRead + Send>>,
    ) -> Self {
        Self { questions: Box::new(questions), answers }
    }

    /// Shows nothing, and nobody can answer: for programs.
    pub(crate) fn silent() -> Self {
        Self::new(io::sink(), None)
    }

    /// Whether somebody can answer.
    pub(crate) const fn can_ask(&self) -> bool {
        self.answers.is_some()
    }

    /// Shows a text. Where nobody reads it, the command goes on.
    pub(crate) fn show(&mut self, text: &str) {
        let _ = writeln!(self.questions, "{text}");
    }

    /// Whether the answer to a question is yes. Anything else is no: an empty line, the end of the input, an error.
    pub(crate) fn confirm(&mut self, question: &str) -> bool {
        let asked =
            write!(self.questions, "{question} [y/N] ").and_then(|()| self.questions.flush());
        let (Ok(()), Some(answers)) = (asked, &mut self.answers) else { return false };
        let mut answer = String::new();
        let answered = answers.read_line(&mut answer).is_ok();
        answered && ["y", "yes"].iter().any(|yes| answer.trim().eq_ignore_ascii_case(yes))
    }
}

impl fmt::Debug for Dialog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dialog")
    }
}
