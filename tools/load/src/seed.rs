//! Seeds empty tables. Unlike an import it does not read first, so that it is fast enough for a million
//! services.

use aws_sdk_dynamodb::{
    Client,
    error::DisplayErrorContext,
    types::{PutRequest, WriteRequest},
};
use capacityctl::users_file::User;
use shared::{
    domain::Session,
    http::Clock,
    store::{SessionsTable, TableNames, keys::users::EDIT_CAPACITY},
};
use tokio::task::JoinSet;
use web::visitor::SessionSecret;

use crate::{
    Error,
    generated_directory::{GeneratedDirectory, Item},
};

/// The user with read access.
pub const READER: &str = "load-reader";
/// The user who may update every service.
pub const EDITOR: &str = "load-editor";
/// The user who may update a provider with its services.
pub const STAFF: &str = "load-staff";
/// All of them.
pub const USERS: [&str; 3] = [READER, EDITOR, STAFF];

/// DynamoDB's limit for `BatchWriteItem`.
const BATCH_SIZE: usize = 25;
/// The most requests in flight at the same time.
const MAX_CONCURRENT: usize = 4;

/// Writes the services and the users.
///
/// # Errors
/// An error of DynamoDB.
pub async fn seed_tables(
    client: &Client,
    tables: &TableNames,
    directory: GeneratedDirectory,
) -> Result<(), Error> {
    let numbers: Vec<u64> = (0..directory.size).collect();
    let mut running = JoinSet::new();
    for batch in numbers.chunks(BATCH_SIZE) {
        if running.len() >= MAX_CONCURRENT {
            check_joined(running.join_next().await)?;
        }
        let items = batch.iter().filter_map(|number| directory.item(*number)).collect();
        running.spawn(write_batch(client.clone(), tables.services.clone(), items));
    }
    while let Some(joined) = running.join_next().await {
        check_joined(Some(joined))?;
    }
    let users = users(directory);
    let imported = capacityctl::users::import_users(client, &tables.users, users).await;
    imported.map(drop).map_err(|error| Error::Seed(error.to_string()))
}

fn check_joined(
    joined: Option<Result<Result<(), Error>, tokio::task::JoinError>>,
) -> Result<(), Error> {
    joined.map_or(Ok(()), |joined| joined.map_err(|error| Error::Seed(error.to_string()))?)
}

async fn write_batch(client: Client, table: String, items: Vec<Item>) -> Result<(), Error> {
    let puts = items.into_iter().map(|item| {
        let put = PutRequest::builder().set_item(Some(item)).build()?;
        Ok(WriteRequest::builder().put_request(put).build())
    });
    let puts: Result<Vec<_>, aws_sdk_dynamodb::error::BuildError> = puts.collect();
    let puts = puts.map_err(|error| Error::Seed(error.to_string()))?;
    let response = client.batch_write_item().request_items(table, puts).send().await;
    let response = response.map_err(|error| Error::Seed(DisplayErrorContext(error).to_string()))?;
    if response.unprocessed_items.is_some_and(|left| !left.is_empty()) {
        return Err(Error::Seed("DynamoDB left items unprocessed".to_owned()));
    }
    Ok(())
}

fn users(directory: GeneratedDirectory) -> Vec<User> {
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
    let staff = User {
        permissions: [EDIT_CAPACITY.to_owned()].into(),
        services: directory.first_provider().into_iter().collect(),
        ..user(STAFF)
    };
    vec![user(READER), editor, staff]
}

/// Signs a user in on the pages.
///
/// # Errors
/// An error of DynamoDB.
pub async fn begin_session(
    client: &Client,
    table: &str,
    user: &str,
) -> Result<SessionSecret, Error> {
    let secret = SessionSecret::random().ok_or_else(|| Error::Seed("no randomness".to_owned()))?;
    let scope = "openid capacity/read capacity/write".to_owned();
    let session = Session::begin(user.to_owned(), scope, false, Clock::system().now());
    let table = SessionsTable::new(client, table.to_owned());
    let begun = table.begin(&secret.key(), &session).await;
    begun.map(|()| secret).map_err(|error| Error::Seed(error.to_string()))
}
