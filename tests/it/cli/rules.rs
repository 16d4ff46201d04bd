//! `rules` and `explain`.

use super::{err, out, run};

#[test]
fn every_rule_can_be_explained_and_a_misspelt_one_is_guessed() {
    let listed = out(&run(&["rules"]));
    for about in benggala::score::rules() {
        assert!(listed.contains(about.rule), "{} is not listed", about.rule);
        let output = run(&["explain", about.rule]);
        assert_eq!(output.status.code(), Some(0));
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words(&out(&output)).contains(&words(about.why)),
            "{}",
            out(&output)
        );
    }
    let output = run(&["explain", "isolated-plaice"]);
    assert_eq!(output.status.code(), Some(2));
    let told = err(&output);
    assert!(told.contains("did you mean `isolated-place`?"), "{told}");
    let told = err(&run(&["explain", "weather"]));
    assert!(!told.contains("did you mean"), "{told}");
}
