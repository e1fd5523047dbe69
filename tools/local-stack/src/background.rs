//! Runs an HTTP server on its own thread and runtime: it outlives the runtime of its caller (each test has
//! one) and is not slowed down by it.

use std::{future::Future, io, net::TcpListener, thread, time::Duration};

use tokio::sync::oneshot;

/// A background server. Stops when dropped.
#[derive(Debug)]
pub struct Background {
    stop: Option<oneshot::Sender<()>>,
    thread: thread::JoinHandle<()>,
}

/// Resolves when the server must stop.
pub type Stop = oneshot::Receiver<()>;

impl Background {
    /// Runs `serve` on the listener until its [`Stop`] resolves.
    ///
    /// # Errors
    ///
    /// The listener cannot be used, or no thread can be started.
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

    /// Stops the server; waits up to two seconds for open requests.
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
