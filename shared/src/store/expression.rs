//! The expressions of an `UpdateItem`: one attribute, one condition at a time.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// What an update does to the attributes of one item, and on which conditions.
///
/// Each attribute's placeholder is its own name: `#status = :status`.
#[derive(Clone, Debug, Default)]
pub struct ItemUpdate {
    set: Vec<(&'static str, AttributeValue)>,
    remove: Vec<&'static str>,
    conditions: Vec<(&'static str, Condition)>,
}

#[derive(Clone, Debug)]
enum Condition {
    Exists,
    Absent,
    Equals(AttributeValue),
}

/// The expressions as DynamoDB takes them, with their placeholders.
#[derive(Clone, Debug, Default)]
pub struct Expressions {
    /// `UpdateExpression`.
    pub update: String,
    /// `ConditionExpression`; `None` without conditions.
    pub condition: Option<String>,
    /// `ExpressionAttributeNames`.
    pub names: HashMap<String, String>,
    /// `ExpressionAttributeValues`; `None` without values, as DynamoDB refuses an empty map.
    pub values: Option<HashMap<String, AttributeValue>>,
}

impl ItemUpdate {
    /// Sets the attribute, or removes it if there is no value.
    #[must_use]
    pub fn set(mut self, name: &'static str, value: impl Into<Option<AttributeValue>>) -> Self {
        match value.into() {
            Some(value) => self.set.push((name, value)),
            None => self.remove.push(name),
        }
        self
    }

    /// Only if the item has the attribute.
    #[must_use]
    pub fn only_if_exists(mut self, name: &'static str) -> Self {
        self.conditions.push((name, Condition::Exists));
        self
    }

    /// Only if the attribute has this value, or is absent if there is no value.
    #[must_use]
    pub fn only_if(mut self, name: &'static str, value: impl Into<Option<AttributeValue>>) -> Self {
        let condition = value.into().map_or(Condition::Absent, Condition::Equals);
        self.conditions.push((name, condition));
        self
    }

    /// The attributes that are set, with their values, and those that are removed.
    pub fn assignments(&self) -> impl Iterator<Item = (&'static str, Option<&AttributeValue>)> {
        let set = self.set.iter().map(|(name, value)| (*name, Some(value)));
        set.chain(self.remove.iter().map(|name| (*name, None)))
    }

    /// Drops the assignments to all other attributes than these.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.set.retain(|(name, _)| keep(name));
        self.remove.retain(|name| keep(name));
    }

    /// Writes the expressions.
    #[must_use]
    pub fn build(self) -> Expressions {
        let equals = |(name, _): &(&str, _)| ["#", name, " = :", name].concat();
        let clauses = [
            clause("SET ", self.set.iter().map(equals)),
            clause("REMOVE ", self.remove.iter().map(|name| ["#", name].concat())),
        ];
        let update = clauses.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let condition = self.conditions.iter().map(|(name, condition)| condition.text(name));
        let condition = condition.collect::<Vec<_>>().join(" AND ");

        let conditions = self.conditions.into_iter();
        let (mut names, mut values) = (HashMap::new(), HashMap::new());
        let mut name = |name: &str| drop(names.insert(["#", name].concat(), name.to_owned()));
        self.remove.into_iter().for_each(&mut name);
        for (attribute, value) in self.set {
            name(attribute);
            values.insert([":", attribute].concat(), value);
        }
        for (attribute, condition) in conditions {
            name(attribute);
            if let Condition::Equals(value) = condition {
                values.insert([":if_", attribute].concat(), value);
            }
        }
        Expressions {
            update,
            condition: Some(condition).filter(|condition| !condition.is_empty()),
            names,
            values: Some(values).filter(|values| !values.is_empty()),
        }
    }
}

fn clause(keyword: &str, terms: impl Iterator<Item = String>) -> Option<String> {
    let terms = terms.collect::<Vec<_>>().join(", ");
    (!terms.is_empty()).then(|| [keyword, &terms].concat())
}

impl Condition {
    fn text(&self, name: &str) -> String {
        match self {
            Self::Exists => ["attribute_exists(#", name, ")"].concat(),
            Self::Absent => ["attribute_not_exists(#", name, ")"].concat(),
            Self::Equals(_) => ["#", name, " = :if_", name].concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::ItemUpdate;

    fn text(value: &str) -> AttributeValue {
        AttributeValue::S(value.to_owned())
    }

    #[test]
    fn every_clause_names_its_attributes_and_values() {
        let update = ItemUpdate::default()
            .set("status", text("RED"))
            .set("version", text("2"))
            .set("notes", None)
            .only_if("version", text("1"))
            .only_if("active", None)
            .only_if_exists("path")
            .build();
        assert_eq!(update.update, "SET #status = :status, #version = :version REMOVE #notes");
        assert_eq!(
            update.condition.as_deref(),
            Some(
                "#version = :if_version AND attribute_not_exists(#active) AND attribute_exists(#path)"
            )
        );
        assert_eq!(update.names.len(), 5);
        assert_eq!(update.values.map(|values| values.len()), Some(3));
    }

    #[test]
    fn removing_alone_has_no_values() {
        let update = ItemUpdate::default().set("notes", None).build();
        assert_eq!((update.update.as_str(), update.values), ("REMOVE #notes", None));
        assert_eq!(update.condition, None);
    }
}
