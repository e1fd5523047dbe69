//! Fills empty tables. An import would do as well, and reads before it writes: this is for a million.

use aws_sdk_dynamodb::{
    Client,
    error::DisplayErrorContext,
    types::{PutRequest, WriteRequest},
};
use capacityctl::user_file::User;
use shared::{config::Tables, store::keys::users::EDIT_CAPACITY};
use tokio::task::JoinSet;

use crate::{
    Failure,
    directory::{Directory, Item},
};

/// The user who may read.
pub const READER: &str = "load-reader";
/// The user who may update every service.
pub const EDITOR: &str = "load-editor";

/// What DynamoDB takes in one request.
const BATCH: usize = 25;
/// How many requests are under way at once.
const IN_FLIGHT: usize = 4;

/// Writes the directory, and the two users.
///
/// # Errors
/// A fault of the store.
pub async fn fill(client: &Client, tables: &Tables, directory: Directory) -> Result<(), Failure> {
    let numbers: Vec<u64> = (0..directory.size).collect();
    let mut running = JoinSet::new();
    for batch in numbers.chunks(BATCH) {
        if running.len() >= IN_FLIGHT {
            finished(running.join_next().await)?;
        }
        let items = batch.iter().filter_map(|number| directory.item(*number)).collect();
        running.spawn(write(client.clone(), tables.services.clone(), items));
    }
    while let Some(ended) = running.join_next().await {
        finished(Some(ended))?;
    }
    let users = users(directory);
    let written = capacityctl::users::import_users(client, &tables.users, users).await;
    written.map(drop).map_err(|failure| Failure::Fill(failure.to_string()))
}

fn finished(
    ended: Option<Result<Result<(), Failure>, tokio::task::JoinError>>,
) -> Result<(), Failure> {
    ended.map_or(Ok(()), |ended| ended.map_err(|error| Failure::Fill(error.to_string()))?)
}

async fn write(client: Client, table: String, items: Vec<Item>) -> Result<(), Failure> {
    let puts = items.into_iter().map(|item| {
        let put = PutRequest::builder().set_item(Some(item)).build()?;
        Ok(WriteRequest::builder().put_request(put).build())
    });
    let puts: Result<Vec<_>, aws_sdk_dynamodb::error::BuildError> = puts.collect();
    let puts = puts.map_err(|error| Failure::Fill(error.to_string()))?;
    let sent = client.batch_write_item().request_items(table, puts).send().await;
    let answer = sent.map_err(|error| Failure::Fill(DisplayErrorContext(error).to_string()))?;
    if answer.unprocessed_items.is_some_and(|left| !left.is_empty()) {
        return Err(Failure::Fill("the store left items unprocessed".to_owned()));
    }
    Ok(())
}

fn users(directory: Directory) -> Vec<User> {
    let user = |name: &str| User {
        username: name.to_owned(),
        subject: name.to_owned(),
        active: true,
        permissions: Default::default(),
        services: Default::default(),
    };
    let editor = User {
        permissions: [EDIT_CAPACITY.to_owned()].into(),
        services: directory.regions().collect(),
        ..user(EDITOR)
    };
    vec![user(READER), editor]
}
