//! How long the texts of the directory and of users may be. Commands refuse longer ones, `doctor` finds those that are
//! stored already, and `store::read_units` derives from them what a page of a list reads at most.

/// The most characters of a service's name.
pub const MAX_NAME_CHARS: usize = 200;

/// The most characters of a town.
pub const MAX_TOWN_CHARS: usize = 100;

/// The most characters of a postcode.
pub const MAX_POSTCODE_CHARS: usize = 10;

/// The most characters of a code of the Organisation Data Service.
pub const MAX_ODS_CODE_CHARS: usize = 12;

/// The most characters of a telephone number with its words, such as an extension.
pub const MAX_PHONE_CHARS: usize = 60;

/// The longest review interval, in minutes: 365 days. The shortest is one minute.
pub const MAX_REVIEW_AFTER_MINUTES: u32 = 525_600;

/// The most bytes of a username. Each status and each change holds one.
pub const MAX_USERNAME_BYTES: usize = 255;

/// The most bytes of a subject (OpenID Connect Core 1.0, section 2). A subject is the partition key of the users table
/// and part of that of the idempotency table: DynamoDB allows 2048 bytes.
pub const MAX_SUBJECT_BYTES: usize = 255;

/// The most services that are assigned to one user. Every request of the user reads them all.
pub const MAX_ASSIGNMENTS: usize = 1000;
