//! `changes follow`: prints what changes in a region. Reads the tables by the use case behind the API's `GET /changes`, so
//! it works when the API does not, and needs no token.

pub mod event;
pub mod follower;

use std::{
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Subcommand;
use shared::{
    domain::{ServiceId, Timestamp},
    http::{
        Clock,
        changes_cursor::{self, NoCursor},
    },
};

use self::{event::Event, follower::Follower};
use crate::{
    Error, Output,
    controls::Controls,
    target::{CHANGES_TABLE, SERVICES_TABLE, Target},
    write_file::write_file,
};

/// How long to wait for the next changes, as the API tells its clients.
const PAUSE: Duration = Duration::from_secs(10);

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the services of a region, then each change as it comes, until Ctrl-C
    ///
    /// A status whose deadline passes is printed as GREEN by this machine's clock. A service may be printed again
    /// without another change. If the tables do not answer for half a minute, or only throttle, the command ends
    /// with exit code 1: from then on the statuses are not known.
    ///
    /// With --json each line is an object with the member event. `list`: forget what you have, all services of the
    /// region follow. `service`: a service as it is now, as the API lists it. `removed`: it is closed or has left
    /// the region. `unavailable`: it cannot be read, so its status is not known.
    Follow(Following),
}

/// The arguments of `changes follow`.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Following {
    /// The id of the region: its topmost service
    region: ServiceId,
    /// Go on where the run ended that wrote this file, and keep it up to date
    ///
    /// It is written after what it counts as printed. Without the file, or if it is older than a day, all services are
    /// printed first.
    #[arg(long, value_name = "FILE")]
    cursor: Option<PathBuf>,
    /// End when there is nothing more now
    #[arg(long)]
    once: bool,
}

/// Prints changes until there are no more, or the user interrupts.
pub(crate) async fn follow(
    target: &Target,
    following: Following,
    controls: &mut Controls,
    lines: &mut Lines<'_>,
) -> Result<Output, Error> {
    let Following { region, cursor: file, once } = following;
    let (services, changes) = (target.table(SERVICES_TABLE)?, target.table(CHANGES_TABLE)?);
    let cursor = file.as_deref().map(|file| read_cursor(file, region)).transpose()?.flatten();
    let client = controls.client(target, services);
    let mut follower = Follower::new(&client, [services, changes], region, cursor);
    loop {
        let now = Clock::system().now();
        let (events, has_more) = tokio::select! {
            polled = follower.poll(now) => polled?,
            () = controls.interrupt.wait() => break,
        };
        if !lines.print(&events, now)? {
            break;
        }
        if let (Some(file), Some(cursor)) = (&file, follower.cursor()) {
            write_file(file, &format!("{cursor}\n"))?;
        }
        match (has_more, once) {
            (true, _) => continue,
            (false, true) => break,
            (false, false) => {}
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = controls.interrupt.wait() => break,
        }
    }
    Ok(Output::nothing())
}

/// The cursor in this file. `None` if there is no file yet.
fn read_cursor(file: &Path, region: ServiceId) -> Result<Option<String>, Error> {
    let failed = |source| Error::File { file: file.to_owned(), source };
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text.trim_end().to_owned(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    match changes_cursor::decode(&text, region, Clock::system().now()) {
        Ok(_) | Err(NoCursor::Expired) => Ok(Some(text)),
        Err(NoCursor::Invalid) => {
            let text = format!("it has no cursor of region {region}");
            Err(failed(io::Error::new(ErrorKind::InvalidData, text)))
        }
    }
}

/// Where a command prints that goes on.
pub(crate) struct Lines<'a> {
    pub(crate) stdout: &'a mut dyn Write,
    pub(crate) json: bool,
}

impl Lines<'_> {
    /// Prints what has happened. `false` if the reader has read enough.
    fn print(&mut self, events: &[Event], now: Timestamp) -> Result<bool, Error> {
        for event in events {
            let line = if self.json { event.json(now).to_string() } else { event.text(now) };
            if let Some(stopped) = stopped(writeln!(self.stdout, "{line}")) {
                return stopped;
            }
        }
        stopped(self.stdout.flush()).unwrap_or(Ok(true))
    }
}

/// How it ends if this cannot be written.
fn stopped(written: io::Result<()>) -> Option<Result<bool, Error>> {
    let error = written.err()?;
    let is_closed = error.kind() == ErrorKind::BrokenPipe;
    Some(if is_closed { Ok(false) } else { Err(Error::Output(error)) })
}
