//! Builds one `UpdateItem` attribute by attribute.

use aws_sdk_dynamodb::{
    Client, operation::update_item::builders::UpdateItemFluentBuilder, types::AttributeValue,
};

/// An update of some attributes of one item.
#[derive(Debug)]
pub(crate) struct Update {
    key: (&'static str, AttributeValue),
    set: Vec<(&'static str, AttributeValue)>,
    removed: Vec<&'static str>,
    conditions: Vec<(&'static str, Condition)>,
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
        Self { key: (key, value), set: Vec::new(), removed: Vec::new(), conditions: Vec::new() }
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

    pub(crate) fn request(self, client: &Client, table: &str) -> UpdateItemFluentBuilder {
        let (key, value) = self.key;
        let mut request = client.update_item().table_name(table).key(key, value);
        let mut clauses = Vec::new();
        if !self.set.is_empty() {
            let names = self.set.iter().map(|(name, _)| format!("#{name} = :{name}"));
            clauses.push(format!("SET {}", names.collect::<Vec<_>>().join(", ")));
        }
        if !self.removed.is_empty() {
            let names = self.removed.iter().map(|name| format!("#{name}"));
            clauses.push(format!("REMOVE {}", names.collect::<Vec<_>>().join(", ")));
        }
        for (name, value) in self.set {
            request = request
                .expression_attribute_names(format!("#{name}"), name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        for name in self.removed {
            request = request.expression_attribute_names(format!("#{name}"), name);
        }
        conditional(request.update_expression(clauses.join(" ")), self.conditions)
    }
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
