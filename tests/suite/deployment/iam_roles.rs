//! template.yaml grants each function exactly what it uses. Every test checks that a function does
//! nothing else (`harness::iam`); these tests check that no permission is unused.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{
    FUNCTIONS, World, document, exercise,
    iam::{Right, granted, refusal},
    logical_id,
};

fn on_tables(function: &str) -> BTreeSet<Right> {
    let all = granted(function).into_iter();
    all.filter(|(action, _)| action.starts_with("dynamodb:")).collect()
}

/// Uses what each function's own test file makes it do.
#[tokio::test]
async fn every_function_uses_every_table_permission_of_its_role() {
    for function in FUNCTIONS {
        let app = World::family().start().await;
        exercise(function, &app).await;
        assert_eq!(on_tables(function), app.used(function), "{function}");
    }
}

/// History is only read and appended to. Each put requires that the item is absent
/// (`contract::conditional_writes`, `contract::update_status`).
#[test]
fn no_function_may_change_or_delete_history() {
    let harmless = ["BatchGetItem", "ConditionCheckItem", "GetItem", "PutItem", "Query"];
    for function in FUNCTIONS {
        for (action, table) in on_tables(function) {
            let is_harmless = harmless.iter().any(|name| action == format!("dynamodb:{name}"));
            assert!(is_harmless || table != "StatusHistoryTable", "{function}: {action}");
        }
    }
}

/// Whoever is granted more by another policy. That a put never replaces a row is cargo ctl's condition.
#[test]
fn nobody_may_change_or_delete_an_audit_row() {
    let template = document("template.yaml");
    let policy = &template["Resources"]["AuditTable"]["Properties"]["ResourcePolicy"];
    let actions = [
        "dynamodb:BatchWriteItem",
        "dynamodb:DeleteItem",
        "dynamodb:PartiQLDelete",
        "dynamodb:PartiQLUpdate",
        "dynamodb:UpdateItem",
        "dynamodb:UpdateTimeToLive",
    ];
    assert_eq!(
        policy["PolicyDocument"]["Statement"],
        json!([{"Sid": "RowsAreOnlyAdded", "Effect": "Deny", "Principal": "*",
            "Action": actions, "Resource": "*"}])
    );
    for function in FUNCTIONS {
        assert!(granted(function).iter().all(|(_, table)| table != "AuditTable"), "{function}");
    }
}

/// `health` needs no token. A caller who made it read something else would still get no row.
#[test]
fn health_may_read_no_row() {
    let read = |table: &str, key: Value, attribute: Option<&str>| {
        let mut part = json!({"Keys": [key]});
        if let Some(attribute) = attribute {
            part["ProjectionExpression"] = "#attribute".into();
            part["ExpressionAttributeNames"] = json!({"#attribute": attribute});
        }
        refusal("health", "BatchGetItem", &json!({"RequestItems": {table: part}}))
    };
    let user = |subject: &str| json!({"subject": {"S": subject}});
    let record = |key: &str| json!({"key": {"S": key}});
    let (service, change) =
        (json!({"id": {"N": "30"}}), json!({"serviceId": {"N": "30"}, "at": {"S": "-"}}));
    assert_eq!(read("UsersTable", user("-"), None), None);
    assert_eq!(read("IdempotencyTable", record("-"), None), None);
    assert_eq!(read("ServicesTable", service.clone(), Some("id")), None);
    assert_eq!(read("StatusHistoryTable", change.clone(), Some("serviceId")), None);
    for (refused, why) in [
        (read("UsersTable", user("reader"), None), "dynamodb:LeadingKeys has \"reader\""),
        (read("IdempotencyTable", record("30#k"), None), "dynamodb:LeadingKeys has \"30#k\""),
        (
            read("ServicesTable", service.clone(), Some("notes")),
            "dynamodb:Attributes has \"notes\"",
        ),
        (read("ServicesTable", service, None), "dynamodb:Select has \"ALL_ATTRIBUTES\""),
        (read("StatusHistoryTable", change, None), "dynamodb:Select has \"ALL_ATTRIBUTES\""),
    ] {
        let refused = refused.expect("a refusal");
        assert!(refused.ends_with(why), "{refused}");
    }
}

/// IAM cannot tell an attribute that is compared by a condition (`active`, `path`) from one that is written.
#[test]
fn update_deadline_may_not_write_the_status_its_notes_or_its_reason() {
    let set = |attribute: &str| {
        let update = json!({
            "TableName": "ServicesTable", "Key": {"id": {"N": "30"}},
            "UpdateExpression": "SET #attribute = :value",
            "ExpressionAttributeNames": {"#attribute": attribute},
        });
        let body = json!({"TransactItems": [{"Update": update}]});
        refusal("update-deadline", "TransactWriteItems", &body)
    };
    for allowed in ["version", "resetDateTime", "modifiedBy", "modifiedDate"] {
        assert_eq!(set(allowed), None, "{allowed}");
    }
    let fixed = ["status", "notes", "reason", "resetShard", "name", "parentId", "region"];
    for attribute in fixed.into_iter().chain(["phone", "reviewAfterMinutes"]) {
        let refused = set(attribute).expect("a refusal");
        let why = format!("dynamodb:Attributes has {attribute:?}");
        assert!(refused.ends_with(&why), "{refused}");
    }
    for member in ["Put", "Delete"] {
        let body = json!({"TransactItems": [{member: {"TableName": "ServicesTable"}}]});
        assert!(refusal("update-deadline", "TransactWriteItems", &body).is_some(), "{member}");
    }
}

/// Apart from tables: its own log, tracing, the tables' key, and a queue for failed runs.
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
