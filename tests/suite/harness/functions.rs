//! The functions as `cargo sync` lists them: what each needs, and how to call it.

use std::fs;

use aws_sdk_dynamodb::Client;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use shared::{
    domain::Session,
    http::sha256,
    store::{SessionKey, SessionsTable},
};

use super::{App, root, sessions_table};

/// `GetStatusFunction` for `get-status`.
pub(crate) fn logical_id(function: &str) -> String {
    let words = function.split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect::<String>() + "Function"
}

/// An event of a function: its file name, and the answer's status and problem code.
pub(crate) type Event = (&'static str, u16, &'static str);

/// Stands in an event for the entity tag of the status as it is, which no file can have.
const TAG: &str = "sample-tag";

/// The secret of the session of `sample-editor` in events of the pages.
const SAMPLE_SESSION: &str = "dGhlIHNlc3Npb24gb2YgYSBzYW1wbGUgZWRpdG9yISE";

impl App {
    /// An event in `events/`, for the sample directory.
    pub(crate) async fn event(&self, function: &str, case: &str) -> String {
        let file = root().join("events").join(function).join(format!("{case}.json"));
        let text = fs::read_to_string(file).expect("an event");
        if text.contains(SAMPLE_SESSION) {
            self.begin_sample_session().await;
        }
        let mut event: Value = serde_json::from_str(&text).expect("JSON");
        let form = form(&event);
        if ![&text, &form].iter().any(|part| part.contains(TAG)) {
            return text;
        }
        let id = event["pathParameters"]["id"].as_str().expect("an id");
        let shown = self.get(id).by("sample-reader").send().await;
        let tag = shown.header("etag").trim_matches('"');
        if !form.is_empty() {
            event["body"] = BASE64_STANDARD.encode(form.replace(TAG, tag)).into();
        }
        event.to_string().replace(TAG, tag)
    }

    /// Stores the session that events name, unless it is stored already.
    async fn begin_sample_session(&self) {
        let scope = "openid capacity/read capacity/write".to_owned();
        let session = Session::begin("sample-editor".to_owned(), scope, false, self.now());
        let sessions = SessionsTable::new(&self.client, sessions_table(&self.tables));
        let key = SessionKey(sha256(SAMPLE_SESSION.as_bytes()));
        if sessions.session(&key).await.expect("an answer").is_none() {
            sessions.begin(&key, &session).await.expect("a session");
        }
    }
}

/// The text in an event that the gateway sends as base64, as it does with forms; empty if there is none.
fn form(event: &Value) -> String {
    let body = event["body"].as_str().filter(|_| event["isBase64Encoded"] == true);
    let bytes = BASE64_STANDARD.decode(body.unwrap_or_default()).expect("base64");
    String::from_utf8(bytes).unwrap_or_default()
}

/// How to build what a function needs: with a client of the store, or without one.
pub(crate) trait Build<Settings, Deps, Arguments> {
    fn build(self, settings: Settings, client: &Client) -> Deps;
}

impl<Settings, Deps, F> Build<Settings, Deps, ()> for F
where
    F: FnOnce(Settings) -> Deps,
{
    fn build(self, settings: Settings, _: &Client) -> Deps {
        self(settings)
    }
}

impl<Settings, Deps, F> Build<Settings, Deps, Client> for F
where
    F: FnOnce(Settings, &Client) -> Deps,
{
    fn build(self, settings: Settings, client: &Client) -> Deps {
        self(settings, client)
    }
}

/// Defines what the tests need of every function, from two lists of names: all functions, and those
/// that answer the gateway's requests. Each name stands for a crate and a module next to the call
/// of this macro.
macro_rules! functions {
    (
        all { $($function:ident = $name:literal,)* }
        requests { $($request:ident = $request_name:literal,)* }
    ) => {
        /// The functions' names.
        pub(crate) const FUNCTIONS: [&str; [$($name),*].len()] = [$($name),*];

        /// What each function needs.
        pub(crate) struct Functions {
            $(pub(crate) $function: ::$function::Deps,)*
        }

        impl Functions {
            /// Each function with its own client, all with one clock.
            pub(crate) fn new(
                environment: &shared::runtime::Environment,
                client: impl Fn(&'static str) -> aws_sdk_dynamodb::Client,
                clock: &shared::http::Clock,
            ) -> Result<Self, shared::runtime::SettingsError> {
                use $crate::harness::Build as _;
                let mut functions = Self {
                    $($function: {
                        let settings = ::$function::Settings::read(environment)?;
                        ::$function::Deps::new.build(settings, &client($name))
                    },)*
                };
                $(functions.$function.clock = clock.clone();)*
                Ok(functions)
            }

            /// The functions that answer requests, each with its endpoint.
            pub(crate) fn endpoints() -> Vec<(&'static str, shared::http::Endpoint)> {
                vec![$(($request_name, ::$request::ENDPOINT)),*]
            }

            /// Calls a function with a request.
            pub(crate) async fn answer(
                &self,
                function: &str,
                request: lambda_http::Request,
            ) -> shared::http::Response {
                match function {
                    $($request_name => ::$request::handle(&self.$request, request).await,)*
                    other => panic!("{other} does not answer requests"),
                }
            }
        }

        /// Whether a function can read all its settings.
        pub(crate) fn has_settings(
            function: &str,
            environment: &shared::runtime::Environment,
        ) -> bool {
            match function {
                $($name => ::$function::Settings::read(environment).is_ok(),)*
                other => panic!("there is no function {other}"),
            }
        }

        /// The events of a function that answers requests.
        pub(crate) fn events(function: &str) -> &'static [$crate::harness::Event] {
            match function {
                $($request_name => $request::EVENTS,)*
                _ => &[],
            }
        }

        /// Makes a function use every permission of its role, on the tables of [`World::family`].
        ///
        /// [`World::family`]: crate::harness::World::family
        pub(crate) async fn exercise(function: &str, app: &$crate::harness::App) {
            match function {
                $($name => $function::exercise(app).await,)*
                other => panic!("there is no function {other}"),
            }
        }
    };
}

pub(crate) use functions;
