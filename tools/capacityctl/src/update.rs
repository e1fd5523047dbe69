//! Builds one `UpdateItem` attribute by attribute.

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::AttributeValue,
};

use crate::{
    Failure,
    difference::{self, Difference},
    scan::Item,
};

/// An update of some attributes of one item.
#[derive(Debug)]
pub(crate) struct Update {
    key: (&'static str, AttributeValue),
    set: Vec<(&'static str, AttributeValue)>,
    removed: Vec<&'static str>,
    /// Values put into or taken out of sets.
    sets: Vec<(&'static str, AttributeValue)>,
    sets_clause: &'static str,
    conditions: Vec<(&'static str, Condition)>,
}

/// What became of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It is stored.
    Written,
    /// The item was not as the conditions ask.
    Refused,
}

#[derive(Debug)]
enum Condition {
    Exists,
    Absent,
    Equals(AttributeValue),
}

impl Update {
    /// Nothing yet of the item with that key.
    pub(crate) const fn of(key: &'static str, value: AttributeValue) -> Self {
        Self {
            key: (key, value),
            set: Vec::new(),
            removed: Vec::new(),
            sets: Vec::new(),
            sets_clause: "ADD",
            conditions: Vec::new(),
        }
    }

    pub(crate) fn set(mut self, name: &'static str, value: AttributeValue) -> Self {
        self.set.push((name, value));
        self
    }

    /// Sets the attribute, or removes it where there is no value.
    pub(crate) fn set_or_remove(
        mut self,
        name: &'static str,
        value: Option<AttributeValue>,
    ) -> Self {
        match value {
            Some(value) => self.set.push((name, value)),
            None => self.removed.push(name),
        }
        self
    }

    /// Puts these values into the sets, or takes them out.
    pub(crate) fn sets(mut self, sets: Vec<(&'static str, AttributeValue)>, puts_in: bool) -> Self {
        self.sets = sets;
        self.sets_clause = if puts_in { "ADD" } else { "DELETE" };
        self
    }

    /// Leaves what attributes of these names are set to or removed, and nothing else.
    pub(crate) fn keep(&mut self, named: impl Fn(&str) -> bool) {
        self.set.retain(|(name, _)| named(name));
        self.removed.retain(|name| named(name));
    }

    /// What the update would change in that item.
    pub(crate) fn differences(&self, stored: Option<&Item>) -> Vec<Difference> {
        let set = self.set.iter().map(|(name, value)| (*name, Some(value)));
        let removed = self.removed.iter().map(|name| (*name, None));
        difference::between(stored, set.chain(removed))
    }

    /// Only where the attribute exists.
    pub(crate) fn only_if(mut self, name: &'static str) -> Self {
        self.conditions.push((name, Condition::Exists));
        self
    }

    /// Only where the attribute has this value, or is absent where there is none.
    pub(crate) fn only_if_equal(
        mut self,
        name: &'static str,
        value: Option<AttributeValue>,
    ) -> Self {
        self.conditions.push((name, value.map_or(Condition::Absent, Condition::Equals)));
        self
    }

    /// Sends it.
    ///
    /// # Errors
    ///
    /// A fault of the store.
    pub(crate) async fn send(self, client: &Client, table: &str) -> Result<Sent, Failure> {
        let sent = self.request(client, table).send().await;
        match sent.map_err(SdkError::into_service_error) {
            Ok(_) => Ok(Sent::Written),
            Err(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(Sent::Refused),
            Err(error) => Err(Failure::store(table, error)),
        }
    }

    fn request(self, client: &Client, table: &str) -> UpdateItemFluentBuilder {
        let (key, value) = self.key;
        let mut request = client.update_item().table_name(table).key(key, value);
        let clauses = [
            clause("SET", self.set.iter().map(|(name, _)| format!("#{name} = :{name}"))),
            clause("REMOVE", self.removed.iter().map(|name| format!("#{name}"))),
            clause(self.sets_clause, self.sets.iter().map(|(name, _)| format!("#{name} :{name}"))),
        ];
        for (name, value) in self.set.into_iter().chain(self.sets) {
            request = request
                .expression_attribute_names(format!("#{name}"), name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        for name in self.removed {
            request = request.expression_attribute_names(format!("#{name}"), name);
        }
        conditional(request.update_expression(clauses.concat()), self.conditions)
    }
}

/// `SET a, b `, or nothing where there is nothing to do.
fn clause(keyword: &str, terms: impl Iterator<Item = String>) -> String {
    let terms = terms.collect::<Vec<_>>().join(", ");
    if terms.is_empty() { terms } else { format!("{keyword} {terms} ") }
}

fn conditional(
    mut request: UpdateItemFluentBuilder,
    conditions: Vec<(&'static str, Condition)>,
) -> UpdateItemFluentBuilder {
    if conditions.is_empty() {
        return request;
    }
    let mut terms = Vec::new();
    for (name, condition) in conditions {
        request = request.expression_attribute_names(format!("#{name}"), name);
        terms.push(match condition {
            Condition::Exists => format!("attribute_exists(#{name})"),
            Condition::Absent => format!("attribute_not_exists(#{name})"),
            Condition::Equals(value) => {
                request = request.expression_attribute_values(format!(":if_{name}"), value);
                format!("#{name} = :if_{name}")
            }
        });
    }
    request.condition_expression(terms.join(" AND "))
}
