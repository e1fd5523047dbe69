//! An export of any content comes back the same: as it is, and as a spreadsheet saves it.

use csv::{QuoteStyle, ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use proptest::{
    collection::vec,
    option,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::{select, subsequence},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::Builder;

use super::ctl::Ctl;

const CASES: u32 = 30;
const SERVICES: [u64; 5] = [10, 20, 30, 40, 50];
/// Characters that mean something to CSV, JSON, a spreadsheet or an importer.
const CHARACTERS: [char; 32] = [
    '"', ',', '\'', '=', '+', '-', '@', '＝', '＋', '－', '＠', ';', '[', ']', '{', '\\', '/', '#',
    ' ', '\u{A0}', '\u{3000}', '\u{200B}', '\u{FEFF}', '\u{AD}', '\u{301}', 'é', 'ß', '🏥', 't',
    'E', '0', '1',
];

/// The content of the tables, as entries of files.
#[derive(Clone, Debug)]
struct Content {
    services: Vec<Value>,
    users: Vec<Value>,
}

/// What a spreadsheet does to a file that it saves.
#[derive(Clone, Debug)]
struct Habits {
    byte_order_mark: bool,
    crlf: bool,
    quotes_everything: bool,
    upper_case: bool,
    /// How far the columns are moved to the left.
    rotation: usize,
    /// Rows of commas, and as many empty columns.
    blank: usize,
}

fn text(longest: usize) -> impl Strategy<Value = String> {
    let character = prop_oneof![8 => select(&CHARACTERS[..]), 1 => any::<char>()];
    vec(character, 0..=longest).prop_map(|text| {
        let refused = |character: &char| {
            character.is_control()
                || matches!(character, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFD}')
        };
        text.into_iter().filter(|character| !refused(character)).collect()
    })
}

fn service(id: u64) -> impl Strategy<Value = Value> {
    let texts = (text(12), text(12), text(10), text(12));
    let optional = (option::of(text(12)), option::of(1_u32..=525_600));
    (texts, optional, any::<u32>(), any::<bool>(), any::<bool>()).prop_map(
        move |((name, town, postcode, code), (phone, review_after), type_id, is_root, active)| {
            let parent = (id != SERVICES[0] && !is_root).then_some(SERVICES[0]);
            // Without the letter it could be a number that a spreadsheet rounded.
            let phone = phone.map(|phone| format!("{phone}1x"));
            json!({"id": id, "name": format!("{name}x"), "typeId": type_id, "parentId": parent, "town": town,
                "postcode": postcode, "odsCode": code, "phone": phone, "reviewAfterMinutes": review_after,
                "active": active})
        },
    )
}

/// Names of users are unique: all cases write into the same table.
fn user(number: usize) -> impl Strategy<Value = Value> {
    let permissions = prop_oneof![Just(vec![]), Just(vec!["editCapacity"])];
    let services = subsequence(&SERVICES[..], 0..=SERVICES.len());
    (text(12), text(12), any::<bool>(), permissions, services, any::<u64>()).prop_map(
        move |(username, subject, active, permissions, services, unique)| {
            json!({"username": format!("{username}{unique}.{number}"),
                "subject": format!("{subject}{unique}.{number}"), "active": active, "permissions": permissions,
                "services": services})
        },
    )
}

fn content() -> impl Strategy<Value = Content> {
    let services = SERVICES.map(service);
    let users = [user(0), user(1), user(2)];
    (services, users)
        .prop_map(|(services, users)| Content { services: services.into(), users: users.into() })
}

fn habits() -> impl Strategy<Value = Habits> {
    let switches = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (switches, 0_usize..5, 0_usize..3).prop_map(|(switches, rotation, blank)| {
        let (byte_order_mark, crlf, quotes_everything, upper_case) = switches;
        Habits { byte_order_mark, crlf, quotes_everything, upper_case, rotation, blank }
    })
}

impl Habits {
    /// The file as the spreadsheet saves it. The crate `csv` reads and writes it, not the code under test.
    fn save(&self, file: &str) -> String {
        let mut writer = WriterBuilder::new();
        writer.flexible(true);
        if self.crlf {
            writer.terminator(Terminator::CRLF);
        }
        if self.quotes_everything {
            writer.quote_style(QuoteStyle::Always);
        }
        let mut writer = writer.from_writer(Vec::new());
        for record in records(file) {
            let mut cells: Vec<&str> = record.iter().collect();
            cells.rotate_left(self.rotation);
            let cells = cells.into_iter().map(|cell| match cell {
                "true" | "false" if self.upper_case => cell.to_uppercase(),
                cell => cell.to_owned(),
            });
            writer.write_record(cells.chain(vec![String::new(); self.blank])).expect("a record");
        }
        for _ in 0..self.blank {
            writer.write_record([""; 12]).expect("a record");
        }
        let file = String::from_utf8(writer.into_inner().expect("a file")).expect("UTF-8");
        self.mark(&file)
    }

    fn mark(&self, file: &str) -> String {
        format!("{}{file}", if self.byte_order_mark { "\u{FEFF}" } else { "" })
    }
}

fn records(file: &str) -> Vec<StringRecord> {
    let reader = ReaderBuilder::new().has_headers(false).from_reader(file.as_bytes());
    reader.into_records().collect::<Result<_, _>>().expect("a CSV file")
}

/// Puts the content into the tables by an import, then imports its exports.
async fn check(ctl: &Ctl, content: &Content, habits: &Habits) {
    for (kind, entries) in [("services", &content.services), ("users", &content.users)] {
        let file = ctl.file("content.json", &json!(entries).to_string());
        ctl.text(&["import", kind, &file]).await;
        let csv = format!("{}\n", ctl.text(&["export", kind]).await);
        let json = ctl.text(&["export", kind, "--json"]).await;
        let pretty: Value = serde_json::from_str(&json).expect("JSON");
        let pretty = serde_json::to_string_pretty(&pretty).expect("JSON");
        for record in records(&csv) {
            let formula = record
                .iter()
                .find(|cell| cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']));
            assert_eq!(formula, None, "a spreadsheet would run it");
        }
        for (file, blank) in
            [(habits.save(&csv), habits.blank), (csv, 0), (habits.mark(&pretty), 0)]
        {
            let name = ctl.file("file", &file);
            let shown = ctl.json(&["import", kind, &name, "--dry-run"]).await;
            let written = (&shown["rows"]["added"], &shown["steps"], &shown["blankRows"]);
            assert_eq!(written, (&json!(0), &json!([]), &json!(blank)), "{file}");
        }
    }
}

#[test]
fn an_export_of_any_content_comes_back_the_same_after_a_spreadsheet_too() {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let ctl = runtime.block_on(Ctl::start());
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[17; 32]);
    let ran =
        TestRunner::new_with_rng(config, rng).run(&(content(), habits()), |(content, habits)| {
            runtime.block_on(check(&ctl, &content, &habits));
            Ok(())
        });
    ran.unwrap_or_else(|failure| panic!("{failure}"));
}
