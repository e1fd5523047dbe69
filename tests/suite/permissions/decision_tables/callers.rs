//! A town of services, and everybody who may ask about one of them.

use serde_json::{Value, json};

use crate::harness::{App, NOW, TokenVerifier, World, token_verifier::claims};

/// The callers, as the tables' rows name them.
pub(super) const CALLERS: [&str; 14] = [
    "Nobody: no token",
    "A token that is garbled",
    "A token that has expired",
    "A token of another issuer",
    "An identity token, not an access token",
    "Somebody who is not among the users",
    "A user who was deactivated",
    "A reader",
    "An editor of services elsewhere",
    "An editor of something above the service",
    "An editor of the service itself",
    "A user assigned to the service, without the permission to edit",
    "An editor of the service, by a token for reading only",
    "An editor of the service, by a token for neither reading nor writing",
];

/// The regions, and the providers in each.
const REGIONS: u64 = 4;
const PROVIDERS: u64 = 3;
/// How many services of each kind are requested. With 12, each of the six garbled tokens meets
/// assignments to a provider and to a region.
pub(super) const EACH: usize = 12;
/// The ids of missing services start here.
const NOWHERE: u64 = 90_000;

/// Regions r have providers r0p, and these have two services r0pN each: one in use, one closed.
pub(crate) struct Town {
    pub(super) issuer: TokenVerifier,
    in_use: Vec<u64>,
    closed: Vec<u64>,
    nowhere: Vec<u64>,
}

impl Town {
    /// The town in real tables, with a user of each kind for each service.
    pub(crate) async fn start() -> (Self, App) {
        let mut world = World::default().user("reader", &[]);
        let (mut in_use, mut closed) = (Vec::new(), Vec::new());
        for region in 1..=REGIONS {
            world = world.service(region, "Region", None);
            for provider in 1..=PROVIDERS {
                let provider = region * 100 + provider;
                world = world.service(provider, "Provider", Some(region));
                let (open, shut) = (provider * 10 + 1, provider * 10 + 2);
                world = world
                    .service(open, "Service", Some(provider))
                    .inactive_service_below(shut, "Closed", provider);
                in_use.push(open);
                closed.push(shut);
            }
        }
        let nowhere: Vec<u64> = (NOWHERE..).take(EACH).collect();
        for (number, &id) in (0..).zip(in_use.iter().chain(&closed).chain(&nowhere)) {
            world = with_users_of(world, number, id);
        }
        let issuer = TokenVerifier::start();
        (Self { issuer, in_use, closed, nowhere }, world.start().await)
    }

    /// The services of each kind, in the order of the tables' columns.
    pub(crate) fn services(&self) -> [&[u64]; 3] {
        [&self.in_use, &self.closed, &self.nowhere]
    }

    /// The token with which that caller asks about that service.
    pub(super) fn token(&self, caller: &str, number: usize, id: u64) -> Option<String> {
        let signed = |caller: &str| {
            self.issuer
                .sign(&self.issuer.header().to_string(), &self.claims(caller, id).to_string())
        };
        match caller {
            "Nobody: no token" => None,
            "A token that is garbled" => {
                Some(garbled(&signed("An editor of the service itself"), number))
            }
            caller => Some(signed(caller)),
        }
    }

    /// The claims of that token.
    pub(super) fn claims(&self, caller: &str, id: u64) -> Value {
        let own = format!("own-{id}");
        match caller {
            "A token that has expired" => changed(&own, "exp", json!(NOW)),
            "A token of another issuer" => {
                changed(&own, "iss", json!("https://id.example.net/pool"))
            }
            "An identity token, not an access token" => changed(&own, "token_use", json!("id")),
            "Somebody who is not among the users" => of("nobody"),
            "A user who was deactivated" => of(&format!("gone-{id}")),
            "A reader" => of("reader"),
            "An editor of services elsewhere" => of(&format!("elsewhere-{id}")),
            "An editor of something above the service" => of(&format!("above-{id}")),
            "An editor of the service itself" => of(&own),
            "A user assigned to the service, without the permission to edit" => {
                of(&format!("assigned-{id}"))
            }
            "An editor of the service, by a token for reading only" => {
                changed(&own, "scope", json!("openid capacity/read"))
            }
            "An editor of the service, by a token for neither reading nor writing" => {
                changed(&own, "scope", json!("openid capacity/readwrite"))
            }
            other => panic!("no caller {other:?}"),
        }
    }
}

/// The claims of a good token with that subject.
fn of(subject: &str) -> Value {
    changed(subject, "jti", json!("0"))
}

fn changed(subject: &str, claim: &str, value: Value) -> Value {
    let mut claims = claims();
    claims["sub"] = subject.into();
    claims[claim] = value;
    claims
}

/// Users of every kind for one service. The service above and those elsewhere depend on the number.
fn with_users_of(world: World, number: u64, id: u64) -> World {
    let (provider, region) = (id / 10, id / 1000);
    let above = if number.is_multiple_of(2) { provider } else { region };
    let sibling = id ^ 3;
    let other_provider = region * 100 + provider % 100 % PROVIDERS + 1;
    let other_region = region % REGIONS + 1;
    // Similar numbers that are other services.
    let alike = [id * 10, id + NOWHERE, id / 10 * 100 + id % 10];
    let mut elsewhere = vec![sibling, other_region];
    elsewhere.extend(alike);
    elsewhere.extend(Some(other_provider).filter(|other| *other != provider));
    world
        .inactive_editor(&format!("gone-{id}"), &[id, above])
        .editor(&format!("elsewhere-{id}"), &elsewhere)
        .editor(&format!("above-{id}"), &[above])
        .editor(&format!("own-{id}"), &[id])
        .user(&format!("assigned-{id}"), &[id, above])
}

/// Texts that resemble a token but are none.
fn garbled(token: &str, number: usize) -> String {
    let (head, signature) = token.rsplit_once('.').expect("a signature");
    match number % 6 {
        0 => head.to_owned(),
        1 => format!("{head}."),
        2 => format!("{head}.{}", &signature[1..]),
        3 => format!("{token}.{signature}"),
        4 => token.to_uppercase(),
        _ => "token".to_owned(),
    }
}
