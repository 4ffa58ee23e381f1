//! Delivers a batch to a server, whatever it answers: what the server will never accept must not block the rest.

use std::time::Duration;

use crate::spool::{Piece, SpoolBatch};

/// Takes lines somewhere.
pub trait Post {
    /// Sends a body of NDJSON once.
    fn post(&mut self, body: &[u8]) -> Result<PushAnswer, Unreachable>;
}

/// A server's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushAnswer {
    pub status: u16,
    /// The indices of the items that it refused.
    pub refused: Vec<usize>,
    pub retry_after: Option<Duration>,
}

/// Why there was no answer.
#[derive(Debug)]
pub struct Unreachable(pub String);

/// What became of a batch.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    /// How many of its lines, from the front, need not be sent again.
    pub settled: usize,
    /// The lines that the server refuses, by their indices.
    pub refused: Vec<usize>,
    /// Why it stopped.
    pub failure: Option<Failure>,
}

#[derive(Debug)]
pub(super) struct Failure {
    pub reason: String,
    pub retry_after: Option<Duration>,
}

/// Sends a batch. If the server rejects it as a whole, its halves are sent, down to the line at fault.
pub(super) fn deliver(batch: &SpoolBatch, post: &mut impl Post) -> Delivered {
    let mut delivered = Delivered::default();
    // The parts still to be sent, the next one last.
    let mut parts = vec![batch.pieces()];
    while let Some(part) = parts.pop() {
        let answer = match post.post(batch.body(part)) {
            Ok(answer) => answer,
            Err(Unreachable(reason)) => return delivered.fail(reason, None),
        };
        match answer.status {
            200..300 => delivered.settle(part, answer.refused),
            // A reply that names every item says the same as one for each of them.
            400 if answer.refused.len() == part.len() => delivered.settle(part, answer.refused),
            400 | 413 | 415 | 422 if part.len() == 1 => delivered.settle(part, vec![0]),
            400 | 413 | 415 | 422 => {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
            status => return delivered.fail(format!("the server answered {status}"), answer.retry_after),
        }
    }
    delivered
}

impl Delivered {
    fn settle(&mut self, part: &[Piece], refused: Vec<usize>) {
        let refused = refused.into_iter().filter(|place| *place < part.len());
        self.refused.extend(refused.map(|place| self.settled + place));
        self.settled += part.len();
    }

    fn fail(mut self, reason: String, retry_after: Option<Duration>) -> Self {
        self.failure = Some(Failure { reason, retry_after });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Refuses a batch as a whole while it contains an invalid line, and breaks off after this many calls.
    struct Fussy {
        calls_left: usize,
        taken: Vec<String>,
        status: u16,
    }

    impl Post for Fussy {
        fn post(&mut self, body: &[u8]) -> Result<PushAnswer, Unreachable> {
            if self.calls_left == 0 {
                return Err(Unreachable("gone".to_owned()));
            }
            self.calls_left -= 1;
            let body = String::from_utf8(body.to_vec()).expect("text");
            if body.contains("bad") {
                return Ok(PushAnswer {
                    status: self.status,
                    ..PushAnswer::default()
                });
            }
            self.taken.extend(body.lines().map(str::to_owned));
            Ok(PushAnswer {
                status: 200,
                ..PushAnswer::default()
            })
        }
    }

    fn batch(lines: &[String]) -> SpoolBatch {
        let mut batch = SpoolBatch::default();
        for (at, line) in lines.iter().enumerate() {
            batch.push(0, at as u64, line.as_bytes());
        }
        batch
    }

    proptest! {
        #[test]
        fn good_lines_arrive_once_in_order_and_bad_ones_are_counted(
            kinds in prop::collection::vec(prop::bool::weighted(0.2), 1..60),
            calls_left in 0_usize..200,
            status in prop::sample::select(vec![400_u16, 413, 415, 422]),
        ) {
            let line = |(at, bad): (usize, &bool)| format!("{}{at}", if *bad { "bad" } else { "good" });
            let lines: Vec<String> = kinds.iter().enumerate().map(line).collect();
            let mut server = Fussy { calls_left, taken: Vec::new(), status };
            let delivered = deliver(&batch(&lines), &mut server);
            let good: Vec<_> = lines[..delivered.settled].iter().filter(|line| line.starts_with("good")).cloned().collect();
            prop_assert_eq!(&server.taken, &good);
            let bad: Vec<usize> = (0..delivered.settled).filter(|at| kinds[*at]).collect();
            prop_assert_eq!(&delivered.refused, &bad);
            prop_assert_eq!(delivered.failure.is_none(), delivered.settled == lines.len());
        }
    }

    #[test]
    fn a_server_that_is_busy_says_when_to_come_back() {
        struct Busy;
        impl Post for Busy {
            fn post(&mut self, _: &[u8]) -> Result<PushAnswer, Unreachable> {
                let retry_after = Some(Duration::from_secs(7));
                Ok(PushAnswer {
                    status: 503,
                    refused: Vec::new(),
                    retry_after,
                })
            }
        }
        let delivered = deliver(&batch(&["{}".to_owned()]), &mut Busy);
        assert_eq!(delivered.settled, 0);
        assert_eq!(
            delivered.failure.and_then(|failure| failure.retry_after),
            Some(Duration::from_secs(7))
        );
    }

    #[test]
    fn items_that_a_reply_names_are_refused_without_sending_them_again() {
        struct Picky(usize);
        impl Post for Picky {
            fn post(&mut self, body: &[u8]) -> Result<PushAnswer, Unreachable> {
                self.0 += 1;
                let count = body.iter().filter(|byte| **byte == b'\n').count();
                Ok(PushAnswer {
                    status: 400,
                    refused: (0..count).collect(),
                    retry_after: None,
                })
            }
        }
        let mut server = Picky(0);
        let delivered = deliver(&batch(&vec!["{}".to_owned(); 500]), &mut server);
        assert_eq!((delivered.settled, delivered.refused.len(), server.0), (500, 500, 1));
    }
}
