//! Names and values as in the query of an address (`application/x-www-form-urlencoded`).

/// The pairs of a query, decoded.
pub fn pairs(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

/// `a+b%20c` is `a b c`; invalid UTF-8 becomes the replacement character.
pub fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |at: usize| bytes.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        match (bytes[at], hex(at + 1).zip(hex(at + 2))) {
            (b'%', Some((high, low))) => {
                plain.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', _) => plain.push(b' '),
            (byte, _) => plain.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// A text as one value of a query.
pub fn escape(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            escaped.push(char::from(HEX[usize::from(byte >> 4)]));
            escaped.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    escaped
}

/// An address of a path and pairs.
pub fn address(path: &str, pairs: &[(&str, String)]) -> String {
    let mut address = path.to_owned();
    for (at, (name, value)) in pairs.iter().enumerate() {
        address.push(if at == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.push_str(&escape(value));
    }
    address
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn broken_escapes_stand_for_themselves() {
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
        assert_eq!(decoded("%+1"), "% 1");
        assert_eq!(decoded("%ff"), "\u{fffd}");
    }

    proptest! {
        #[test]
        fn what_was_written_into_an_address_is_read_out_of_it(values in prop::collection::vec(".{0,12}", 0..4)) {
            let written: Vec<(&str, String)> = values.iter().map(|value| ("name", value.clone())).collect();
            let address = address("/", &written);
            let query = address.split_once('?').map_or("", |(_, query)| query);
            let read: Vec<String> = pairs(query).map(|(_, value)| value).collect();
            prop_assert_eq!(read, values);
        }
    }
}
