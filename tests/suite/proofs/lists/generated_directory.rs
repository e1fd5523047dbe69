//! A directory of any size, generated from one seed, with updates of its services.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::{Value, json};

use crate::harness::{App, NOW, client, fresh_tables, gateway_settings};

/// When the updates end and when lists are read, in seconds from [`NOW`].
const UPDATES_END: i64 = 3 * 60 * 60;

const WORDS: [&str; 12] = [
    "Pharmacy",
    "ÉCOLE",
    "Strasse",
    "dental",
    "Urgent",
    "care",
    "Ward",
    "ångström",
    "High",
    "Low",
    "Street",
    "100%",
];

/// A line of the directory's file.
#[derive(Clone, Debug)]
pub(in crate::proofs) struct Row {
    pub(in crate::proofs) name: String,
    pub(in crate::proofs) type_id: u64,
    pub(in crate::proofs) parent: Option<u64>,
    pub(in crate::proofs) active: bool,
}

/// The last update of a service.
#[derive(Clone, Copy, Debug)]
pub(in crate::proofs) struct Update {
    pub(in crate::proofs) status: &'static str,
    pub(in crate::proofs) at: i64,
    /// None for GREEN.
    pub(in crate::proofs) deadline: Option<i64>,
}

/// A directory, the updates of its services, and who may edit what.
pub(in crate::proofs) struct Directory {
    pub(in crate::proofs) rows: BTreeMap<u64, Row>,
    pub(in crate::proofs) updates: BTreeMap<u64, Update>,
    pub(in crate::proofs) assigned: BTreeMap<&'static str, Vec<u64>>,
}

impl Directory {
    /// Trees of about 200 services each, up to six levels deep.
    pub(in crate::proofs) fn new(rng: &mut Rng, size: u64) -> Self {
        let mut rows: BTreeMap<u64, Row> = BTreeMap::new();
        let mut tree: Vec<(u64, u32)> = Vec::new();
        // The order of ids does not follow the hierarchy.
        let mut ids: Vec<u64> = (1..=size).map(|number| number * 37).collect();
        rng.shuffle(&mut ids);
        for id in ids {
            if tree.len() > 200 {
                tree.clear();
            }
            let above = rng.choice(tree.iter()).filter(|(_, depth)| *depth < 6).copied();
            let above = above.or_else(|| tree.first().copied());
            tree.push((id, above.map_or(1, |(_, depth)| depth + 1)));
            let words: Vec<_> = (0..rng.usize(1..4)).filter_map(|_| rng.choice(WORDS)).collect();
            rows.insert(
                id,
                Row {
                    name: format!("{} {id}", words.join(" ")),
                    type_id: rng.u64(1..=20),
                    parent: above.map(|(id, _)| id),
                    active: rng.u32(..100) >= 3,
                },
            );
        }
        let mut directory = Self { rows, updates: BTreeMap::new(), assigned: BTreeMap::new() };
        directory.assign(rng);
        directory
    }

    /// A lead may edit everything; an editor some services, some of them below others; two users
    /// nothing.
    fn assign(&mut self, rng: &mut Rng) {
        let ids: Vec<u64> = self.rows.keys().copied().collect();
        let roots = ids.iter().filter(|id| self.rows[id].parent.is_none());
        self.assigned.insert("lead", roots.copied().collect());
        let mut some: Vec<u64> = (0..12).filter_map(|_| rng.choice(ids.iter()).copied()).collect();
        let nested: Vec<u64> = some.iter().filter_map(|id| self.rows[id].parent).take(4).collect();
        some.extend(nested);
        some.push(1);
        self.assigned.insert("editor", some.clone());
        self.assigned.insert("reader", some);
        self.assigned.insert("nobody", Vec::new());
    }

    /// The service and its ancestors.
    pub(in crate::proofs) fn ancestry(&self, id: u64) -> Vec<u64> {
        std::iter::successors(Some(id), |id| self.rows.get(id)?.parent).collect()
    }

    /// The functions on tables with all this. Some services are AMBER or RED, and the clock is past
    /// some of their deadlines.
    pub(in crate::proofs) async fn start(&mut self, rng: &mut Rng) -> App {
        let client = client();
        let tables = fresh_tables(&client).await;
        let services = capacityctl::services::import(&client, &tables.services, &self.file()).await;
        services.expect("the services are imported");
        let users = Value::from_iter(self.assigned.iter().map(|(name, services)| {
            let permissions: &[&str] = if *name == "reader" { &[] } else { &["editCapacity"] };
            json!({
                "username": name, "subject": name, "active": true,
                "permissions": permissions, "services": BTreeSet::from_iter(services),
            })
        }));
        let users = users.to_string();
        capacityctl::users::import(&client, &tables.users, users.as_bytes()).await.expect("users");
        let settings = gateway_settings(&tables);
        let app = App::new(client, tables, &settings);
        self.update(rng, &app).await;
        app
    }

    /// The directory's file.
    pub(in crate::proofs) fn file(&self) -> Vec<u8> {
        let lines = self.rows.iter().map(|(id, row)| {
            let parent = row.parent.map(|id| id.to_string()).unwrap_or_default();
            format!("{id},{},{},{parent},,,,{}", row.name, row.type_id, row.active)
        });
        let lines: Vec<_> = lines.collect();
        let header = "id,name,typeId,parentId,town,postcode,odsCode,active";
        format!("{header}\n{}\n", lines.join("\n")).into_bytes()
    }

    /// Sets the status of one service in twelve.
    async fn update(&mut self, rng: &mut Rng, app: &App) {
        let active = self.rows.iter().filter(|(_, row)| row.active);
        let mut chosen: Vec<u64> =
            active.map(|(id, _)| *id).filter(|_| rng.u32(..12) == 0).collect();
        rng.shuffle(&mut chosen);
        let step = UPDATES_END / i64::try_from(chosen.len()).expect("a number") + 1;
        for (id, number) in chosen.into_iter().zip(0..) {
            let (status, minutes) =
                (rng.choice(["RED", "AMBER", "GREEN"]).expect("one"), rng.u32(1..400));
            let at = NOW + number * step;
            app.at(number * step);
            let body = json!({"status": status, "resetStatusIn": minutes});
            app.put(id, body).by("lead").send().await.ok();
            let deadline = (status != "GREEN").then_some(at + 60 * i64::from(minutes));
            self.updates.insert(id, Update { status, at, deadline });
        }
    }

    /// The status that a service shows at that time, and when it was set.
    pub(in crate::proofs) fn shown(&self, id: u64, now: i64) -> (&'static str, Option<i64>) {
        match self.updates.get(&id) {
            None => ("GREEN", None),
            Some(Update { deadline: Some(deadline), .. }) if now >= *deadline => {
                ("GREEN", Some(*deadline))
            }
            Some(update) => (update.status, Some(update.at)),
        }
    }
}
