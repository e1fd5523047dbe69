//! Changes of the directory: imports and commands of an operator, which fail or are killed.

use std::{collections::BTreeMap, io};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use capacityctl::{
    cli,
    concurrency::Interrupt,
    dialog::Dialog,
    run_on,
    services::{self, Directory},
    target::Target,
};
use clap::Parser as _;
use serde_json::Value;
use shared::{
    http::Clock,
    store::keys::{changes, services as keys},
};

use super::{
    count::Count,
    world::{SERVICES, World, number_in},
};
use crate::harness::{audit_table, nth_write::NthWrite, time};

/// The provider, which moves between the regions with all services below it.
const PROVIDER: u64 = 20;
/// Both regions.
pub(super) const REGIONS: [u64; 2] = [10, 40];

const HEADER: &str = "id,name,typeId,parentId,town,postcode,odsCode,active";

/// What followers have to know of a service's place in the directory.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The number of the last acknowledged import, which is in the service's name.
    number: u64,
    /// The region that it is in since the last acknowledged change; `None` if it is closed.
    region: Option<u64>,
    /// Whether no later change has an unknown outcome.
    is_certain: bool,
}

impl Entry {
    pub(super) const fn new() -> Self {
        Self { number: 0, region: Some(10), is_certain: true }
    }

    /// What it is now, if that is how the service is listed.
    pub(super) fn observed(&self, item: Option<&Value>) -> Self {
        let number = item.and_then(|item| number_in(&item["name"])).unwrap_or(self.number);
        let region = item.and_then(|item| item["region"].as_u64());
        Self { number, region, is_certain: true }
    }

    /// Whether a follower of this region knows it, or something later, if it has this copy of the service.
    pub(super) fn check(&self, region: u64, own: Option<&Value>) -> Result<(), String> {
        let is_here = self.region == Some(region);
        match own {
            Some(own) if number_in(&own["name"]).unwrap_or(0) < self.number => {
                Err(format!("{own} is older than import {}", self.number))
            }
            Some(own) if self.is_certain && !is_here => Err(format!("{own} is still in {region}")),
            None if self.is_certain && is_here => Err(format!("{self:?} is not in {region}")),
            _ => Ok(()),
        }
    }
}

impl World {
    /// Renames a service, and closes or opens it.
    pub(super) async fn import_one(&mut self, count: &mut Count) {
        let id = self.any_service();
        let active = self.rng.u32(0..3) > 0;
        let row = self.row(id, active).await;
        self.import(&[(id, row)], "services renamed, closed or opened by an import", count).await;
    }

    /// Moves the provider with its services to the other region, and opens all of them.
    pub(super) async fn import_move(&mut self, count: &mut Count) {
        let from = self.parent(PROVIDER).await;
        let to = if from == "10" { "40" } else { "10" };
        let mut rows = Vec::new();
        for id in SERVICES {
            let parent = if id == PROVIDER { to } else { "20" };
            rows.push((id, self.row_below(id, parent, true)));
        }
        self.import(&rows, "moves to another region", count).await;
    }

    /// As the two before, after a large import of a region that was killed: the followers are told once.
    pub(super) async fn import_many(&mut self, count: &mut Count) {
        let region = *self.rng.choice(&REGIONS).expect("one");
        self.leave_unfinished(region).await;
        self.is_untold = true;
        count.add("imports after a large one that was killed");
        if self.rng.bool() { self.import_one(count).await } else { self.import_move(count).await }
    }

    /// The row by which an import of a region says that it has not ended.
    async fn leave_unfinished(&self, region: u64) {
        let put = self.engine.client.put_item().table_name(&self.engine.tables.changes);
        let put = put.item(changes::REGION, AttributeValue::N("0".to_owned()));
        let put = put.item(changes::AT, AttributeValue::S(region.to_string()));
        put.send().await.expect("a row");
    }

    async fn import(&mut self, rows: &[(u64, String)], what: &'static str, count: &mut Count) {
        let lines: Vec<&str> = rows.iter().map(|(_, row)| row.as_str()).collect();
        let file = format!("{HEADER}\n{}\n", lines.join("\n"));
        let (mut client, mut killed) = (self.writer.client.clone(), None);
        if self.rng.u32(0..5) == 0 {
            let (own, nth) = NthWrite::of(&client, self.rng.u64(1..6));
            (client, killed) = (own, Some(nth));
        }
        let directory = self.directory(client);
        let is_killed = async {
            match killed {
                Some(nth) => nth.sent().await,
                None => std::future::pending().await,
            }
        };
        let imported = tokio::select! {
            biased;
            () = is_killed => None,
            imported = services::import(&directory, file.as_bytes()) => imported.ok(),
        };
        if imported.is_none() {
            count.add("imports that failed or were killed");
            self.polls_next = 3;
            // It may also have finished what an earlier one left.
            self.entries.values_mut().for_each(|entry| entry.is_certain = false);
            return;
        }
        count.add(what);
        self.is_untold = false;
        for id in SERVICES {
            let entry = self.stored_entry(id).await;
            let row = rows.iter().find(|(own, _)| *own == id).map(|(_, row)| row);
            if let Some(row) = row {
                assert!(row.contains(&format!(" {},", entry.number)), "not stored: {row}");
            }
            // It may have finished moving others.
            if row.is_some() || self.entries[&id].is_certain {
                self.entries.insert(id, entry);
            }
        }
    }

