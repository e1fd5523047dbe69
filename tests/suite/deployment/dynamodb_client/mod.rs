//! The functions' own DynamoDB client: whom it trusts, how it signs, and how it handles
//! connections.

mod scripted;

use std::{
    collections::HashMap,
    fs,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client,
    config::{AsyncSleep, Sleep, retry::RetryConfig, timeout::TimeoutConfig},
    types::AttributeValue,
};
use capacityctl::client::local_client;
use local_stack::{
    engine::REGION,
    function_env,
    tls_proxy::{ServerIdentity, TlsProxy},
};
use shared::runtime::{
    Environment, Timeouts,
    client::{AMAZON, ClientSettings},
};
use time::OffsetDateTime;
use x509_parser::pem::Pem;

use self::scripted::{ANSWER, Arrived, Ends, Scripted, THROTTLED, TOO_OLD};
use crate::harness::endpoint;

/// A function's client with these settings and those that Lambda provides.
fn client(store: &str, more: &[(&str, &str)]) -> Client {
    let mut settings = function_env::aws_variables(store);
    settings.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let environment: Environment = settings.into_iter().collect();
    let settings = ClientSettings::read(&environment).expect("settings");
    settings.client(&Timeouts::default())
}

async fn read(client: &Client) -> bool {
    let key = AttributeValue::S("é\"\n".to_owned());
    let sent = client.get_item().table_name("users").key("subject", key).send().await;
    sent.is_ok()
}

fn refused(settings: &[(&str, &str)]) -> String {
    let mut all: HashMap<_, _> = function_env::aws_variables("http://127.0.0.1:1");
    all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let environment: Environment = all.into_iter().collect();
    ClientSettings::read(&environment).expect_err("invalid settings").to_string()
}

#[tokio::test]
async fn the_client_checks_the_certificate_authority_and_the_host_name() {
    let (identity, other) =
        (ServerIdentity::new().expect("a"), ServerIdentity::new().expect("another"));
    let front = TlsProxy::start(&identity, &endpoint()).await.expect("a port");
    let folder = std::env::temp_dir().join(format!("roots-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let file = |name: &str, pem: &str| {
        let file = folder.join(name);
        fs::write(&file, pem).expect("a file");
        file.to_string_lossy().into_owned()
    };
    let (own, others) = (file("own.pem", &identity.root), file("other.pem", &other.root));
    let both = file("both.pem", &(AMAZON.to_owned() + &identity.root));
    let reaches = async |store: &str, roots: Option<&str>| {
        let roots: Vec<_> = roots.map(|roots| ("AWS_CA_BUNDLE", roots)).into_iter().collect();
        client(store, &roots).list_tables().send().await.is_ok()
    };
    assert!(reaches(front.endpoint(), Some(&own)).await);
    assert!(reaches(front.endpoint(), Some(&both)).await);
    assert!(!reaches(front.endpoint(), Some(&others)).await, "another authority");
    assert!(!reaches(front.endpoint(), None).await, "not Amazon's");
    let elsewhere = front.endpoint().replace("localhost", "127.0.0.1");
    assert!(!reaches(&elsewhere, Some(&own)).await, "another name");
    fs::remove_dir_all(folder).expect("a folder");
}

#[test]
fn invalid_roots_or_addresses_stop_the_function_at_start() {
    let https = ("AWS_ENDPOINT_URL_DYNAMODB", "https://localhost:1");
    let roots = |file| refused(&[https, ("AWS_CA_BUNDLE", file)]);
    assert!(roots("/no/such/file").contains("AWS_CA_BUNDLE: No such file"));
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    assert_eq!(roots(manifest), "invalid settings: AWS_CA_BUNDLE: no certificate");
    let addresses = ["dynamodb", "ftp://dynamodb", "https://", "https://a b", "http:///path"];
    let more = ["https://dynamodb/prefix", "https://dynamodb/?query", "https://user:word@dynamodb"];
    for address in addresses.into_iter().chain(more) {
        let said = refused(&[("AWS_ENDPOINT_URL_DYNAMODB", address)]);
        assert!(said.contains("AWS_ENDPOINT_URL_DYNAMODB: "), "{address}: {said}");
    }
    for other in ["http://dynamodb", "http://0.0.0.0:8000", "http://localhost.example.org"] {
        assert_eq!(
            refused(&[("AWS_ENDPOINT_URL_DYNAMODB", other)]),
            "invalid settings: AWS_ENDPOINT_URL_DYNAMODB: is http, which is only for a loopback address"
        );
    }
    assert_eq!(
        refused(&[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", ""), ("AWS_REGION", "")]),
        "invalid settings: AWS_REGION: is missing; AWS_ACCESS_KEY_ID: is missing; \
         AWS_SECRET_ACCESS_KEY: is missing"
    );
}

/// The test fails early enough to replace them: see shared/src/runtime/client/amazon_roots.pem.
#[test]
fn amazons_roots_are_valid_for_two_more_years() {
    let in_two_years = (OffsetDateTime::now_utc() + time::Duration::days(730)).unix_timestamp();
    let roots: Vec<_> = Pem::iter_from_buffer(AMAZON.as_bytes()).collect();
    assert_eq!(roots.len(), 5);
    for root in roots {
        let root = root.expect("PEM");
        let root = root.parse_x509().expect("a certificate");
        assert!(root.validity().not_after.timestamp() > in_two_years, "{}", root.subject());
    }
}

#[tokio::test]
async fn one_connection_serves_one_request_after_the_other() {
    let store = Scripted::start(Ends::Never).await;
    let client = client(&store.endpoint, &[]);
    for _ in 0..10 {
        assert!(read(&client).await);
    }
    assert_eq!(connections(&store.arrived()), [1; 10]);
}

#[tokio::test]
async fn an_unused_connection_outlives_a_pause_of_minutes() {
    let store = Scripted::start(Ends::Never).await;
    let client = client(&store.endpoint, &[]);
    for pause in [0, 299, 299, 301] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(pause)).await;
        tokio::time::resume();
        assert!(read(&client).await);
    }
    assert_eq!(connections(&store.arrived()), [1, 1, 1, 2]);
}

/// Here the SDK makes no second attempt, which would wait first.
#[tokio::test]
async fn a_connection_closed_by_the_store_is_replaced_without_an_error() {
    // Before the answer, in its head, in its body.
    let halves = [0, 20, ANSWER.len() - 1].map(Ends::InSecondAnswer);
    for ends in halves.into_iter().chain([Ends::AfterAnswer]) {
        let store = Scripted::start(ends).await;
        let once = client(&store.endpoint, &[]).config().to_builder();
        let client = Client::from_conf(once.retry_config(RetryConfig::disabled()).build());
        for number in 0..20 {
            assert!(read(&client).await, "{ends:?}, {number}");
        }
        let arrived = store.arrived();
        assert!(arrived.iter().any(|request| request.connection == 20), "{ends:?}");
    }
}

/// A network device in between may have dropped all connections at once.
#[tokio::test]
async fn after_a_connection_that_is_silent_none_of_the_others_is_used() {
    let store = Scripted::start(Ends::Silently).await;
    let client = client(&store.endpoint, &[]);
    assert_eq!(tokio::join!(read(&client), read(&client)), (true, true));
    store.arrived();
    let late = async {
        store.has_got(1).await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_millis(1501)).await;
        tokio::time::resume();
    };
    assert!(tokio::join!(read(&client), late).0);
    let arrived = connections(&store.arrived());
    assert!([[1, 3], [2, 3]].contains(&[arrived[0], arrived[1]]), "{arrived:?}");
    assert_eq!(arrived.len(), 2);
}

