//! A directory of any size and of several shapes, generated from one seed, with updates of its services.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::{Value, json};
use shared::domain::limits;

use crate::harness::{App, NOW, client, fresh_tables, gateway_settings};

/// When the updates end and when lists are read, in seconds from [`NOW`].
const UPDATES_END: i64 = 3 * 60 * 60;

const WORDS: [&str; 13] = [
    "Pharmacy",
    "E\u{301}COLE",
    "Straße",
    "dental",
    "Urgent",
    "care",
    "Ward",
    "ångström",
    "High",
    "ΟΔΟΣ",
    "St\u{a0}Mary’s",
    "Street",
    "100%",
];

/// What a directory looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proofs) enum Shape {
    /// Trees of about 200 services each, up to six levels deep.
    Trees,
    /// One region with everything directly below it.
    Flat,
    /// As deep as a path may be long, with the longest texts that an import and an update allow.
    Deep,
    /// Every service is a region of its own.
    Regions,
}

impl Shape {
    /// The number-th id of a directory. The order of ids does not follow the hierarchy.
    const fn id(self, number: u64) -> u64 {
        match self {
            Self::Deep => 999_999_999_999_999_999 - number * 37,
            Self::Trees | Self::Flat | Self::Regions => number * 37,
        }
    }

    /// The parent of the next service of a tree, with its depth.
    fn parent(self, rng: &mut Rng, tree: &mut Vec<(u64, u32)>) -> Option<(u64, u32)> {
        match self {
            Self::Trees => {
                if tree.len() > 200 {
                    tree.clear();
                }
                let above = rng.choice(tree.iter()).filter(|(_, depth)| *depth < 6).copied();
                above.or_else(|| tree.first().copied())
            }
            Self::Flat => tree.first().copied(),
            Self::Deep => tree.iter().rfind(|(_, depth)| *depth < DEEPEST).copied(),
            Self::Regions => None,
        }
    }

    /// A text of a row that ends in this one.
    fn text(self, text: String, longest: usize) -> String {
        match self {
            Self::Deep => "\u{1F3E5}".repeat(longest - text.chars().count()) + &text,
            Self::Trees | Self::Flat | Self::Regions => text,
        }
    }
}

/// The levels of ids of 18 digits that a path has room for.
const DEEPEST: u32 = 53;

/// A line of the directory's file.
#[derive(Clone, Debug)]
pub(in crate::proofs) struct Row {
    pub(in crate::proofs) name: String,
    pub(in crate::proofs) type_id: u64,
    pub(in crate::proofs) parent: Option<u64>,
    /// The review interval in minutes.
    pub(in crate::proofs) review_after: Option<u32>,
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
    shape: Shape,
    pub(in crate::proofs) rows: BTreeMap<u64, Row>,
    pub(in crate::proofs) updates: BTreeMap<u64, Update>,
    pub(in crate::proofs) assigned: BTreeMap<&'static str, Vec<u64>>,
}

impl Directory {
    pub(in crate::proofs) fn new(rng: &mut Rng, shape: Shape, size: u64) -> Self {
        let mut rows: BTreeMap<u64, Row> = BTreeMap::new();
        let mut tree: Vec<(u64, u32)> = Vec::new();
        let mut ids: Vec<u64> = (1..=size).map(|number| shape.id(number)).collect();
        rng.shuffle(&mut ids);
        for id in ids {
            let above = shape.parent(rng, &mut tree);
            tree.push((id, above.map_or(1, |(_, depth)| depth + 1)));
            let words: Vec<_> = (0..rng.usize(1..4)).filter_map(|_| rng.choice(WORDS)).collect();
            rows.insert(
                id,
                Row {
                    name: shape.text(format!("{} {id}", words.join(" ")), limits::MAX_NAME_CHARS),
                    type_id: rng.u64(1..=20),
                    parent: above.map(|(id, _)| id),
                    review_after: (rng.u32(..3) == 0).then(|| rng.u32(1..400)),
                    active: rng.u32(..100) >= 3,
                },
            );
        }
        let (updates, assigned) = (BTreeMap::new(), BTreeMap::new());
        let mut directory = Self { shape, rows, updates, assigned };
        directory.assign(rng);
        directory
    }

