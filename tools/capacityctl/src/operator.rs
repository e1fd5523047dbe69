//! Who runs a command: the operator that the audit table and history name.

use std::fmt;

use aws_config::SdkConfig;

use crate::{Error, client::identity_client, variables::variable};

/// Who runs a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// The ARN of the credentials, as AWS's Security Token Service knows it.
    Arn(String),
    /// The user of this machine, where no AWS account says who somebody is.
    Local(String),
}

impl Operator {
    /// Asks AWS whose credentials these are. Everybody may ask that.
    ///
    /// # Errors
    ///
    /// There is no answer, or no ARN in it.
    pub(crate) async fn on_aws(config: &SdkConfig) -> Result<Self, Error> {
        let answer = identity_client(config).get_caller_identity().send().await;
        let answer = answer.map_err(|error| Error::Operator(Box::new(error)))?;
        let arn = answer.arn.ok_or_else(|| Error::Operator("the answer has no ARN".into()))?;
        Ok(Self::Arn(arn))
    }

    /// The user of this machine, by the name that the shell gives.
    pub(crate) fn local() -> Self {
        let name = ["USER", "LOGNAME"].into_iter().find_map(variable);
        Self::Local(name.unwrap_or_else(|| "unknown".to_owned()))
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arn(arn) => f.write_str(arn),
            Self::Local(name) => write!(f, "local:{name}"),
        }
    }
}