/// Adds up how long the SDK would wait.
#[derive(Clone, Debug, Default)]
struct Pauses(Arc<Mutex<Vec<Duration>>>);

impl AsyncSleep for Pauses {
    fn sleep(&self, pause: Duration) -> Sleep {
        self.0.lock().expect("no panic while held").push(pause);
        Sleep::new(std::future::ready(()))
    }
}

/// The pauses double from 25 ms, less a random part, and fit into a call's five seconds.
#[tokio::test]
async fn a_throttled_call_is_sent_eight_times() {
    for answer in THROTTLED {
        let store = Scripted::answering(answer, Ends::Never).await;
        let client = client(&store.endpoint, &[]);
        let pauses = Pauses::default();
        // Without the timeouts, which are such pauses.
        let config = client.config().to_builder().sleep_impl(pauses.clone());
        let client = Client::from_conf(config.timeout_config(TimeoutConfig::disabled()).build());
        assert!(!read(&client).await);
        assert_eq!(store.arrived().len(), 8);
        let pauses = pauses.0.lock().expect("no panic while held").clone();
        let longest = (0..7).map(|attempt| Duration::from_millis(25) * 2_u32.pow(attempt));
        assert_eq!(pauses.len(), 7);
        assert!(pauses.iter().zip(longest).all(|(pause, longest)| *pause <= longest), "{pauses:?}");
    }
}

fn connections(arrived: &[Arrived]) -> Vec<usize> {
    arrived.iter().map(|request| request.connection).collect()
}

#[tokio::test]
async fn requests_are_signed_with_lambdas_credentials_and_have_no_optional_headers() {
    let store = Scripted::start(Ends::Never).await;
    for token in ["", "a+token/of=a role"] {
        assert!(read(&client(&store.endpoint, &[("AWS_SESSION_TOKEN", token)])).await);
        let arrived = store.arrived();
        let [request] = &arrived[..] else { panic!("{arrived:?}") };
        assert_eq!(request.header("x-amz-security-token"), token);
        let day = &request.header("x-amz-date")[..8];
        let scope = format!("Credential=sample/{day}/eu-west-2/dynamodb/aws4_request,");
        let authorization = request.header("authorization");
        assert!(authorization.contains(&scope), "{authorization}");
        for left_out in
            ["user-agent", "x-amz-user-agent", "amz-sdk-request", "amz-sdk-invocation-id"]
        {
            assert_eq!(request.header(left_out), "", "{left_out}");
        }
    }
}

/// The SDK's correction of clock skew would try again, and sign with the store's time from then on.
#[tokio::test]
async fn requests_are_signed_with_the_time_of_this_machine_whatever_the_store_says() {
    let store = Scripted::answering(TOO_OLD, Ends::Never).await;
    let clients = [client(&store.endpoint, &[]), local_client(&store.endpoint, REGION)];
    for client in clients {
        assert!(!read(&client).await && !read(&client).await);
        let arrived = store.arrived();
        assert_eq!(arrived.len(), 2, "{arrived:?}");
        for request in arrived {
            let date = request.header("x-amz-date");
            assert!(date.starts_with("20") && !date.starts_with("2100"), "{date}");
        }
    }
}
