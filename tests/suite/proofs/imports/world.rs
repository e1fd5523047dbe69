//! A directory in its table: imported, interrupted, read back, and compared with the files.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, Ordering},
};

use aws_sdk_dynamodb::types::AttributeValue;
use capacityctl::services;
use fastrand::Rng;
use serde_json::json;

use super::interrupted;
use crate::{
    harness::{App, client, fresh_tables, gateway_settings},
    proofs::lists::generated_directory::{Directory, Shape},
};

type Item = std::collections::HashMap<String, AttributeValue>;

/// The directory that is imported first, the one that replaces it, and what clients do meanwhile.
pub(super) struct World {
    rng: Rng,
    app: App,
    pub(super) before: BTreeMap<u64, String>,
    pub(super) after: Directory,
    /// The final hierarchy paths of the services.
    pub(super) places: BTreeMap<u64, String>,
    /// Services missing from the second file: they stay, but move with their ancestors.
    left_out: BTreeSet<u64>,
    pub(super) differing: usize,
    pub(super) rows: BTreeMap<u64, Item>,
    /// The notes of each service's last acknowledged update.
    notes: BTreeMap<u64, String>,
    pub(super) updated: usize,
    pub(super) misplaced: u64,
}

impl World {
    /// Imports the first directory and prepares the second.
    pub(super) async fn start(services: u64) -> Self {
        let mut rng = Rng::with_seed(6);
        let mut after = Directory::new(&mut rng, Shape::Trees, services);
        let client = client();
        let tables = fresh_tables(&client).await;
        let directory = services::Directory::new(&client, &tables);
        let imported = services::import(&directory, &after.file()).await;
        assert_eq!(imported.expect("an import").added, usize::try_from(services).expect("a size"));
        let roots = after.rows.iter().filter(|(_, row)| row.parent.is_none());
        let roots: BTreeSet<u64> = roots.map(|(id, _)| *id).collect();
        let lead = json!([{"username": "lead", "active": true, "permissions": ["editCapacity"],
            "services": roots}]);
        let lead = lead.to_string();
        capacityctl::users::import(&client, &tables.users, lead.as_bytes()).await.expect("users");
        let before: BTreeMap<u64, String> =
            after.rows.keys().map(|id| (*id, path(&after, *id))).collect();
        let (differing, left_out) = rearrange(&mut rng, &mut after);
        let places = after.rows.keys().map(|id| (*id, path(&after, *id))).collect();
        let app = App::new(client, tables.clone(), &gateway_settings(&tables));
        Self {
            rng,
            app,
            before,
            after,
            places,
            left_out,
            differing,
            rows: BTreeMap::new(),
            notes: BTreeMap::new(),
            updated: 0,
            misplaced: 0,
        }
    }

    /// Imports while clients update, and stops after at most that many writes.
    pub(super) async fn import_killed(&mut self, most: u64) {
        let at_write = self.rng.u64(1..=most);
        let (ended, file) = (AtomicBool::new(false), self.file());
        let directory = self.app.directory();
        let importing = async {
            let written = interrupted::import(&directory, &file, at_write).await;
            ended.store(true, Ordering::SeqCst);
            assert_eq!(written, None, "the import ended before it was killed");
        };
        tokio::join!(importing, self.update_until(&ended));
        self.look().await;
    }

    pub(super) async fn import(&self) -> services::ImportSummary {
        services::import(&self.app.directory(), &self.file()).await.expect("an import")
    }

    /// The second file.
    fn file(&self) -> Vec<u8> {
        let whole = String::from_utf8(self.after.file()).expect("text");
        let stays = |line: &&str| {
            let id = line.split(',').next().and_then(|id| id.parse().ok());
            id.is_none_or(|id| !self.left_out.contains(&id))
        };
        whole.lines().filter(stays).collect::<Vec<_>>().join("\n").into_bytes()
    }

    /// What clients do meanwhile: at least one acknowledged update.
    pub(super) async fn update_until(&mut self, ended: &AtomicBool) {
        let ids: Vec<u64> =
            self.after.rows.iter().filter(|(_, row)| row.active).map(|(id, _)| *id).collect();
        loop {
            let id = self.rng.choice(&ids).copied().expect("a service");
            self.updated += 1;
            let notes = format!("note {}", self.updated);
            let body = json!({"status": "RED", "notes": notes});
            let mut reply = self.app.put(id, body.clone()).by("lead").send().await;
            // The engine may be too busy for the update's deadline. Clients send it again.
            for _ in 0..20 {
                if reply.status != 503 {
                    break;
                }
                reply = self.app.put(id, body.clone()).by("lead").send().await;
            }
            assert_eq!(reply.status, 200, "{}", reply.body);
            self.notes.insert(id, notes);
            if ended.load(Ordering::SeqCst) {
                return;
            }
        }
    }

