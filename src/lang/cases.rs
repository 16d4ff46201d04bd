//! How names are declined, where they are: "Западной Бенгалии" is "Западная Бенгалия".

/// Endings of a language's names, one row a declension, one column a case. Rough on purpose: a
/// form that does not exist is never met.
#[derive(Debug, Clone, Default)]
pub struct Cases(Vec<Vec<String>>);

impl Cases {
    /// Rows of endings separated by white space, the nominative first; `-` stands for none.
    pub(super) fn parse(rows: &[String]) -> Cases {
        let ending = |ending: &str| ending.trim_start_matches('-').to_string();
        Cases(
            rows.iter()
                .map(|row| row.split_whitespace().map(ending).collect())
                .collect(),
        )
    }

    /// `name` in every case, itself first. Words that no declension fits stay as they are.
    pub(super) fn forms(&self, name: &str) -> Vec<String> {
        let cases = self.0.iter().map(Vec::len).max().unwrap_or(0);
        let mut forms = vec![name.to_string()];
        for case in 1..cases {
            let words = name.split(' ').map(|word| self.form(word, case));
            let form = words.collect::<Vec<_>>().join(" ");
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        forms
    }

    fn form(&self, word: &str, case: usize) -> String {
        let declension = self.0.iter().find_map(|endings| {
            let stem = word.strip_suffix(endings.first()?.as_str())?;
            Some((stem, endings.get(case)?))
        });
        declension.map_or_else(
            || word.to_string(),
            |(stem, ending)| format!("{stem}{ending}"),
        )
    }
}
