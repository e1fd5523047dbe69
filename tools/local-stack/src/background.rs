//! Runs an HTTP server on a thread and runtime of its own, so that it outlives the runtime of
//! whoever started it (each test has one) and is not slowed down by it.

use std::{future::Future, io, net::TcpListener, thread, time::Duration};

use tokio::sync::oneshot;

/// A server in the background; it stops when this is dropped.
#[derive(Debug)]
pub struct Background {
    stop: Option<oneshot::Sender<()>>,
    thread: thread::JoinHandle<()>,
}

/// Resolves when the server is to stop.
pub type Stop = oneshot::Receiver<()>;

impl Background {
    /// Runs `serve` on that listener until its [`Stop`] resolves.
    ///
    /// # Errors
    ///
    /// The listener is unusable, or there can be no more threads.
    pub fn serve<F>(
        name: &'static str,
        listener: TcpListener,
        serve: impl FnOnce(tokio::net::TcpListener, Stop) -> F + Send + 'static,
    ) -> io::Result<Self>
    where
        F: Future<Output = ()>,
    {
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _entered = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || runtime.block_on(serve(listener, stopped)))?;
        Ok(Self { stop: Some(stop), thread })
    }

    /// Stops the server and waits a moment until its last request is answered.
    pub async fn finish(mut self) {
        drop(self.stop.take());
        for _ in 0..100 {
            if self.thread.is_finished() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A listener on a free port of the loopback interface.
///
/// # Errors
///
/// There is no free port.
pub fn free_port() -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", 0))
}
