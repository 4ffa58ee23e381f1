//! Frames as browsers send them, whole, in pieces, deflated and broken.

use proptest::prelude::*;

use super::*;
use crate::deflate::deflate;

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        0..126 => bytes.push(0x80 | payload.len() as u8),
        126..0x1_0000 => {
            bytes.push(0x80 | 126);
            bytes.extend((payload.len() as u16).to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend((payload.len() as u64).to_be_bytes());
        }
    }
    bytes.extend(MASK);
    bytes.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ MASK[at % 4]));
    bytes
}

fn read(bytes: &[u8]) -> Result<Vec<Incoming>, Breach> {
    read_all(Decoder::default(), bytes)
}

fn read_deflated(bytes: &[u8]) -> Result<Vec<Incoming>, Breach> {
    read_all(Decoder::new(true), bytes)
}

fn read_all(mut decoder: Decoder, bytes: &[u8]) -> Result<Vec<Incoming>, Breach> {
    decoder.take(bytes);
    let mut all = Vec::new();
    while let Some(message) = decoder.next_message()? {
        all.push(message);
    }
    Ok(all)
}

#[test]
fn the_example_of_the_standard_is_read() {
    let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    assert_eq!(read(&hello), Ok(vec![Incoming::Text("Hello".to_owned())]));
}

/// "Hello" of RFC 7692, 7.2.3.1.
const HELLO: [u8; 7] = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];

#[test]
fn a_deflated_message_is_read_whole_and_in_pieces() {
    let hello = Incoming::Text("Hello".to_owned());
    assert_eq!(read_deflated(&frame(0xc1, &HELLO)), Ok(vec![hello.clone()]));
    let pieces = [frame(0x41, &HELLO[..3]), frame(0x89, b"?"), frame(0x80, &HELLO[3..])].concat();
    assert_eq!(
        read_deflated(&pieces),
        Ok(vec![Incoming::Ping(b"?".to_vec()), hello.clone()])
    );
    assert_eq!(read_deflated(&frame(0xc2, &HELLO)), Ok(vec![Incoming::Binary]));
    // Each message may be sent either way.
    assert_eq!(read_deflated(&frame(0x81, b"Hello")), Ok(vec![hello]));
}

#[test]
fn breaches_of_a_deflated_socket_are_answered_with_the_right_code() {
    let bomb = deflate(&vec![b'a'; FROM_BROWSER_BYTES + 1]).unwrap();
    let latin = deflate(&[0xe9; 100]).unwrap();
    for (bytes, code) in [
        (frame(0xa1, &HELLO), Code::Protocol),
        (frame(0x91, &HELLO), Code::Protocol),
        (frame(0xc9, b""), Code::Protocol),
        (frame(0xc8, b""), Code::Protocol),
        (
            [frame(0x41, &HELLO[..3]), frame(0xc0, &HELLO[3..])].concat(),
            Code::Protocol,
        ),
        (frame(0xc1, &[0xff; 9]), Code::Unreadable),
        (frame(0xc1, &latin), Code::Unreadable),
        (frame(0xc1, &bomb), Code::TooBig),
        (frame(0xc2, &bomb), Code::TooBig),
        (
            [frame(0x41, &bomb[..5]), frame(0x80, &bomb[5..])].concat(),
            Code::TooBig,
        ),
    ] {
        assert_eq!(
            read_deflated(&bytes).map_err(|breach| breach.0),
            Err(code),
            "{:02x?}",
            &bytes[..bytes.len().min(16)]
        );
    }
    let most = deflate(&vec![b'a'; FROM_BROWSER_BYTES]).unwrap();
    assert!(read_deflated(&frame(0xc1, &most)).is_ok());
}

#[test]
fn a_control_frame_may_stand_between_fragments() {
    let bytes = [
        frame(0x01, b"Hel"),
        frame(0x89, b"are you there"),
        frame(0x8a, b""),
        frame(0x80, b"lo"),
    ]
    .concat();
    let ping = Incoming::Ping(b"are you there".to_vec());
    assert_eq!(
        read(&bytes),
        Ok(vec![ping, Incoming::Pong, Incoming::Text("Hello".to_owned())])
    );
}

#[test]
fn a_character_may_be_cut_by_fragments() {
    let letter = "é".as_bytes();
    let bytes = [frame(0x01, &letter[..1]), frame(0x80, &letter[1..])].concat();
    assert_eq!(read(&bytes), Ok(vec![Incoming::Text("é".to_owned())]));
}

