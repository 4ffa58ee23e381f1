//! The `adwatch` command.

use std::io;

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--listen");
    let address = arguments.nth(1).unwrap_or_else(|| "127.0.0.1:4600".to_owned());
    let listener = TcpListener::bind(address).await?;
    eprintln!("adwatch is at http://{}", listener.local_addr()?);
    let shutdown = async {
        // Without a signal handler there is nothing to wait for: stop at once rather than never.
        let _ = tokio::signal::ctrl_c().await;
    };
    adwatch::server::run(listener, shutdown).await
}
