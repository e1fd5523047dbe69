//! The table of users: who may use the API, and for what.

use aws_sdk_dynamodb::Client;

use super::{
    ServicesTable, StoreFault,
    attribute::{Item, text},
    keys::users,
    read::{Consistency, Row, batch_get},
    service_item::parse_service,
    user_item::parse_user,
};
use crate::domain::{Service, ServiceId, User};

/// The table of users.
#[derive(Clone, Debug)]
pub struct UsersTable {
    client: Client,
    name: String,
}

impl UsersTable {
    /// The table of this name.
    #[must_use]
    pub fn new(client: &Client, name: String) -> Self {
        Self { client: client.clone(), name }
    }

    /// The user of this subject, if there is one. A change of the last second may be missing.
    ///
    /// # Errors
    /// The store failed.
    pub async fn user(&self, subject: &str) -> Result<Option<User>, StoreFault> {
        let row = (Some(self.row(subject)), Consistency::Eventual);
        let [user] = batch_get(&self.client, [row]).await?;
        user.map(parse_user).transpose()
    }

    /// The user of this subject and the service of this id, by one call. The service is read strongly
    /// consistently; of the user a change of the last second may be missing.
    ///
    /// # Errors
    /// The store failed.
    pub async fn user_and_service(
        &self,
        subject: &str,
        services: &ServicesTable,
        id: Option<ServiceId>,
    ) -> Result<(Option<User>, Option<Service>), StoreFault> {
        let user = (Some(self.row(subject)), Consistency::Eventual);
        let service = (id.map(|id| services.row(id)), Consistency::Strong);
        let [user, service] = batch_get(&self.client, [user, service]).await?;
        Ok((user.map(parse_user).transpose()?, service.map(parse_service).transpose()?))
    }

    pub(super) fn row(&self, subject: &str) -> Row<'_> {
        let key = Item::from([(users::SUBJECT.to_owned(), text(subject))]);
        Row { table: &self.name, key }
    }
}
