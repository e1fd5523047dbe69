//! Imports users: each item is replaced whole, and never that of somebody else.

use std::{collections::HashMap, fmt};

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, Delete, Put, TransactWriteItem},
};
use shared::store::keys::users as keys;

use crate::{
    Failure,
    in_flight::run_all,
    refusal::{Place, Problems, Refusal},
    user_file::{self, User},
};

/// How many users an import wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written(pub usize);

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "users written: {}", self.0)
    }
}

/// Imports a JSON file.
///
/// # Errors
///
/// A file that is refused, a change by someone else meanwhile, a fault of the store.
pub async fn import(client: &Client, table: &str, file: &[u8]) -> Result<Written, Failure> {
    import_users(client, table, user_file::parse(file)?).await
}

/// Imports users that are valid by themselves and together.
///
/// # Errors
///
/// As [`import`].
pub async fn import_users(
    client: &Client,
    table: &str,
    users: Vec<User>,
) -> Result<Written, Failure> {
    let stored = Usernames::read(client, table, None).await?;
    refuse_taken_subjects(&users, &stored)?;
    let written = Written(users.len());
    let kept: Vec<String> = users.iter().map(|user| user.subject.clone()).collect();
    let changes = users.into_iter().map(|user| {
        let old = stored.subjects_of(&user.username).filter(|subject| !kept.contains(subject));
        Change { holder: stored.0.get(&user.subject).cloned(), old: old.collect(), user }
    });
    run_all(
        changes.map(|change| send(client.clone(), table.to_owned(), change)).collect::<Vec<_>>(),
    )
    .await?;
    Ok(written)
}

/// The subject of the user of that name.
///
/// # Errors
///
/// No such user, or a fault of the store.
pub async fn subject_of(client: &Client, table: &str, username: &str) -> Result<String, Failure> {
    let found = Usernames::read(client, table, Some(username)).await?;
    found.0.into_keys().next().ok_or_else(|| Failure::UnknownUser(username.to_owned()))
}

/// The username of each subject in the table.
struct Usernames(HashMap<String, String>);

impl Usernames {
    /// Reads the whole table, strongly consistently: there is no index by username, and users are few.
    async fn read(client: &Client, table: &str, only: Option<&str>) -> Result<Self, Failure> {
        let mut items = client
            .scan()
            .table_name(table)
            .consistent_read(true)
            .projection_expression("#subject, #username")
            .expression_attribute_names("#subject", keys::SUBJECT)
            .expression_attribute_names("#username", keys::USERNAME)
            .set_filter_expression(only.map(|_| "#username = :username".to_owned()))
            .set_expression_attribute_values(only.map(|username| {
                HashMap::from([(":username".to_owned(), AttributeValue::S(username.to_owned()))])
            }))
            .into_paginator()
            .items()
            .send();
        let mut usernames = HashMap::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| Failure::store(table, error))?;
            let text = |key| item.get(key).and_then(|value| value.as_s().ok()).cloned();
            usernames.extend(
                text(keys::SUBJECT)
                    .map(|subject| (subject, text(keys::USERNAME).unwrap_or_default())),
            );
        }
        Ok(Self(usernames))
    }

    fn subjects_of<'a>(&'a self, username: &'a str) -> impl Iterator<Item = String> + 'a {
        self.0.iter().filter(move |(_, name)| *name == username).map(|(subject, _)| subject.clone())
    }
}

/// A subject may pass from one user to another only if the file says where that other one goes.
fn refuse_taken_subjects(users: &[User], stored: &Usernames) -> Result<(), Refusal> {
    let in_file = |username: &str| users.iter().any(|user| user.username == username);
    let mut problems = Problems::default();
    for (number, user) in (1..).zip(users) {
        let holder = stored
            .0
            .get(&user.subject)
            .filter(|holder| **holder != user.username && !in_file(holder));
        if let Some(holder) = holder {
            problems.note(
                Place::Entry(number),
                format!("subject {:?} is that of user {holder:?}", user.subject),
            );
        }
    }
    problems.none_or_refuse(())
}

/// A user to write.
struct Change {
    user: User,
    /// Whose the item under the user's subject is now.
    holder: Option<String>,
    /// Items under subjects that the user no longer has.
    old: Vec<String>,
}

async fn send(client: Client, table: String, change: Change) -> Result<(), Failure> {
    let Change { user, holder, old } = change;
    let mut request = client.transact_write_items();
    for subject in old {
        request = request.transact_items(removal(&table, subject, &user.username)?);
    }
    let sent = request.transact_items(replacement(&table, user, holder)?).send().await;
    match sent.map_err(SdkError::into_service_error) {
        Ok(_) => Ok(()),
        Err(TransactWriteItemsError::TransactionCanceledException(_)) => {
            Err(Failure::Overtaken { table })
        }
        Err(error) => Err(Failure::store(&table, error)),
    }
}

fn removal(table: &str, subject: String, username: &str) -> Result<TransactWriteItem, Failure> {
    let delete = Delete::builder()
        .table_name(table)
        .key(keys::SUBJECT, AttributeValue::S(subject))
        .condition_expression("#username = :username")
        .expression_attribute_names("#username", keys::USERNAME)
        .expression_attribute_values(":username", AttributeValue::S(username.to_owned()))
        .build()
        .map_err(|error| Failure::store(table, error))?;
    Ok(TransactWriteItem::builder().delete(delete).build())
}

fn replacement(
    table: &str,
    user: User,
    holder: Option<String>,
) -> Result<TransactWriteItem, Failure> {
    let put = Put::builder().table_name(table).set_item(Some(item(user)));
    let put = match holder {
        None => put
            .condition_expression("attribute_not_exists(#subject)")
            .expression_attribute_names("#subject", keys::SUBJECT),
        Some(holder) => put
            .condition_expression("#username = :holder")
            .expression_attribute_names("#username", keys::USERNAME)
            .expression_attribute_values(":holder", AttributeValue::S(holder)),
    };
    let put = put.build().map_err(|error| Failure::store(table, error))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// The whole item; DynamoDB has no empty sets, so an empty one is left out.
fn item(user: User) -> HashMap<String, AttributeValue> {
    let mut item = HashMap::from([
        (keys::SUBJECT.to_owned(), AttributeValue::S(user.subject)),
        (keys::USERNAME.to_owned(), AttributeValue::S(user.username)),
        (keys::ACTIVE.to_owned(), AttributeValue::Bool(user.active)),
    ]);
    if !user.permissions.is_empty() {
        let permissions = user.permissions.into_iter().collect();
        item.insert(keys::PERMISSIONS.to_owned(), AttributeValue::Ss(permissions));
    }
    if !user.services.is_empty() {
        let services = user.services.iter().map(ToString::to_string).collect();
        item.insert(keys::SERVICES.to_owned(), AttributeValue::Ns(services));
    }
    item
}
