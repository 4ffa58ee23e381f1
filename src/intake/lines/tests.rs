//! What becomes of bytes, in facts.

use super::*;
use proptest::prelude::*;

type Read = Vec<(u64, u64, String, Option<Flaw>)>;

/// The lines of some pieces, and where the rest begins.
fn read(longest: usize, pieces: &[&[u8]]) -> (Read, u64, Vec<u8>) {
    let mut lines = Lines::with_longest(0, longest, Some(Layout::Lines));
    let mut read = Vec::new();
    for piece in pieces {
        lines.push(piece);
        while let Some(line) = lines.next_line() {
            read.push((line.offset, line.end, line.text.into_owned(), line.flaw));
        }
    }
    let pushed: usize = pieces.iter().map(|piece| piece.len()).sum();
    assert_eq!(lines.pushed(), pushed as u64);
    (read, lines.offset(), lines.rest().to_vec())
}

#[test]
fn ends_of_both_systems_are_ends_and_the_last_part_waits() {
    let (lines, offset, rest) = read(100, &[b"\xef\xbb\xbfone\r\n\ntw", b"o\nthr"]);
    let texts: Vec<_> = lines
        .iter()
        .map(|(from, to, text, _)| (*from, *to, text.as_str()))
        .collect();
    assert_eq!(texts, [(0, 8, "one"), (8, 9, ""), (9, 13, "two")]);
    assert_eq!((offset, rest), (13, b"thr".to_vec()));
}

#[test]
fn bytes_that_are_no_text_are_replaced_and_said_so() {
    let (lines, ..) = read(100, &[b"a\xff\xfeb\nc\n"]);
    assert_eq!(lines[0].2, "a\u{fffd}\u{fffd}b");
    assert_eq!(
        (lines[0].3, lines[1].3, lines[1].2.as_str()),
        (Some(Flaw::NotUtf8), None, "c")
    );
}

#[test]
fn a_line_beyond_the_limit_is_one_flaw_and_the_next_is_whole() {
    let long = vec![b'x'; 10_000];
    let (lines, offset, _) = read(4_000, &[&long[..], &long, b"\nshort\n"]);
    assert_eq!(lines[0].3, Some(Flaw::TooLong));
    assert_eq!(lines[0].2.len(), KEPT_BYTES);
    assert_eq!((lines[0].1, lines[1].0, lines[1].2.as_str()), (20_001, 20_001, "short"));
    assert_eq!(offset, 20_007);
}

#[test]
fn the_rest_can_be_taken_or_pushed_again() {
    let mut lines = Lines::from_offset(50);
    lines.push(b"whole\nhalf");
    assert_eq!(lines.next_line().map(|line| line.end), Some(56));
    assert_eq!(lines.next_line(), None);
    assert_eq!(lines.pushed(), 60);
    lines.drop_rest();
    assert_eq!((lines.offset(), lines.pushed()), (56, 56));
    lines.push(b"half");
    let rest = lines
        .take_rest()
        .map(|line| (line.offset, line.end, line.text.into_owned()));
    assert_eq!(rest, Some((56, 60, "half".to_owned())));
    assert_eq!(lines.offset(), 60);
    assert_eq!(lines.take_rest(), None);
}

#[test]
fn a_line_of_many_megabytes_in_small_pieces_takes_linear_time() {
    let mut lines = Lines::from_offset(0);
    let piece = [b'x'; 1_024];
    // Quadratic work would be 32 GB of bytes searched here, and would time out.
    for _ in 0..8 * 1_024 {
        lines.push(&piece);
        assert_eq!(lines.next_line(), None);
        assert_eq!(lines.searched, lines.buffer.len());
    }
    lines.push(b"\n");
    assert_eq!(lines.next_line().map(|line| line.text.len()), Some(8 * 1_024 * 1_024));
}

proptest! {
    #[test]
    fn any_cut_of_the_bytes_gives_the_same_lines(
        bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(0xff), Just(b'a'), any::<u8>()], 0..200),
        cuts in prop::collection::vec(0..200_usize, 0..8),
        longest in 3..40_usize,
    ) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let (whole, offset, _) = read(longest, &[&bytes]);
        let (cut, cut_offset, _) = read(longest, &pieces);
        prop_assert_eq!(&whole, &cut);
        prop_assert_eq!(offset, cut_offset);
        prop_assert_eq!(whole.len(), bytes.iter().filter(|byte| **byte == b'\n').count());
    }
}

/// The texts of some pieces, with the rest if it is taken.
fn texts(pieces: &[&[u8]], takes_rest: bool) -> Vec<String> {
    let mut lines = Lines::from_offset(0);
    let mut texts = Vec::new();
    for piece in pieces {
        lines.push(piece);
        while let Some(line) = lines.next_line() {
            texts.push(line.text.into_owned());
        }
    }
    if takes_rest {
        texts.extend(lines.take_rest().map(|line| line.text.into_owned()));
    }
    texts
}

