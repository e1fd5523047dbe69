//! template.yaml with given parameters, as CloudFormation would evaluate it. Knows the intrinsic
//! functions that the tests need, and leaves what only a deployment can know as it is.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::document;

pub(crate) struct Stack {
    template: Value,
    parameters: HashMap<String, String>,
}

impl Stack {
    /// Parameters that are not named have their defaults.
    pub(crate) fn with(values: &[(&str, &str)]) -> Self {
        let template = document("template.yaml");
        let declared = template["Parameters"].as_object().expect("parameters");
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut parameters: HashMap<_, _> = declared
            .iter()
            .map(|(name, parameter)| (name.clone(), text(&parameter["Default"])))
            .collect();
        for (name, value) in values {
            let known = parameters.insert((*name).to_owned(), (*value).to_owned());
            assert!(known.is_some(), "no parameter {name}");
        }
        Self { template, parameters }
    }

    /// The properties of a resource that has no condition, or whose condition is met.
    pub(crate) fn properties(&self, resource: &str) -> Option<Value> {
        let resource = &self.template["Resources"][resource];
        let exists = resource["Condition"].as_str().is_none_or(|name| self.condition(name));
        exists.then(|| self.evaluate(&resource["Properties"])).flatten()
    }

    /// `None` is `AWS::NoValue`.
    pub(crate) fn evaluate(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Array(items) => {
                Some(items.iter().filter_map(|one| self.evaluate(one)).collect())
            }
            Value::Object(members) => self.object(members),
            plain => Some(plain.clone()),
        }
    }

    fn object(&self, members: &Map<String, Value>) -> Option<Value> {
        let unknown = || {
            let pairs = members.iter();
            let pairs =
                pairs.filter_map(|(name, value)| Some((name.clone(), self.evaluate(value)?)));
            Some(Value::Object(pairs.collect()))
        };
        let Some((name, argument)) = members.iter().next().filter(|_| members.len() == 1) else {
            return unknown();
        };
        match name.as_str() {
            "Ref" if argument == "AWS::NoValue" => None,
            "Ref" => self.parameter(argument.as_str()?).or_else(unknown),
            "Fn::If" => {
                let met = self.condition(argument[0].as_str()?);
                self.evaluate(&argument[if met { 1 } else { 2 }])
            }
            "Fn::Sub" => argument.as_str().map_or_else(unknown, |text| Some(self.substitute(text))),
            "Fn::Join" => {
                let joined = self.evaluate(&argument[1])?;
                let parts: Option<Vec<_>> = joined.as_array()?.iter().map(Value::as_str).collect();
                parts.map_or_else(unknown, |all| Some(all.join(argument[0].as_str()?).into()))
            }
            "Fn::Split" => {
                let text = self.evaluate(&argument[1])?;
                Some(text.as_str()?.split(argument[0].as_str()?).collect())
            }
            _ => unknown(),
        }
    }

    /// A list without elements is a list with one empty element.
    fn parameter(&self, name: &str) -> Option<Value> {
        let value = self.parameters.get(name)?;
        let is_list = self.template["Parameters"][name]["Type"] == "CommaDelimitedList";
        Some(if is_list { value.split(',').collect() } else { value.as_str().into() })
    }

    fn substitute(&self, text: &str) -> Value {
        let known = self.parameters.iter();
        let filled = known.fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value)
        });
        filled.into()
    }

    fn condition(&self, name: &str) -> bool {
        self.holds(&self.template["Conditions"][name])
    }

    fn holds(&self, condition: &Value) -> bool {
        let (name, argument) =
            condition.as_object().and_then(|one| one.iter().next()).expect("one");
        let mut parts = argument.as_array().into_iter().flatten();
        match name.as_str() {
            "Condition" => self.condition(argument.as_str().expect("a name")),
            "Fn::Equals" => self.evaluate(&argument[0]) == self.evaluate(&argument[1]),
            "Fn::Not" => !self.holds(&argument[0]),
            "Fn::And" => parts.all(|part| self.holds(part)),
            "Fn::Or" => parts.any(|part| self.holds(part)),
            other => panic!("{other} is unknown"),
        }
    }
}
