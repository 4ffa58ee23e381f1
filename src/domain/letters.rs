//! Upper and lower case of Latin, Greek and Cyrillic letters.
//!
//! The standard library covers all of Unicode, but its tables would be a fiftieth of what the browser downloads.

/// The text in lower case, for a case-insensitive search.
pub fn lower(text: &str) -> String {
    text.chars().map(lower_letter).collect()
}

/// A word with its first letter in upper case: `Plan`.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        [upper_letter(first)].into_iter().chain(letters).collect()
    })
}

fn lower_letter(letter: char) -> char {
    moved(
        letter,
        match letter {
            'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' => 32,
            'Ѐ'..='Џ' => 80,
            'Ā'..='Į' | 'Ĳ'..='Ķ' | 'Ŋ'..='Ŷ' if is_even(letter) => 1,
            'Ĺ'..='Ň' | 'Ź'..='Ž' if !is_even(letter) => 1,
            _ => 0,
        },
    )
}

fn upper_letter(letter: char) -> char {
    moved(
        letter,
        match letter {
            'a'..='z' | 'à'..='ö' | 'ø'..='þ' | 'α'..='ρ' | 'σ'..='ϋ' | 'а'..='я' => -32,
            'ѐ'..='џ' => -80,
            'ā'..='į' | 'ĳ'..='ķ' | 'ŋ'..='ŷ' if !is_even(letter) => -1,
            'ĺ'..='ň' | 'ź'..='ž' if is_even(letter) => -1,
            _ => 0,
        },
    )
}

fn is_even(letter: char) -> bool {
    u32::from(letter).is_multiple_of(2)
}

fn moved(letter: char, by: i32) -> char {
    u32::from(letter)
        .checked_add_signed(by)
        .and_then(char::from_u32)
        .unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_of_europe_are_as_in_the_standard_library() {
        let latin_greek_cyrillic = ('\0'..='\u{17e}')
            .chain('\u{391}'..='\u{3cb}')
            .chain('\u{400}'..='\u{45f}');
        // Letters that become two, have no other case, or have their other case elsewhere.
        let odd = ['İ', 'ı', 'ß', 'ŉ', 'µ', 'ÿ', 'Ÿ', 'ς', 'ά', 'έ', 'ή', 'ί', 'ΰ'];
        for letter in latin_greek_cyrillic.filter(|letter| !odd.contains(letter)) {
            assert_eq!(
                lower(&letter.to_string()),
                letter.to_lowercase().to_string(),
                "{letter}"
            );
            assert_eq!(
                capital(&letter.to_string()),
                letter.to_uppercase().to_string(),
                "{letter}"
            );
        }
    }

    #[test]
    fn only_the_first_letter_of_a_word_is_raised() {
        assert_eq!(capital("plan"), "Plan");
        assert_eq!(capital("übergabe an B"), "Übergabe an B");
        assert_eq!(capital(""), "");
        assert_eq!(lower("ÜBER & Co Ελλάδα Ёлка"), "über & co ελλάδα ёлка");
    }
}
