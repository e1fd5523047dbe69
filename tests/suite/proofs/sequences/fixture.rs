//! Tables with families of services. Each sequence uses one family.

use serde_json::Value;

use super::{
    model::{Model, Wrong},
    operation::{Place, Review},
    representations::{PHONE, Service},
};
use crate::harness::{App, NOW, World};

/// What only the directory writes, and no answer shows as the model does.
const DIRECTORY: [&str; 6] =
    ["postcode", "odsCode", "active", "phone", "reviewAfterMinutes", "directoryVersion"];

/// How many sequences share one set of tables.
const FAMILIES: u64 = 25;

const HEADER: &str = "id,name,typeId,parentId,town,postcode,odsCode,active";

const PLACES: [Place; 5] =
    [Place::Region, Place::Provider, Place::Pharmacy, Place::Elsewhere, Place::Closed];

/// The families that no sequence has used yet, and the latest time used so far.
pub(super) struct Fixture {
    pub(super) app: App,
    taken: u64,
    /// The latest time on any clock so far.
    pub(super) latest: i64,
}

impl Fixture {
    pub(super) async fn new() -> Self {
        let mut world = World::default().user("reader", &[]);
        for service in (0..FAMILIES).flat_map(family) {
            let (id, name) = (service.id, service.name.as_str());
            world = match service.place {
                Place::Closed => world.inactive_service(id, name),
                _ => world.service(id, name, service.parent),
            };
        }
        let assigned: Vec<_> = (0..FAMILIES).map(|family| id(family, Place::Provider)).collect();
        let world = world.editor("editor", &assigned).editor("second", &assigned);
        Self { app: world.start().await, taken: 0, latest: NOW }
    }

    /// The next family, or `None` if all are used.
    pub(super) fn next_family(&mut self, wrong: Option<Wrong>) -> Option<Family> {
        let number = Some(self.taken).filter(|taken| *taken < FAMILIES)?;
        self.taken += 1;
        Some(Family { number, model: Model::new(family(number), wrong) })
    }

    /// Sets the functions' clock.
    pub(super) fn set_clock(&mut self, seconds: i64) {
        self.latest = self.latest.max(seconds);
        self.app.at(seconds - NOW);
    }

    /// Imports a service again, under another name. A file without the columns of reviews leaves what
    /// is stored.
    pub(super) async fn import(&self, service: &Service, name: &str, review: Option<Review>) {
        let (id, parent) = (service.id, service.parent.map(|id| id.to_string()));
        let parent = parent.unwrap_or_default();
        let row = format!("{id},\"{name}\",13,{parent},Ambridge,ZZ99 1AA,T{id},true");
        let (columns, cells) = review.map_or_else(Default::default, |review| {
            let after = review.after.map(|after| after.to_string()).unwrap_or_default();
            let phone = if review.has_phone { PHONE } else { "" };
            (",reviewAfterMinutes,phone", format!(",{after},{phone}"))
        });
        let csv = format!("{HEADER}{columns}\n{row}{cells}\n");
        capacityctl::services::import(&self.app.directory(), csv.as_bytes())
            .await
            .expect("an import");
    }

    /// The current-status attributes of a service's row.
    pub(super) async fn record(&self, id: u64) -> Value {
        let mut row = self.app.row(id).await;
        for directory in ["id", "name", "typeId", "parentId", "region", "path", "town"] {
            row.remove(directory);
        }
        for directory in DIRECTORY {
            row.remove(directory);
        }
        serde_dynamo::from_item(row).expect("JSON")
    }
}

/// A family, and its state in the model.
pub(super) struct Family {
    number: u64,
    pub(super) model: Model,
}

impl Family {
    pub(super) fn id(&self, place: Place) -> u64 {
        id(self.number, place)
    }
}

fn id(family: u64, place: Place) -> u64 {
    let own = match place {
        Place::Region => 0,
        Place::Provider => 1,
        Place::Pharmacy => 2,
        Place::Elsewhere => 3,
        Place::Closed => 4,
        Place::Missing => 5,
    };
    1000 + family * 10 + own
}

fn family(family: u64) -> Vec<Service> {
    let id = |place| id(family, place);
    let service = |place| {
        let parent = match place {
            Place::Provider => Some(Place::Region),
            Place::Pharmacy => Some(Place::Provider),
            _ => None,
        };
        let root = if parent.is_some() { Place::Region } else { place };
        let name = format!("{place:?} of {family}");
        let changes = Vec::new();
        let (id, region, parent, review) = (id(place), id(root), parent.map(id), Review::default());
        Service { place, id, name, region, parent, review, changes }
    };
    PLACES.into_iter().map(service).collect()
}
