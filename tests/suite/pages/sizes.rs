//! What a browser has to load: little enough for a telephone on a slow network.

use capacityctl::{OptionalColumn, services_file::ServiceRow, validation::Location};
use fastrand::Rng;
use local_stack::sample::SERVICES;
use serde_json::json;
use shared::domain::{Minutes, Reason, ServiceId};

use super::board::rows;
use crate::harness::{App, Reply, World};

const KB: usize = 1024;
/// The region whose board has as many services as a page shows.
const REGION: u64 = 9_000;
const SERVICES_BELOW: u64 = 199;
const PEOPLE: u64 = 20;

/// A name that no other resembles, so that compression does not make it look cheaper than real ones.
fn invented(rng: &mut Rng, syllables: usize) -> String {
    const PARTS: [&str; 24] = [
        "al", "bren", "ches", "dun", "el", "farn", "gle", "hol", "ing", "kel", "lyn", "mor", "nor",
        "oak", "pen", "quar", "ros", "stan", "thor", "ul", "ven", "wick", "yar", "ham",
    ];
    let name: String = (0..syllables).map(|_| PARTS[rng.usize(..PARTS.len())]).collect();
    name[..1].to_uppercase() + &name[1..]
}

fn row(rng: &mut Rng, number: u64) -> ServiceRow {
    let (type_name, type_id) = SERVICES[rng.usize(..SERVICES.len())];
    let (site, town) = (invented(rng, 3), invented(rng, 3));
    let id = REGION + number;
    let name = match number {
        0 => "Northmoor Urgent and Emergency Care Region".to_owned(),
        _ => format!("{type_name} - {site} and {town} University Hospital ({})", invented(rng, 2)),
    };
    ServiceRow {
        location: Location::File,
        id: ServiceId::new(id).expect("an id"),
        name,
        type_id,
        parent: (number > 0).then(|| ServiceId::new(REGION).expect("an id")),
        town: Some(town),
        postcode: Some(format!("ZZ{} {}ZZ", rng.u8(10..99), rng.u8(..10))),
        ods_code: Some(format!("Z{id}")),
        phone: OptionalColumn::Present(Some(format!("01632 {}", rng.u32(960_000..961_000)))),
        review_after: OptionalColumn::Present(rng.bool().then_some(Minutes(240))),
        active: true,
    }
}

/// A region of 200 services, in which twenty people have set every status within the last hours.
async fn busy_region() -> App {
    let mut rng = Rng::with_seed(1);
    let person = |number: u64| format!("person-{number}");
    let world =
        (0..PEOPLE).fold(World::family(), |world, number| world.editor(&person(number), &[REGION]));
    let app = world.start().await;
    let rows = (0..=SERVICES_BELOW).map(|number| row(&mut rng, number)).collect();
    capacityctl::services::import_rows(&app.directory(), rows).await.expect("imported");
    for number in 0..=SERVICES_BELOW {
        app.later(rng.i64(1..60));
        let status = ["RED", "AMBER", "GREEN"][rng.usize(..3)];
        let body = json!({
            "status": status,
            "resetStatusIn": rng.u32(200..1440),
            "reason": Reason::NAMES[rng.usize(..Reason::NAMES.len())],
            "notes": format!("{} of {} clinicians", rng.u8(1..5), invented(&mut rng, 4)),
        });
        app.put(REGION + number, body).by(&person(rng.u64(..PEOPLE))).send().await.ok();
    }
    app
}

async fn page(app: &App, address: &str) -> Reply {
    let browser = app.signed_in("person-1").await;
    let page = browser.get(address).header("accept-encoding", "gzip").send().await;
    assert_eq!((page.status.as_u16(), page.header("content-encoding")), (200, "gzip"), "{address}");
    page
}

/// Files that the page loads, each with its own bytes and those that are sent.
async fn files(app: &App, page: &Reply) -> Vec<(String, usize, usize)> {
    let mut files = Vec::new();
    for part in page.text.split('"').filter(|part| part.starts_with("/web/assets/")) {
        let get = app.browser().get(part).header("accept-encoding", "gzip");
        let file = get.send().await;
        assert_eq!(file.status, 200, "{part}");
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
        files.push((part.to_owned(), file.text.len(), file.body_bytes));
    }
    files
}

#[tokio::test]
async fn a_first_board_of_200_services_loads_at_most_45_kb_and_a_later_one_20() {
    let app = busy_region().await;
    let board = page(&app, &format!("/web/board/{REGION}")).await;
    assert_eq!(rows(&board).len(), 200);
    assert!(board.body_bytes <= 20 * KB, "a board of {} bytes", board.body_bytes);
    let files = files(&app, &board).await;
    let kinds = [".svg", ".css", ".js"]
        .map(|end| files.iter().filter(|(name, ..)| name.ends_with(end)).count());
    assert_eq!((kinds, files.len()), ([1, 1, 1], 3), "{files:?}");
    let first = board.body_bytes + files.iter().map(|(_, _, sent)| sent).sum::<usize>();
    assert!(
        first <= 45 * KB,
        "{first} bytes, of which {} of the page: {files:?}",
        board.body_bytes
    );
    let script = files.iter().find(|(name, ..)| name.ends_with(".js")).expect("a script");
    assert!(script.1 <= 6 * KB, "a script of {} bytes", script.1);
}

#[tokio::test]
async fn other_pages_load_at_most_20_kb() {
    let app = busy_region().await;
    for address in ["/web", "/web/mine", "/web/services/9001", "/web/accessibility"] {
        let page = page(&app, address).await;
        assert!(page.body_bytes <= 20 * KB, "{address}: {} bytes", page.body_bytes);
    }
}
