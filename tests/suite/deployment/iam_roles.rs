//! What template.yaml grants each function is what the function does. That it does nothing else is held in
//! every test (`harness::iam`); here nothing is left over.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{
    App, FUNCTIONS, World, document,
    faulty::{Fate, FaultyStore},
    iam::{Right, granted},
    logical_id,
};

fn on_tables(function: &str) -> BTreeSet<Right> {
    let all = granted(function).into_iter();
    all.filter(|(action, _)| action.starts_with("dynamodb:")).collect()
}

/// Reads in every way: one service, pages by each walk, history, documents, health.
async fn read(app: &App) {
    app.get(30).by("reader").send().await.ok();
    for query in ["id=30", "", "region=10", "status=RED", "editable=true"] {
        app.list(query).by("editor").send().await.ok();
    }
    app.past(30, "").by("reader").send().await.ok();
    app.other("GET", "/_status", "/_status").send().await.ok();
    app.other("GET", "/docs", "/docs").send().await.ok();
}

/// Updates in every way: with a key, again, after a deadline, and losing to others.
async fn update(app: &App) {
    let red = json!({"status": "RED", "resetStatusIn": 1});
    for _ in 0..2 {
        let call = app.put(30, red.clone()).by("editor").header("idempotency-key", "k-1");
        call.send().await.ok();
    }
    app.at(60);
    app.put(30, red.clone()).by("editor").send().await.ok();
    app.patch(30).send().await.refused(405);
}

#[tokio::test]
async fn every_function_uses_every_table_permission_of_its_role() {
    let app = World::family().start().await;
    update(&app).await;
    read(&app).await;
    app.at(1000);
    assert_eq!(app.run_schedule().await.done, 1);
    let (contended, _, _) = FaultyStore::below(&app, None, |call| match call.number {
        1 => Fate::Cancelled("TransactionConflict").into(),
        _ => Fate::Passed.into(),
    });
    contended.put(30, json!({"status": "AMBER"})).by("editor").send().await.ok();
    for function in FUNCTIONS {
        let used = [app.used(function), contended.used(function)].concat();
        let used = used.into_iter().collect::<BTreeSet<_>>();
        assert_eq!(on_tables(function), used, "{function}");
    }
}

/// History is only ever added to; each put is conditional on absence (`contract::conditional_writes`, `contract::update_status`).
#[test]
fn no_function_may_change_or_delete_history() {
    let on_history = FUNCTIONS.into_iter().flat_map(|function| {
        let all = on_tables(function).into_iter();
        let own = all.filter(|(_, table)| table.starts_with("StatusHistoryTable"));
        own.map(move |(action, _)| (function, action))
    });
    let expected = [
        ("health", "GetItem"),
        ("reset-expired", "PutItem"),
        ("status-history", "Query"),
        ("update-status", "GetItem"),
        ("update-status", "PutItem"),
    ];
    let expected = expected.map(|(function, action)| (function, format!("dynamodb:{action}")));
    assert_eq!(on_history.collect::<BTreeSet<_>>(), BTreeSet::from(expected));
}

/// Beside tables: its own log, tracing, the tables' key, and for failed runs their queue.
#[test]
fn every_function_has_its_own_least_privilege_role() {
    let template = document("template.yaml");
    let resources = &template["Resources"];
    for function in FUNCTIONS {
        let id = logical_id(function);
        let (role, log) = (id.replace("Function", "Role"), id.replace("Function", "Log"));
        assert_eq!(resources[&id]["Properties"]["Role"], json!({"Fn::GetAtt": [role, "Arn"]}));
        let mut expected = on_tables(function);
        expected.extend(
            ["logs:CreateLogStream", "logs:PutLogEvents"]
                .map(|name| (name.to_owned(), log.clone())),
        );
        if function == "reset-expired" {
            expected.insert(("sqs:SendMessage".to_owned(), "FailedRuns".to_owned()));
        }
        assert_eq!(granted(function), expected, "{function}");

        let key = json!({"Fn::If": ["UseKey", {"Ref": "KeyPolicy"}, {"Ref": "AWS::NoValue"}]});
        let mut managed = vec![json!({"Ref": "TracingPolicy"})];
        managed.extend(Some(key).filter(|_| !on_tables(function).is_empty()));
        let role = &resources[&role]["Properties"];
        assert_eq!(role["ManagedPolicyArns"], Value::from(managed), "{function}");
        let caller = &role["AssumeRolePolicyDocument"]["Statement"];
        assert_eq!(
            caller,
            &json!([{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}])
        );
    }
    let policy = |id: &str| resources[id]["Properties"]["PolicyDocument"]["Statement"].clone();
    assert_eq!(
        policy("TracingPolicy"),
        json!([{"Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"}])
    );
    assert_eq!(
        policy("KeyPolicy"),
        json!([{
            "Effect": "Allow", "Action": "kms:Decrypt", "Resource": {"Ref": "KeyArn"},
            "Condition": {"StringEquals": {
                "kms:ViaService": {"Fn::Sub": "dynamodb.${AWS::Region}.${AWS::URLSuffix}"},
            }},
        }])
    );
}
