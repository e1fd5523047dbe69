//! How a long command shows its progress, and how it is interrupted.

use std::future::Future;

use aws_sdk_dynamodb::Client;

use crate::{
    Error, concurrency::Interrupt, progress::Progress, reachability::patient_client, target::Target,
};

/// How a long command shows its progress, and how it is interrupted.
#[derive(Debug)]
pub(crate) struct Controls {
    pub(crate) progress: Progress,
    pub(crate) interrupt: Interrupt,
}

impl Controls {
    /// A client that says when it cannot reach the table.
    pub(crate) fn client(&self, target: &Target, table: &str) -> Client {
        let progress = self.progress.clone();
        patient_client(target.client(), table, move |text| progress.say(text))
    }

    /// The result of what comes before the first write, unless the user interrupts.
    pub(crate) async fn unless_interrupted<T>(
        &mut self,
        reading: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::select! {
            result = reading => result,
            () = self.interrupt.wait() => Err(Error::InterruptedBeforeWriting),
        }
    }
}
