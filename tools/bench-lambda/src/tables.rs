//! Creates the tables of a benchmark, with its data.

use std::{
    error::Error,
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use capacityctl::services::{self, Directory};
use load::{generated_directory::GeneratedDirectory, seed::seed_tables};
use local_stack::{engine::Engine, sample};
use shared::{domain::Timestamp, http::Clock, store::TableNames};

use crate::benchmark::Scenario;

/// A directory whose regions have boards of 200 services.
pub(crate) const DIRECTORY: GeneratedDirectory = GeneratedDirectory { size: 2000 };

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Creates the tables of template.yaml under new names, with the data of that scenario.
pub(crate) async fn create(
    engine: &Engine,
    scenario: Scenario,
) -> Result<TableNames, Box<dyn Error>> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let prefix = format!("bench-{}-", COUNT.fetch_add(1, Ordering::Relaxed));
    let template = fs::read_to_string(root().join("template.yaml"))?;
    let client = engine.client();
    let tables = local_stack::tables::create(&client, &template, &prefix).await?;
    if scenario.is_board() {
        seed_tables(&client, &tables, DIRECTORY).await?;
    } else {
        // Long ago, so that followers are not told of it.
        let long_ago = Timestamp::from_epoch_seconds(0).ok_or("a time")?;
        let clock = Clock::from_fn(move || long_ago);
        let directory = Directory { clock, ..Directory::new(&client, &tables) };
        services::import_rows(&directory, sample::directory()).await?;
        capacityctl::users::import_users(&client, &tables.users, sample::users()).await?;
    }
    Ok(tables)
}
