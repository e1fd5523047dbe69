//! The files that pages load. Their names change with their content.

use std::collections::BTreeMap;

use shared::http::{Caching, File};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// All of them, by their names in addresses.
#[must_use]
pub fn files() -> BTreeMap<&'static str, File> {
    let file =
        |(name, media_type, gzip)| (name, File::compressed(media_type, gzip, Caching::ForAYear));
    FILES.into_iter().map(file).collect()
}
