//! `cargo ctl`: wiring only.

use std::process::ExitCode;

use capacityctl::concurrency::Interrupt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let (words, interrupt) = (std::env::args_os(), Interrupt::by_signal());
    let (mut stdout, mut stderr) = (anstream::stdout(), anstream::stderr());
    capacityctl::execute(words, interrupt, &mut stdout, &mut stderr).await.into()
}
