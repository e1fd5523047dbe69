//! `history redact` and `history prune`, which alone change or delete what history holds. No function can.

mod old_changes;
mod prune;
mod redact;
mod stored_change;

use clap::Subcommand;

use self::{prune::Pruning, redact::Redaction};
use crate::{Error, Output, controls::Controls, target::Target};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Replace the notes of a change by a text that says so
    ///
    /// For notes that must not be kept, such as a patient's name. The change itself stays. Moving a deadline keeps
    /// the notes, so the changes that have the same notes are redacted too. Run it again after a minute: a deadline
    /// that was being moved meanwhile may still have them. Backups still have the notes.
    Redact(Redaction),
    /// Delete old changes
    ///
    /// Of each service, the change that tells its status at the given time stays, with all later ones.
    Prune(Pruning),
}

/// Runs one of them.
pub(crate) async fn run(
    target: &Target,
    command: Command,
    controls: &mut Controls,
) -> Result<Output, Error> {
    match command {
        Command::Redact(redaction) => redact::redact(target, redaction).await,
        Command::Prune(pruning) => prune::prune(target, pruning, controls).await,
    }
}