#[test]
fn breaches_are_answered_with_the_right_code() {
    let mut unmasked = frame(0x81, b"");
    unmasked[1] = 0;
    let padded = [&[0x81, 0x80 | 126, 0, 5][..], &MASK, b"Hello"].concat();
    let giant = [&[0x81, 0x80 | 127][..], &u64::MAX.to_be_bytes(), &MASK].concat();
    let half = vec![b'a'; FROM_BROWSER_BYTES / 2 + 1];
    for (bytes, code) in [
        (frame(0xc1, b""), Code::Protocol),
        (frame(0x83, b""), Code::Protocol),
        (frame(0x8b, b""), Code::Protocol),
        (unmasked, Code::Protocol),
        (padded, Code::Protocol),
        (giant, Code::Protocol),
        (frame(0x09, b""), Code::Protocol),
        (frame(0x89, &[0; 126]), Code::Protocol),
        (frame(0x80, b"more"), Code::Protocol),
        ([frame(0x01, b"a"), frame(0x81, b"b")].concat(), Code::Protocol),
        (frame(0x88, &[3]), Code::Protocol),
        (frame(0x88, &999_u16.to_be_bytes()), Code::Protocol),
        (frame(0x88, &1005_u16.to_be_bytes()), Code::Protocol),
        (frame(0x88, &[3, 232, 0xff]), Code::Unreadable),
        (frame(0x81, &[0xff]), Code::Unreadable),
        (frame(0x81, &vec![b'a'; FROM_BROWSER_BYTES + 1]), Code::TooBig),
        ([frame(0x01, &half), frame(0x80, &half)].concat(), Code::TooBig),
    ] {
        assert_eq!(
            read(&bytes).map_err(|breach| breach.0),
            Err(code),
            "{:02x?}",
            &bytes[..bytes.len().min(16)]
        );
    }
}

#[test]
fn the_head_alone_tells_that_a_message_is_too_big() {
    let bytes = frame(0x81, &vec![b'a'; FROM_BROWSER_BYTES + 1]);
    assert_eq!(read(&bytes[..8]).map_err(|breach| breach.0), Err(Code::TooBig));
}

#[test]
fn closes_are_read_with_and_without_a_code() {
    assert_eq!(read(&frame(0x88, b"")), Ok(vec![Incoming::Close(None)]));
    assert_eq!(
        read(&frame(0x88, &[3, 232, b'b', b'y', b'e'])),
        Ok(vec![Incoming::Close(Some(1000))])
    );
}

#[test]
fn nothing_is_held_between_messages() {
    let mut decoder = Decoder::default();
    decoder.take(&frame(0x81, &[b'a'; 1_000]));
    decoder.next_message().unwrap();
    assert_eq!(decoder.bytes.capacity(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_cutting_of_the_bytes_gives_the_same_messages(
        messages in prop::collection::vec((".{0,300}", 1_usize..5, any::<bool>()), 1..5),
        cuts in prop::collection::vec(1_usize..200, 1..40),
    ) {
        let mut bytes = Vec::new();
        for (text, pieces, is_deflated) in &messages {
            let deflated = is_deflated.then(|| deflate(text.as_bytes())).flatten();
            let mark = if deflated.is_some() { 0x40 } else { 0 };
            let sent = deflated.as_deref().unwrap_or(text.as_bytes());
            let parts: Vec<&[u8]> = sent.chunks(sent.len() / pieces + 1).collect();
            let parts = if parts.is_empty() { vec![&[][..]] } else { parts };
            for (at, part) in parts.iter().enumerate() {
                let last = if at + 1 == parts.len() { 0x80 } else { 0 };
                let first = if at == 0 { mark | 0x1 } else { 0 };
                bytes.extend(frame(last | first, part));
            }
        }
        let mut decoder = Decoder::new(true);
        let mut got = Vec::new();
        let mut rest = bytes.as_slice();
        for cut in cuts.iter().cycle() {
            let (now, later) = rest.split_at((*cut).min(rest.len()));
            decoder.take(now);
            while let Some(message) = decoder.next_message().unwrap() {
                got.push(message);
            }
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        let sent: Vec<_> = messages.into_iter().map(|(text, ..)| Incoming::Text(text)).collect();
        prop_assert_eq!(got, sent);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
        let _ = read_deflated(&bytes);
    }
}
