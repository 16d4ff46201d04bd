//! What was typed wrongly is answered with how it looks.

use super::{err, run};

#[test]
fn a_value_that_is_none_is_shown_one() {
    for (args, example) in [
        (
            &["backfill", "a", "--since", "31.01.2020"][..],
            "2020-01-31",
        ),
        (&["backfill", "a", "--since", "2020-02-30"], "2020-01-31"),
        (
            &["backfill", "a", "--since", "2020-01-31", "--limit", "0"],
            "500",
        ),
        (&["demo", "--for", "abc"], "60s"),
        (&["demo", "--listen", "9731"], "127.0.0.1:9630"),
        (&["doctor", "--sources", "x"], "3"),
        (&["batch", "--threads", "0"], "4"),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let told = format!("write for example {example}");
        assert!(err(&output).contains(&told), "{args:?}: {}", err(&output));
    }
}
