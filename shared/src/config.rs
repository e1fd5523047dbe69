//! Settings from environment variables, parsed at cold start. Every bad or missing one is reported,
//! all together, and stops the function.

use std::{collections::HashMap, fmt, str::FromStr};

use crate::domain::Minutes;

/// The environment variables, and what is wrong with those that were asked for.
#[derive(Debug, Default)]
pub struct Environment {
    variables: HashMap<String, String>,
    problems: Vec<String>,
}

impl Environment {
    /// The variables of this process. Those that are not UTF-8 count as missing.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value of a variable that may be missing; an empty one counts as missing.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        self.variables.get(name).filter(|value| !value.trim().is_empty()).cloned()
    }

    /// The value of a variable; that it is missing is reported.
    pub fn required(&mut self, name: &str) -> Option<String> {
        let value = self.optional(name);
        if value.is_none() {
            self.report(name, "is missing");
        }
        value
    }

    /// The parsed value of a variable; that it is missing or cannot be parsed is reported.
    pub fn parsed<T: FromStr>(&mut self, name: &str) -> Option<T>
    where
        T::Err: fmt::Display,
    {
        match self.required(name)?.trim().parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.report(name, &error.to_string());
                None
            }
        }
    }

    /// Notes what is wrong with a variable.
    pub fn report(&mut self, name: &str, problem: &str) {
        let problem = format!("{name}: {problem}");
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// What was built from the variables, if nothing was wrong with any of them.
    ///
    /// # Errors
    /// At least one variable is missing or bad.
    pub fn finish<T>(self, built: Option<T>) -> Result<T, ConfigError> {
        match built {
            Some(built) if self.problems.is_empty() => Ok(built),
            _ => Err(ConfigError(self.problems)),
        }
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self { variables: variables.into_iter().collect(), problems: Vec::new() }
    }
}

/// Everything that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bad settings: {}", self.0.join("; "))
    }
}

impl std::error::Error for ConfigError {}

/// The names of the tables.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tables {
    /// Services with their current status.
    pub services: String,
    /// One item per change of a status.
    pub status_history: String,
    /// Who may use the API, and for what.
    pub users: String,
    /// Answers to repeat for repeated requests.
    pub idempotency: String,
}

impl Tables {
    /// The variables that name the tables, with their values.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, &str); 4] {
        [
            ("SERVICES_TABLE", &self.services),
            ("STATUS_HISTORY_TABLE", &self.status_history),
            ("USERS_TABLE", &self.users),
            ("IDEMPOTENCY_TABLE", &self.idempotency),
        ]
    }
}

/// After how many minutes a status falls back to GREEN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetLimits {
    /// When the caller does not say.
    pub default: Minutes,
    /// The least that a caller may ask for.
    pub min: Minutes,
    /// The most that a caller may ask for.
    pub max: Minutes,
}

impl ResetLimits {
    /// Reads `RESET_DEFAULT_MINUTES`, `RESET_MIN_MINUTES` and `RESET_MAX_MINUTES`.
    pub fn read(environment: &mut Environment) -> Option<Self> {
        let [default, min, max] =
            ["RESET_DEFAULT_MINUTES", "RESET_MIN_MINUTES", "RESET_MAX_MINUTES"]
                .map(|name| environment.parsed::<u32>(name).map(Minutes));
        let limits = Self { default: default?, min: min?, max: max? };
        if limits.min <= limits.default && limits.default <= limits.max {
            Some(limits)
        } else {
            environment.report("RESET_DEFAULT_MINUTES", "does not lie between minimum and maximum");
            None
        }
    }
}
