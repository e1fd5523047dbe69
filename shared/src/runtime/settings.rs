//! Settings from environment variables, parsed when a function starts. If any are missing or invalid, the
//! function does not start, and all of them are reported together.

use std::{collections::HashMap, fmt, str::FromStr};

use crate::{
    auth::Authenticator,
    domain::{Minutes, ResetLimits},
    store::TableNames,
};

/// The environment variables.
#[derive(Clone, Debug, Default)]
pub struct Environment(HashMap<String, String>);

impl Environment {
    /// The variables of this process. Those that are not UTF-8 count as missing.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value of a variable, if it is set and not blank.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|value| !value.trim().is_empty()).cloned()
    }

    /// The value of a variable.
    ///
    /// # Errors
    /// It is missing or blank.
    pub fn required(&self, name: &str) -> Result<String, SettingsError> {
        self.optional(name).ok_or_else(|| SettingsError::new(name, "is missing"))
    }

    /// The parsed value of a variable.
    ///
    /// # Errors
    /// It is missing, blank or invalid.
    pub fn parsed<T: FromStr>(&self, name: &str) -> Result<T, SettingsError>
    where
        T::Err: fmt::Display,
    {
        let value = self.required(name)?;
        value.trim().parse().map_err(|error: T::Err| SettingsError::new(name, error))
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

/// The settings that are missing or invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError(Vec<String>);

impl SettingsError {
    /// One variable, and what is wrong with it.
    pub fn new(variable: &str, problem: impl fmt::Display) -> Self {
        Self(vec![format!("{variable}: {problem}")])
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid settings: {}", self.0.join("; "))
    }
}

impl std::error::Error for SettingsError {}

/// Several settings. Each is read on its own, so that all errors are found.
pub trait AllSettings {
    /// Their values.
    type Values;

    /// All values.
    ///
    /// # Errors
    /// Every setting that is missing or invalid.
    fn all(self) -> Result<Self::Values, SettingsError>;
}

macro_rules! all_settings {
    ($($name:ident)+) => {
        impl<$($name),+> AllSettings for ($(Result<$name, SettingsError>,)+) {
            type Values = ($($name,)+);

            #[expect(non_snake_case, reason = "each value is named as its type")]
            fn all(self) -> Result<Self::Values, SettingsError> {
                match self {
                    ($(Ok($name),)+) => Ok(($($name,)+)),
                    ($($name,)+) => {
                        let errors = [$($name.err()),+].into_iter().flatten();
                        Err(SettingsError(errors.flat_map(|error| error.0).collect()))
                    }
                }
            }
        }
    };
}

all_settings!(A B);
all_settings!(A B C);
all_settings!(A B C D);
all_settings!(A B C D E);
all_settings!(A B C D E F);
all_settings!(A B C D E F G);
all_settings!(A B C D E F G H);

/// The variables that [`table_names`] reads, with the values that these names have.
#[must_use]
pub fn table_variables(names: &TableNames) -> [(&'static str, &str); 5] {
    [
        ("SERVICES_TABLE", &names.services),
        ("STATUS_HISTORY_TABLE", &names.status_history),
        ("USERS_TABLE", &names.users),
        ("CHANGES_TABLE", &names.changes),
        ("IDEMPOTENCY_TABLE", &names.idempotency),
    ]
}

/// Reads the names of all tables.
///
/// # Errors
/// One of them is missing.
pub fn table_names(environment: &Environment) -> Result<TableNames, SettingsError> {
    let (services, status_history, users, changes, idempotency) = (
        environment.required("SERVICES_TABLE"),
        environment.required("STATUS_HISTORY_TABLE"),
        environment.required("USERS_TABLE"),
        environment.required("CHANGES_TABLE"),
        environment.required("IDEMPOTENCY_TABLE"),
    )
        .all()?;
    Ok(TableNames { services, status_history, users, changes, idempotency })
}

/// Reads `RESET_DEFAULT_MINUTES`, `RESET_MIN_MINUTES` and `RESET_MAX_MINUTES`.
///
/// # Errors
/// One of them is missing or invalid, or the default is not between minimum and maximum.
pub fn reset_limits(environment: &Environment) -> Result<ResetLimits, SettingsError> {
    let minutes = |name| environment.parsed::<u32>(name).map(Minutes);
    let (default, min, max) = (
        minutes("RESET_DEFAULT_MINUTES"),
        minutes("RESET_MIN_MINUTES"),
        minutes("RESET_MAX_MINUTES"),
    )
        .all()?;
    if min <= default && default <= max {
        Ok(ResetLimits { default, min, max })
    } else {
        let problem = "must be at least RESET_MIN_MINUTES and at most RESET_MAX_MINUTES";
        Err(SettingsError::new("RESET_DEFAULT_MINUTES", problem))
    }
}

/// The issuer whose tokens are accepted.
pub(super) const JWT_ISSUER: &str = "JWT_ISSUER";

/// Reads `AUTH_MODE` and `JWT_ISSUER`, and if the function verifies tokens itself, `JWT_CLIENT_IDS` and
/// `JWT_JWKS_URL`.
///
/// # Errors
/// One of them is missing or invalid.
pub fn authenticator(environment: &Environment) -> Result<Authenticator, SettingsError> {
    match environment.required("AUTH_MODE")?.as_str() {
        "gateway" => {
            environment.required(JWT_ISSUER).map(|issuer| Authenticator::Gateway { issuer })
        }
        #[cfg(feature = "jwt")]
        "jwt" => verifier(environment).map(|verifier| Authenticator::Jwt(Box::new(verifier))),
        #[cfg(not(feature = "jwt"))]
        "jwt" => Err(SettingsError::new("AUTH_MODE", "jwt is not built into this binary")),
        _ => Err(SettingsError::new("AUTH_MODE", "must be gateway or jwt")),
    }
}

#[cfg(feature = "jwt")]
fn verifier(environment: &Environment) -> Result<oidc::Verifier, SettingsError> {
    let acceptable = |name: &str, url: String| {
        if oidc::is_acceptable_url(&url) {
            Ok(url)
        } else {
            Err(SettingsError::new(name, "must be an https URL, or http on a loopback address"))
        }
    };
    let issuer = environment.required(JWT_ISSUER).and_then(|url| acceptable(JWT_ISSUER, url));
    let jwks_url = environment.optional("JWT_JWKS_URL");
    let jwks_url = jwks_url.map(|url| acceptable("JWT_JWKS_URL", url)).transpose();
    let client_ids = environment.required("JWT_CLIENT_IDS").and_then(|ids| {
        let ids = ids.split(',').map(str::trim).filter(|id| !id.is_empty());
        let ids: Vec<_> = ids.map(str::to_owned).collect();
        if ids.is_empty() {
            Err(SettingsError::new("JWT_CLIENT_IDS", "must have at least one client id"))
        } else {
            Ok(ids)
        }
    });
    let (issuer, client_ids, jwks_url) = (issuer, client_ids, jwks_url).all()?;
    Ok(oidc::Verifier::new(issuer, client_ids, jwks_url))
}
