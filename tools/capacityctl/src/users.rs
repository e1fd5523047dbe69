//! Imports users: each item is replaced whole, and never that of somebody else.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt,
};

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, Delete, Put, TransactWriteItem},
};
use indicatif::ProgressBar;
use serde::Serialize;
use shared::{domain::ServiceId, store::keys::users as keys};

use crate::{
    Failure,
    difference::{self, Difference},
    in_flight::run_all,
    refusal::{Place, Problems, Refusal},
    scan::{self, Item},
    services::What,
    user_file::{self, User},
};

/// The attributes of a row.
const ATTRIBUTES: [&str; 5] =
    [keys::SUBJECT, keys::USERNAME, keys::ACTIVE, keys::PERMISSIONS, keys::SERVICES];

/// What an import has to do to a table.
#[derive(Debug)]
pub struct Comparison {
    /// The users to write.
    pub steps: Vec<Step>,
    /// How many users of the file are in the table already as the file has them.
    pub unchanged: usize,
}

/// A user to write.
#[derive(Debug)]
pub struct Step {
    /// The user, as the table is to hold them.
    pub user: User,
    /// What changes.
    pub differences: Vec<Difference>,
    /// Whose the item under the user's subject is now.
    holder: Option<String>,
    /// Items under subjects that the user no longer has.
    old: Vec<String>,
}

impl Step {
    /// What is done to the user.
    #[must_use]
    pub const fn what(&self) -> What {
        if self.holder.is_some() || !self.old.is_empty() { What::Changed } else { What::Added }
    }
}

/// What an import wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// How many were new.
    pub added: usize,
    /// How many are different now.
    pub changed: usize,
    /// How many were as the file has them.
    pub unchanged: usize,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { added, changed, unchanged } = self;
        write!(f, "users: {added} added, {changed} changed, {unchanged} unchanged")
    }
}

/// Imports a file, CSV or JSON.
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
    compare(client, table, users).await?.write(client, table, &ProgressBar::hidden()).await
}

/// Finds what would have to be written.
///
/// # Errors
///
/// A subject that is another user's, a fault of the store.
pub async fn compare(
    client: &Client,
    table: &str,
    users: Vec<User>,
) -> Result<Comparison, Failure> {
    let stored = Stored::read(client, table).await?;
    stored.refuse_taken_subjects(&users)?;
    let (given, kept) = (users.len(), users.iter().map(|user| user.subject.clone()));
    let kept: HashSet<String> = kept.collect();
    let steps = users.into_iter().filter_map(|user| stored.step(user, &kept));
    let steps: Vec<Step> = steps.collect();
    Ok(Comparison { unchanged: given - steps.len(), steps })
}

impl Comparison {
    /// How many users are written in each way.
    #[must_use]
    pub fn counts(&self) -> Written {
        let changed = self.steps.iter().filter(|step| step.what() == What::Changed).count();
        Written { added: self.steps.len() - changed, changed, unchanged: self.unchanged }
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// A change by someone else meanwhile, a fault of the store. What was written stays, and the same
    /// import does the rest.
    pub async fn write(
        self,
        client: &Client,
        table: &str,
        bar: &ProgressBar,
    ) -> Result<Written, Failure> {
        let (written, total) = (self.counts(), self.steps.len());
        let sent = self.steps.into_iter().map(|step| send(client.clone(), table.to_owned(), step));
        run_all(sent, bar).await.map_err(|failure| Failure::Unfinished {
            written: bar.position(),
            total,
            source: Box::new(failure),
        })?;
        Ok(written)
    }
}

/// Every user of a table, by name.
///
/// # Errors
///
/// A fault of the store.
pub async fn all(client: &Client, table: &str) -> Result<Vec<User>, Failure> {
    let mut users: Vec<User> =
        scan::rows(client, table, &ATTRIBUTES).await?.iter().filter_map(user).collect();
    users.sort_by(|a, b| a.username.cmp(&b.username));
    Ok(users)
}

/// The user of that name.
///
/// # Errors
///
/// No such user, or a fault of the store.
pub async fn named(client: &Client, table: &str, username: &str) -> Result<User, Failure> {
    let users = all(client, table).await?;
    let found = users.into_iter().find(|user| user.username == username);
    found.ok_or_else(|| Failure::UnknownUser(username.to_owned()))
}

/// Writes a user who is new.
///
/// # Errors
///
/// The name or the subject is taken, or a fault of the store.
pub async fn add(client: &Client, table: &str, user: User) -> Result<(), Failure> {
    let stored = Stored::read(client, table).await?;
    let mut problems = Problems::default();
    if stored.subjects_of(&user.username).next().is_some() {
        problems.note(Place::CommandLine, format!("user {:?} is there already", user.username));
    }
    if let Some(holder) = stored.holder(&user.subject) {
        let taken = format!("subject {:?} is that of user {holder:?}", user.subject);
        problems.note(Place::CommandLine, taken);
    }
    problems.none_or_refuse(())?;
    let step = Step { user, differences: Vec::new(), holder: None, old: Vec::new() };
    send(client.clone(), table.to_owned(), step).await
}

/// The rows of the table by their subjects. The whole table is read: there is no index by username,
/// and users are few.
struct Stored(HashMap<String, Item>);

impl Stored {
    async fn read(client: &Client, table: &str) -> Result<Self, Failure> {
        let rows = scan::rows(client, table, &ATTRIBUTES).await?;
        let rows = rows.into_iter().filter_map(|row| Some((text(&row, keys::SUBJECT)?, row)));
        Ok(Self(rows.collect()))
    }

