//! `cargo ctl`: wiring only.

use std::process::ExitCode;

use capacityctl::{concurrency::Interrupt, dialog::Dialog};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words = std::env::args_os();
    let (interrupt, dialog) = (Interrupt::by_signal(), Dialog::on_terminal());
    let (mut stdout, mut stderr) = (anstream::stdout(), anstream::stderr());
    capacityctl::execute(words, interrupt, dialog, &mut stdout, &mut stderr).await.into()
}
