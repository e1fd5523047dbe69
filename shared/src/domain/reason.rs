//! Why a service is AMBER or RED.

/// A reason, as an update gives it or as the tables have it.
///
/// Clinical owners may change [`Reason::NAMES`]. What is stored stays as it is: a status must be shown even if its reason
/// is no longer, or not yet, in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// The reasons that an update may give. openapi.yaml has the same list.
    pub const NAMES: [&str; 7] =
        ["STAFFING", "DEMAND", "EQUIPMENT", "IT", "INFECTION_CONTROL", "SITE", "OTHER"];

    /// Reads a name of the list in any letter case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let known = Self::NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(name));
        known.map(|known| Self(known.to_owned()))
    }

    /// The reason with this stored name, which need not be in the list.
    #[must_use]
    pub const fn stored(name: String) -> Self {
        Self(name)
    }

    /// The name, as in JSON and in the tables.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, as in JSON and in the tables.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// The name if it is in the list, else `None`.
    #[must_use]
    pub fn known_name(&self) -> Option<&'static str> {
        Self::NAMES.into_iter().find(|known| *known == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn names_are_read_in_any_letter_case() {
        for name in Reason::NAMES {
            let reason = Some(Reason::stored(name.to_owned()));
            assert_eq!(
                [Reason::parse(name), Reason::parse(&name.to_lowercase())],
                [reason.clone(), reason]
            );
        }
        for other in ["", "STAFF", " IT", "ıT", "infection control", "null"] {
            assert_eq!(Reason::parse(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_stored_reason_need_not_be_in_the_list() {
        let retired = Reason::stored("STRIKE".to_owned());
        assert_eq!((retired.as_str(), retired.known_name()), ("STRIKE", None));
        assert_eq!(Reason::parse("it").and_then(|it| it.known_name()), Some("IT"));
    }
}