    fn holder(&self, subject: &str) -> Option<String> {
        self.0.get(subject).map(|row| text(row, keys::USERNAME).unwrap_or_default())
    }

    fn subjects_of<'a>(&'a self, username: &'a str) -> impl Iterator<Item = String> + 'a {
        let own = move |row: &Item| text(row, keys::USERNAME).is_some_and(|name| name == username);
        self.0.iter().filter(move |(_, row)| own(row)).map(|(subject, _)| subject.clone())
    }

    /// A subject may pass from one user to another only if the file says where that other one goes.
    fn refuse_taken_subjects(&self, users: &[User]) -> Result<(), Refusal> {
        let in_file: HashSet<&str> = users.iter().map(|user| user.username.as_str()).collect();
        let mut problems = Problems::default();
        for user in users {
            let holder = self.holder(&user.subject);
            let other = holder.filter(|name| *name != user.username);
            if let Some(holder) = other.filter(|name| !in_file.contains(name.as_str())) {
                let taken = format!(
                    "user {:?}: subject {:?} is that of user {holder:?}",
                    user.username, user.subject
                );
                problems.note(Place::File, taken);
            }
        }
        problems.none_or_refuse(())
    }

    /// What there is to do about a user, if anything; `kept` are the subjects that the file names.
    fn step(&self, user: User, kept: &HashSet<String>) -> Option<Step> {
        let holder = self.holder(&user.subject);
        let old: Vec<String> =
            self.subjects_of(&user.username).filter(|it| *it != user.subject).collect();
        // What the user is now, under whichever subject.
        let now = self.0.get(old.first().unwrap_or(&user.subject));
        let wanted = item(&user);
        let wanted = ATTRIBUTES.map(|name| (name, wanted.get(name)));
        let differences = difference::between(now, wanted);
        let old = old.into_iter().filter(|subject| !kept.contains(subject)).collect();
        (!differences.is_empty()).then_some(Step { user, differences, holder, old })
    }
}

fn text(row: &Item, attribute: &str) -> Option<String> {
    row.get(attribute)?.as_s().ok().cloned()
}

/// The user of a row, if it is one.
fn user(row: &Item) -> Option<User> {
    let permissions = row.get(keys::PERMISSIONS).and_then(|set| set.as_ss().ok());
    let services = row.get(keys::SERVICES).and_then(|set| set.as_ns().ok());
    Some(User {
        username: text(row, keys::USERNAME)?,
        subject: text(row, keys::SUBJECT)?,
        active: *row.get(keys::ACTIVE)?.as_bool().ok()?,
        permissions: permissions.into_iter().flatten().cloned().collect(),
        services: services.into_iter().flatten().filter_map(|id| id.parse().ok()).collect(),
    })
}

async fn send(client: Client, table: String, step: Step) -> Result<(), Failure> {
    let Step { user, holder, old, .. } = step;
    let mut request = client.transact_write_items();
    for subject in old {
        request = request.transact_items(removal(&table, subject, &user.username)?);
    }
    let sent = request.transact_items(replacement(&table, &user, holder)?).send().await;
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
    user: &User,
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
fn item(user: &User) -> Item {
    let mut item = HashMap::from([
        (keys::SUBJECT.to_owned(), AttributeValue::S(user.subject.clone())),
        (keys::USERNAME.to_owned(), AttributeValue::S(user.username.clone())),
        (keys::ACTIVE.to_owned(), AttributeValue::Bool(user.active)),
    ]);
    let sets = [
        (keys::PERMISSIONS, permissions(&user.permissions)),
        (keys::SERVICES, assignments(&user.services)),
    ];
    item.extend(sets.into_iter().filter_map(|(name, set)| Some((name.to_owned(), set?))));
    item
}

/// A set of permissions as an attribute; none if it is empty.
pub(crate) fn permissions(names: &BTreeSet<String>) -> Option<AttributeValue> {
    (!names.is_empty()).then(|| AttributeValue::Ss(names.iter().cloned().collect()))
}

/// A set of assigned services as an attribute; none if it is empty.
pub(crate) fn assignments(services: &BTreeSet<ServiceId>) -> Option<AttributeValue> {
    (!services.is_empty())
        .then(|| AttributeValue::Ns(services.iter().map(ToString::to_string).collect()))
}
