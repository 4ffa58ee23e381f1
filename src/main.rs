//! The `adwatch` command.

use std::io;

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:4600").await?;
    let shutdown = async {
        // Without a signal handler there is nothing to wait for: stop at once rather than never.
        let _ = tokio::signal::ctrl_c().await;
    };
    adwatch::server::run(listener, shutdown).await
}