    /// Reads the whole table.
    pub(super) async fn look(&mut self) {
        let scan =
            self.app.client.scan().table_name(&self.app.tables.services).consistent_read(true);
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let items = items.expect("a scan").into_iter();
        self.rows = items.map(|item| (text(&item, "id").parse().expect("an id"), item)).collect();
    }

    /// How many services the second import has not written yet.
    pub(super) fn unwritten(&self) -> usize {
        let is_written = |id: &u64| {
            let (row, name) = (&self.rows[id], &self.after.rows[id].name);
            text(row, "path") == self.places[id] && text(row, "name") == *name
        };
        self.places.keys().filter(|id| !is_written(id)).count()
    }

    /// Checks that each service is at its old or its new place, and at the new one only if all its
    /// ancestors are.
    pub(super) fn hold_order(&mut self) -> Result<(), String> {
        let arrived = |id: &u64| text(&self.rows[id], "path") == self.places[id];
        let mut left = false;
        for id in self.rows.keys() {
            let path = text(&self.rows[id], "path");
            if path != self.places[id] && path != self.before[id] {
                return Err(format!("service {id} is at an unexpected place: {path}"));
            }
            let above = self.after.ancestry(*id);
            let late = above.iter().find(|above| !arrived(above));
            if let (true, Some(late)) = (arrived(id) && self.places[id] != self.before[id], late) {
                return Err(format!("service {id} was moved before its ancestor {late}"));
            }
            let moved = above.get(1).is_some_and(|parent| {
                arrived(parent) && self.places[parent] != self.before[parent]
            });
            left |= moved && !arrived(id);
        }
        self.misplaced += u64::from(left);
        Ok(())
    }

    pub(super) fn hold_directory(&self) -> Result<(), String> {
        for (id, row) in &self.after.rows {
            let Some(item) = self.rows.get(id) else { return Err(format!("no service {id}")) };
            let root = self.places[id].split('/').nth(1).expect("a root").to_owned();
            let expected = [
                ("name", row.name.clone()),
                ("typeId", row.type_id.to_string()),
                ("parentId", row.parent.map(|id| id.to_string()).unwrap_or_default()),
                ("active", row.active.to_string()),
                ("path", self.places[id].clone()),
                ("region", root),
            ];
            for (name, value) in expected {
                if text(item, name) != value {
                    return Err(format!("{name} of {id}: {}, not {value}", text(item, name)));
                }
            }
        }
        (self.rows.len() == self.after.rows.len()).then_some(()).ok_or("more rows".to_owned())
    }

    pub(super) fn hold_statuses(&self) -> Result<(), String> {
        for (id, item) in &self.rows {
            let notes = self.notes.get(id);
            let expected =
                notes.map(|notes| format!("Capacity status set by Capacity Status API - {notes}"));
            let found = text(item, "notes");
            if found != expected.clone().unwrap_or_default() {
                return Err(format!("notes of {id}: {found:?}, not {expected:?}"));
            }
        }
        Ok(())
    }
}

/// Moves one service in fifty with its subtree, renames another, and leaves one out. Returns how
/// many then differ, and which are left out.
fn rearrange(rng: &mut Rng, directory: &mut Directory) -> (usize, BTreeSet<u64>) {
    let ids: Vec<u64> = directory.rows.keys().copied().collect();
    let paths: BTreeMap<u64, String> = ids.iter().map(|id| (*id, path(directory, *id))).collect();
    let (mut renamed, mut left_out) = (BTreeSet::new(), BTreeSet::new());
    for id in &ids {
        let parent = rng.choice(&ids).copied().expect("a service");
        let cycle = directory.ancestry(parent).contains(id);
        let row = directory.rows.get_mut(id).expect("a row");
        match rng.u32(..50) {
            0 if row.parent.is_some() && !cycle => row.parent = Some(parent),
            1 => {
                row.name.push_str(" (new)");
                renamed.insert(*id);
            }
            2 => {
                left_out.insert(*id);
            }
            _ => {}
        }
    }
    let differs = |id: &&u64| path(directory, **id) != paths[id] || renamed.contains(id);
    (ids.iter().filter(differs).count(), left_out)
}

/// By the directory's own parents.
fn path(directory: &Directory, id: u64) -> String {
    let above = directory.ancestry(id).into_iter().rev().map(|id| id.to_string());
    format!("/{}/", above.collect::<Vec<_>>().join("/"))
}

fn text(item: &Item, name: &str) -> String {
    match item.get(name) {
        Some(AttributeValue::S(text) | AttributeValue::N(text)) => text.clone(),
        Some(AttributeValue::Bool(value)) => value.to_string(),
        _ => String::new(),
    }
}