    /// A lead may edit everything, as far as a user can be assigned to it; an editor some services, some of them below
    /// others; another one as many as a user can be assigned to; two users nothing.
    fn assign(&mut self, rng: &mut Rng) {
        let ids: Vec<u64> = self.rows.keys().copied().collect();
        let roots = ids.iter().copied().filter(|id| self.rows[id].parent.is_none());
        self.assigned.insert("lead", roots.take(limits::MAX_ASSIGNMENTS).collect());
        let mut some: Vec<u64> = (0..12).filter_map(|_| rng.choice(ids.iter()).copied()).collect();
        let nested: Vec<u64> = some.iter().filter_map(|id| self.rows[id].parent).take(4).collect();
        some.extend(nested);
        some.push(1);
        self.assigned.insert("editor", some.clone());
        self.assigned.insert("reader", some);
        self.assigned.insert("nobody", Vec::new());
        let mut many = ids;
        rng.shuffle(&mut many);
        many.truncate(limits::MAX_ASSIGNMENTS);
        self.assigned.insert("thousand", many);
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
        let directory = capacityctl::services::Directory::new(&client, &tables);
        let services = capacityctl::services::import(&directory, &self.file()).await;
        services.expect("the services are imported");
        let users = Value::from_iter(self.assigned.iter().map(|(name, services)| {
            let permissions: &[&str] = if *name == "reader" { &[] } else { &["editCapacity"] };
            json!({
                "username": self.shape.text((*name).to_owned(), 63), "subject": name, "active": true,
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
        let address =
            [limits::MAX_TOWN_CHARS, limits::MAX_POSTCODE_CHARS, limits::MAX_ODS_CODE_CHARS];
        let address = address.map(|longest| self.shape.text(String::new(), longest)).join(",");
        let phone = self.shape.text("1".to_owned(), limits::MAX_PHONE_CHARS);
        let lines = self.rows.iter().map(|(id, row)| {
            let parent = row.parent.map(|id| id.to_string()).unwrap_or_default();
            let review_after = row.review_after.map(|minutes| minutes.to_string());
            let review_after = review_after.unwrap_or_default();
            let Row { name, type_id, active, .. } = row;
            format!("{id},{name},{type_id},{parent},{address},{phone},{review_after},{active}")
        });
        let lines: Vec<_> = lines.collect();
        let header =
            "id,name,typeId,parentId,town,postcode,odsCode,phone,reviewAfterMinutes,active";
        format!("{header}\n{}\n", lines.join("\n")).into_bytes()
    }

    /// Sets the status of one service in twelve, or in three if the rows are to be large.
    async fn update(&mut self, rng: &mut Rng, app: &App) {
        let lead = &self.assigned["lead"];
        let active = self.rows.iter().filter(|(id, row)| {
            row.active && self.ancestry(**id).last().is_some_and(|root| lead.contains(root))
        });
        let share = if self.shape == Shape::Deep { 3 } else { 12 };
        let mut chosen: Vec<u64> =
            active.map(|(id, _)| *id).filter(|_| rng.u32(..share) == 0).collect();
        rng.shuffle(&mut chosen);
        let step = UPDATES_END / i64::try_from(chosen.len()).expect("a number") + 1;
        for (id, number) in chosen.into_iter().zip(0..) {
            let (status, minutes) =
                (rng.choice(["RED", "AMBER", "GREEN"]).expect("one"), rng.u32(1..400));
            let at = NOW + number * step;
            app.at(number * step);
            let mut body = json!({"status": status, "resetStatusIn": minutes});
            if self.shape == Shape::Deep {
                body["notes"] = self.shape.text(String::new(), 900).into();
                body["reason"] = "INFECTION_CONTROL".into();
            }
            app.put(id, body).by("lead").send().await.ok();
            let deadline = (status != "GREEN").then_some(at + 60 * i64::from(minutes));
            self.updates.insert(id, Update { status, at, deadline });
        }
        // Of the resets that are due when lists are read, the earlier ones are stored.
        app.at(UPDATES_END);
        app.run_schedule().await;
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
