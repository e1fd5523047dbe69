//! One run: prepares the testbed, sends the load, then measures the cost of each kind of request.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use local_stack::state::{default_directory, workspace_root};
use tokio::{sync::mpsc, task::JoinSet, time::timeout};

use crate::{
    Error,
    capacity_proxy::CapacityProxy,
    cli::Arguments,
    cpu_time,
    gateway::Gateway,
    invocation_stats::InvocationStats,
    load_generator::{self, LatencyResult, LoadRun},
    report::{LoadResult, Report, RequestCost, RunParameters},
    testbed::Testbed,
};

/// The name of the engine's thread.
const ENGINE_THREAD: &str = "dynamodb";
/// Requests of each kind to warm up the environments.
const WARM_UP_REQUESTS: u64 = 50;

/// Runs the load test.
///
/// # Errors
/// There is no report: a part of the testbed fails, or the load takes too long.
pub async fn run(arguments: &Arguments) -> Result<Report, Error> {
    let needed = arguments.requests.div_ceil(arguments.rate);
    if arguments.picture.is_some() && needed == 0 {
        return Err(Error::Picture("it shows latencies, and there are no requests".to_owned()));
    }
    if needed > arguments.seconds {
        return Err(Error::TooMany(needed, arguments.seconds));
    }
    let oha = match arguments.requests {
        0 => None,
        _ => Some(
            load_generator::find_or_install(&default_directory(&workspace_root()?).join("tools"))
                .await?,
        ),
    };
    let (failed, mut failures) = mpsc::unbounded_channel();
    let testbed = Testbed::start(arguments, failed).await?;
    let report = tokio::select! {
        report = report(arguments, &testbed, oha.as_deref()) => report?,
        Some(error) = failures.recv() => return Err(error),
    };
    if let Some(file) = &arguments.picture {
        fs::write(file, report.picture()?).map_err(|error| Error::File(file.clone(), error))?;
    }
    Ok(report)
}

async fn report(
    arguments: &Arguments,
    testbed: &Testbed,
    oha: Option<&Path>,
) -> Result<Report, Error> {
    let gateway = testbed.gateway(testbed.engine.endpoint(), arguments.environments).await?;
    testbed.set_initial_statuses(&gateway).await?;
    warm_up(testbed, &gateway).await?;
    let loaded = match oha {
        Some(oha) => Some(load(arguments, testbed, &gateway, oha).await?),
        None => None,
    };
    drop(gateway);
    let counted =
        if arguments.counted > 0 { measure_costs(arguments, testbed).await? } else { Vec::new() };
    let Arguments { services, rate, pages, environments, .. } = *arguments;
    Ok(Report { asked: RunParameters { services, rate, pages, environments }, loaded, counted })
}

/// Warms up the environments, so that no cold start is measured.
pub(crate) async fn warm_up(testbed: &Testbed, gateway: &Gateway) -> Result<(), Error> {
    for kind in testbed.kinds() {
        testbed.send(testbed.requests(gateway, kind, WARM_UP_REQUESTS).await?).await?;
    }
    for (_, pool) in gateway.pools() {
        pool.take_stats()?;
    }
    Ok(())
}

/// Sends all kinds of requests at the same time, each at its share of the rate.
async fn load(
    arguments: &Arguments,
    testbed: &Testbed,
    gateway: &Gateway,
    oha: &Path,
) -> Result<LoadResult, Error> {
    let engine = || cpu_time::of_own_threads(ENGINE_THREAD).map_err(|e| Error::Start("engine", e));
    let (engine_before, start) = (engine()?, Instant::now());
    let sending = send_all(arguments, testbed, gateway, oha);
    let results = timeout(Duration::from_secs(arguments.seconds), sending).await;
    let results = results.map_err(|_| Error::TimedOut(arguments.seconds))??;
    let duration = start.elapsed();
    let functions = gateway
        .pools()
        .map(|(function, pool)| Ok((function, pool.take_stats()?)))
        .collect::<Result<Vec<(&'static str, InvocationStats)>, Error>>()?;
    let engine = engine()?.saturating_sub(engine_before);
    Ok(LoadResult::new(results, &functions, engine, duration))
}

async fn send_all(
    arguments: &Arguments,
    testbed: &Testbed,
    gateway: &Gateway,
    oha: &Path,
) -> Result<Vec<LatencyResult>, Error> {
    let mut running = JoinSet::new();
    for (position, kind) in testbed.kinds().enumerate() {
        let rate = if kind.is_page() { arguments.pages } else { arguments.rate };
        let requests = arguments.requests * rate * kind.per_thousand() / (1000 * arguments.rate);
        if requests == 0 {
            continue;
        }
        let (oha, folder) = (oha.to_owned(), testbed.folder.clone());
        let (gateway, directory) = (gateway.url.clone(), testbed.directory);
        let headers = testbed.signed_in.headers(kind);
        #[expect(clippy::cast_precision_loss, reason = "rates are smaller than 2^53")]
        let rate = (rate * kind.per_thousand()) as f64 / 1000.0;
        running.spawn(async move {
            let run = LoadRun {
                oha: &oha,
                folder: &folder,
                gateway: &gateway,
                directory,
                kind,
                headers,
                requests,
                rate,
            };
            Ok::<_, Error>((position, run.send().await?))
        });
    }
    let mut results = running.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    results.sort_by_key(|(position, _)| *position);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// Sends requests of each kind one after the other through the proxy, and measures what they cost.
async fn measure_costs(
    arguments: &Arguments,
    testbed: &Testbed,
) -> Result<Vec<RequestCost>, Error> {
    let proxy = CapacityProxy::start(testbed.engine.endpoint())?;
    let gateway = testbed.gateway(&proxy.url, 1).await?;
    warm_up(testbed, &gateway).await?;
    let mut costs = Vec::new();
    for kind in testbed.kinds() {
        let requests = testbed.requests(&gateway, kind, arguments.counted).await?;
        let own = gateway.pools().find(|(function, _)| *function == kind.function());
        let take_stats = || own.map(|(_, pool)| pool.take_stats()).transpose();
        let log_bytes_before = testbed.log_bytes(kind.function())?;
        // What preparing the requests has taken.
        let (_, _) = (proxy.take_consumed(), take_stats()?);
        let response_bytes = testbed.send(requests).await?;
        let stats = take_stats()?;
        let bytes = testbed.log_bytes(kind.function())? - log_bytes_before;
        costs.push(RequestCost::new(
            kind,
            &proxy.take_consumed(),
            &stats.unwrap_or_default(),
            bytes,
            response_bytes,
        ));
    }
    Ok(costs)
}
