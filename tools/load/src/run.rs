//! One run: the stage is set, the load is sent, and then each kind of request is counted.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use local_stack::state::{default_directory, workspace_root};
use tokio::{sync::mpsc, task::JoinSet, time::timeout};

use crate::{
    Failure,
    cli::Arguments,
    counter::{Counter, Counts},
    done::Done,
    gateway::Gateway,
    kind::Kind,
    oha::{self, Answered, Order},
    processor,
    report::{Asked, Counted, Loaded, Report},
    stage::Stage,
};

/// The engine's thread has that name.
const ENGINE: &str = "dynamodb";
/// How many requests of each kind warm the environments up.
const WARM: u64 = 50;

/// Runs it.
///
/// # Errors
/// Whatever keeps it from coming to a report.
pub async fn run(arguments: &Arguments) -> Result<Report, Failure> {
    let needed = arguments.requests.div_ceil(arguments.rate);
    if needed > arguments.seconds {
        return Err(Failure::TooMany(needed, arguments.seconds));
    }
    let oha = match arguments.requests {
        0 => None,
        _ => Some(oha::find_or_bring(&default_directory(&workspace_root()?).join("tools")).await?),
    };
    let (lost, mut told) = mpsc::unbounded_channel();
    let stage = Stage::set(arguments, lost).await?;
    tokio::select! {
        report = report(arguments, &stage, oha.as_deref()) => report,
        Some(failure) = told.recv() => Err(failure),
    }
}

async fn report(
    arguments: &Arguments,
    stage: &Stage,
    oha: Option<&Path>,
) -> Result<Report, Failure> {
    let gateway = stage.gateway(stage.engine.endpoint(), arguments.environments).await?;
    stage.be_busy(&gateway).await?;
    warm_up(stage, &gateway).await?;
    let loaded = match oha {
        Some(oha) => Some(load(arguments, stage, &gateway, oha).await?),
        None => None,
    };
    drop(gateway);
    let counted = if arguments.counted > 0 { count(arguments, stage).await? } else { Vec::new() };
    let Arguments { services, rate, environments, .. } = *arguments;
    Ok(Report { asked: Asked { services, rate, environments }, loaded, counted })
}

/// Has every environment answer, so that what is measured afterwards is no start.
async fn warm_up(stage: &Stage, gateway: &Gateway) -> Result<(), Failure> {
    for kind in Kind::ALL {
        stage.ask(gateway, kind, WARM).await?;
    }
    for (_, environments) in gateway.environments() {
        environments.done()?;
    }
    Ok(())
}

/// Sends all kinds at once, each at its part of the rate.
async fn load(
    arguments: &Arguments,
    stage: &Stage,
    gateway: &Gateway,
    oha: &Path,
) -> Result<Loaded, Failure> {
    let engine = || processor::of_own_threads(ENGINE).map_err(|e| Failure::Part("engine", e));
    let (engine_before, begun) = (engine()?, Instant::now());
    let sending = send_all(arguments, stage, gateway, oha);
    let answered = timeout(Duration::from_secs(arguments.seconds), sending).await;
    let answered = answered.map_err(|_| Failure::Behind(arguments.seconds))??;
    let took = begun.elapsed();
    let functions = gateway
        .environments()
        .map(|(function, environments)| Ok((function, environments.done()?)))
        .collect::<Result<Vec<(&'static str, Done)>, Failure>>()?;
    let engine = engine()?.saturating_sub(engine_before);
    Ok(Loaded::new(answered, &functions, engine, took))
}

async fn send_all(
    arguments: &Arguments,
    stage: &Stage,
    gateway: &Gateway,
    oha: &Path,
) -> Result<Vec<Answered>, Failure> {
    let mut running = JoinSet::new();
    for (place, kind) in Kind::ALL.into_iter().enumerate() {
        let requests = arguments.requests * kind.per_thousand() / 1000;
        if requests == 0 {
            continue;
        }
        let (oha, folder) = (oha.to_owned(), stage.folder.clone());
        let (gateway, directory) = (gateway.url.clone(), stage.directory);
        #[expect(clippy::cast_precision_loss, reason = "a rate is no number of 53 bits")]
        let rate = (arguments.rate * kind.per_thousand()) as f64 / 1000.0;
        running.spawn(async move {
            let order = Order {
                oha: &oha,
                folder: &folder,
                gateway: &gateway,
                directory,
                kind,
                requests,
                rate,
            };
            Ok::<_, Failure>((place, order.send().await?))
        });
    }
    let mut answered = running.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    answered.sort_by_key(|(place, _)| *place);
    Ok(answered.into_iter().map(|(_, answered)| answered).collect())
}

/// Sends some requests of each kind, one after the other, by way of the counter.
async fn count(arguments: &Arguments, stage: &Stage) -> Result<Vec<Counted>, Failure> {
    let counter = Counter::start(stage.engine.endpoint())?;
    let gateway = stage.gateway(&counter.url, 1).await?;
    warm_up(stage, &gateway).await?;
    let mut counted = Vec::new();
    for kind in Kind::ALL {
        let logged = stage.logged(kind.function())?;
        let _: Counts = counter.counts();
        stage.ask(&gateway, kind, arguments.counted).await?;
        let own = gateway.environments().find(|(function, _)| *function == kind.function());
        let done = own.map(|(_, environments)| environments.done()).transpose()?;
        let bytes = stage.logged(kind.function())? - logged;
        counted.push(Counted::new(kind, &counter.counts(), &done.unwrap_or_default(), bytes));
    }
    Ok(counted)
}