    /// Closes a service by a command, or opens it.
    pub(super) async fn command(&mut self, count: &mut Count) {
        let id = self.any_service();
        if !self.entries[&id].is_certain {
            return;
        }
        let action = if self.entries[&id].region.is_some() { "deactivate" } else { "activate" };
        let done = self.run(&["service", action, &id.to_string()]).await.is_some();
        if !done {
            self.entries.get_mut(&id).expect("an entry").is_certain = false;
            return;
        }
        count.add("services closed or opened by a command");
        let entry = self.stored_entry(id).await;
        assert_eq!(entry.region.is_some(), action == "activate", "not stored: {action} {id}");
        self.entries.insert(id, entry);
    }

    /// Redacts the notes of a service that has some.
    pub(super) async fn redact(&mut self, count: &mut Count) {
        let mut noted = self.listed(self.now).await;
        noted.retain(|_, item| number_in(&item["notes"]).is_some());
        let Some((id, shown)) = self.rng.choice(noted) else { return };
        let row = self.engine.row(id).await;
        let version = row[keys::VERSION].as_n().expect("a number");
        let words = ["history", "redact", &id.to_string(), version, "--reason", "a name"];
        if self.run(&words).await.is_some() {
            count.add("notes redacted");
            self.redacted.insert(id, shown);
        }
    }

    /// Runs a command of an operator; `None` if it fails.
    async fn run(&mut self, words: &[&str]) -> Option<()> {
        let (client, clock, tables) =
            (self.writer.client.clone(), self.operators_clock(), &self.engine.tables);
        let target = async || {
            Ok(Target::by_client(client.clone(), tables, audit_table(tables), clock.clone()))
        };
        let words = ["capacityctl", "--json"].iter().chain(words);
        let arguments = cli::Arguments::try_parse_from(words).expect("a command line");
        let dialog = Dialog::new(io::sink(), None);
        run_on(target, arguments, Interrupt::never(), dialog, &mut io::sink()).await.ok().map(drop)
    }

    pub(super) fn directory(&mut self, client: Client) -> Directory {
        let clock = self.operators_clock();
        Directory { clock, ..Directory::new(&client, &self.engine.tables) }
    }

    /// A change is sent for at most a minute after it was dated.
    fn operators_clock(&mut self) -> Clock {
        let at = time(crate::harness::NOW + self.clock() - self.rng.i64(0..60));
        Clock::from_fn(move || at)
    }

    /// A row that leaves the service where it is, with another name.
    async fn row(&mut self, id: u64, active: bool) -> String {
        let parent = self.parent(id).await;
        self.row_below(id, &parent, active)
    }

    fn row_below(&mut self, id: u64, parent: &str, active: bool) -> String {
        self.imports += 1;
        format!("{id},Name {},13,{parent},Ambridge,ZZ99 1AA,T{id},{active}", self.imports)
    }

    async fn parent(&self, id: u64) -> String {
        let row = self.engine.row(id).await;
        row[keys::PARENT_ID].as_n().expect("a number").clone()
    }

    /// The region that the engine has a service in.
    pub(super) async fn region(&self, id: u64) -> u64 {
        let row = self.engine.row(id).await;
        row[keys::REGION].as_n().expect("a number").parse().expect("an id")
    }

    /// What the engine has now. Only one import or command runs at a time.
    async fn stored_entry(&self, id: u64) -> Entry {
        let row = self.engine.row(id).await;
        let name = row[keys::NAME].as_s().expect("a text").as_str();
        let region = self.region(id).await;
        let is_active = row[keys::ACTIVE] == AttributeValue::Bool(true);
        let number = number_in(&name.into()).unwrap_or(0);
        Entry { number, region: is_active.then_some(region), is_certain: true }
    }

    /// The operator runs an import again until it ends. It finishes what others left, and tells the followers.
    pub(super) async fn finish_imports(&mut self) {
        let directory = self.directory(self.writer.client.clone());
        let file = format!("{HEADER}\n10,Region,13,,Ambridge,ZZ99 1AA,T10,true\n");
        services::import(&directory, file.as_bytes()).await.expect("an import");
    }
}

/// The services by id, at the beginning.
pub(super) fn entries() -> BTreeMap<u64, Entry> {
    SERVICES.map(|id| (id, Entry::new())).into()
}