#[test]
fn the_elements_of_an_array_are_lines_however_they_are_laid_out() {
    let pretty = b"[\n  {\n    \"a\": \"},]\\\"\"\n  },\n  {\"b\": [{}, 2]}\n]\n";
    assert_eq!(
        texts(&[pretty], false),
        ["{\n    \"a\": \"},]\\\"\"\n  }", "{\"b\": [{}, 2]}"]
    );
    assert_eq!(
        texts(&[b"\xef\xbb\xbf[{},{}]\n{}\nsaid: so, and so\n"], false),
        ["{}", "{}", "{}", "said: so, and so"]
    );
    assert_eq!(texts(&[b"[{\"a\":1}\n,{\"b\":2}"], false), ["{\"a\":1}"], "it grows");
    assert_eq!(texts(&[b"[{\"a\":1}\n,{\"b\":2}"], true), ["{\"a\":1}", "{\"b\":2}"]);
    assert_eq!(
        texts(&[b"[2026-01-15] up\n[1,2]\n"], false),
        ["[2026-01-15] up", "[1,2]"]
    );
    assert_eq!(texts(&[b"[", b"\n"], true), ["["]);
    assert_eq!(texts(&[b"[]\n"], false), [""]);
}

#[test]
fn an_array_is_read_on_from_any_of_its_elements() {
    let bytes = b"[{\"a\":1}, {\"b\":2},\n{\"c\":3}]\n";
    let mut lines = Lines::from_offset(0);
    lines.push(bytes);
    let mut ends = vec![0];
    while let Some(line) = lines.next_line() {
        ends.push(line.end);
    }
    assert_eq!(ends.last(), Some(&(bytes.len() as u64)), "nothing is left");
    assert_eq!(lines.rest(), b"");
    for (at, end) in ends.iter().enumerate() {
        let mut lines = Lines::laid_out(*end, lines.layout());
        lines.push(&bytes[usize::try_from(*end).expect("small")..]);
        let mut left = 0;
        while lines.next_line().is_some() {
            left += 1;
        }
        assert_eq!(left, 3 - at);
    }
}

#[test]
fn an_array_in_utf_16_is_read_however_it_is_cut_and_from_any_of_its_elements() {
    let text = "[\r\n  {\"a\": \"},]\\\"\u{1f600}\u{5d}\"},\r\n  {\"b\": [{}, 2]}\r\n]\r\n";
    let read = ["{\"a\": \"},]\\\"\u{1f600}\u{5d}\"}", "{\"b\": [{}, 2]}"];
    for mark in ["\u{feff}", ""] {
        let units: Vec<u16> = mark.encode_utf16().chain(text.encode_utf16()).collect();
        let le: Vec<u8> = units.iter().copied().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = units.iter().copied().flat_map(u16::to_be_bytes).collect();
        for bytes in [le, be] {
            assert_eq!(texts(&[&bytes], true), read);
            for size in [1, 3, 7] {
                let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
                assert_eq!(texts(&pieces, true), read);
            }
            let mut lines = Lines::from_offset(0);
            lines.push(&bytes);
            let end = lines.next_line().expect("an element").end;
            let mut later = Lines::laid_out(end, lines.layout());
            later.push(&bytes[usize::try_from(end).expect("small")..]);
            assert_eq!(later.next_line().expect("the next").text, read[1]);
        }
    }
}

#[test]
fn utf_16_without_its_mark_is_known_by_its_first_brace() {
    let bytes: Vec<u8> = "{\"a\":1}\nb\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(texts(&[&bytes], true), ["{\"a\":1}", "b"]);
}

#[test]
fn utf_16_with_its_mark_is_read() {
    let text = "\u{feff}{\"a\":\"\u{1f600}\u{010a}\"}\r\nb\nrest";
    let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [le, be] {
        let read = ["{\"a\":\"\u{1f600}\u{010a}\"}", "b", "rest"];
        assert_eq!(texts(&[&bytes], true), read);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(texts(&single, true), read);
    }
    let mut lines = Lines::from_offset(0);
    lines.push(b"\xff\xfe{\x00\x00\xd8\x0a\x00");
    assert_eq!(
        lines.next_line().and_then(|line| line.flaw),
        Some(Flaw::NotUtf8),
        "half a pair"
    );
    assert_eq!(
        texts(&[b"\xff\xfe no text\n{}\n"], false)[1],
        "{}",
        "nothing but the mark"
    );
}

proptest! {
    #[test]
    fn any_cut_of_an_array_gives_the_same_elements(
        parts in prop::collection::vec(prop::sample::select(vec!["{\"a\":[1]}", "{}", ",", "\n", " ", "]", "{\"b\":\"]}\"}", "x"]), 0..30),
        size in 1..9_usize,
    ) {
        let bytes = format!("[{{}}{}", parts.concat()).into_bytes();
        let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
        prop_assert_eq!(texts(&[&bytes], false), texts(&pieces, false));
    }
}
