//! What goes over the wire is small: deflated frames on the socket, encoded answers over HTTP.

#[path = "compression/answers.rs"]
mod answers;
#[path = "compression/frames.rs"]
mod frames;
