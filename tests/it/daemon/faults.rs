//! What happens to a daemon and its store in months, and where it is held that it ends well: the faults
//! that follow those of networks, servers and pages (`cargo test --test faults` has 1 to 73).

use std::{
    fs,
    io::{Write as _, stdout},
    path::Path,
};

/// A fault: its number, what it is, how it ends, and the tests that hold it.
type Row = (u8, &'static str, &'static str, &'static [&'static str]);

const FAULTS: &[Row] = &[
    (
        74,
        "kill -9 in every phase of a write",
        "nothing lost, nothing doubled, nobody asked too soon",
        &[
            "daemon::kills::kills_lose_nothing_double_nothing_and_ask_nobody_too_soon",
            "store::crash::a_kill_in_the_middle_loses_nothing",
        ],
    ),
    (
        75,
        "SIGTERM, and a second one",
        "drained in time, exit 0; the second ends at once",
        &[
            "daemon::signals::a_stop_finishes_what_is_under_way_and_a_restart_does_the_rest",
            "daemon::signals::a_stop_waits_no_longer_than_the_drain_time",
            "daemon::signals::a_second_stop_ends_at_once_and_gives_back",
            "daemon::hangs::stops_end_what_hangs",
        ],
    ),
    (
        76,
        "SIGHUP with a bad file",
        "the old configuration stays; metric 0",
        &["daemon::signals::a_reload_takes_over_a_good_file_and_refuses_a_bad_one"],
    ),
    (
        77,
        "the disk is full",
        "no fetches, page and metrics stay, resumes by itself",
        &[
            "daemon::room::a_full_disk_ends_the_fetching_and_not_the_page_until_there_is_room",
            "daemon::room::it_is_said_before_it_is_full",
        ],
    ),
    (
        78,
        "the database is damaged",
        "refused, with the file and the command that recovers it",
        &[
            "store::sqlite::a_damaged_database_is_refused",
            "store::sqlite::a_row_that_cannot_be_read_does_not_stop_the_claim",
        ],
    ),
    (
        79,
        "a reader that stays",
        "the log is bounded and shrinks after it",
        &["store::sqlite::the_log_shrinks_after_a_long_reader"],
    ),
    (
        80,
        "a second process on one file",
        "refused",
        &[
            "store::sqlite::a_second_store_on_one_file_is_refused",
            "store::place::a_store_is_one_whatever_its_name_and_its_lock",
        ],
    ),
    (
        81,
        "a newer schema; an interrupted migration",
        "refused untouched; nothing of it is left",
        &[
            "store::sqlite::a_newer_schema_is_refused_untouched",
            "store::sqlite::a_migration_that_fails_leaves_nothing",
            "daemon::kills::kills_lose_nothing_double_nothing_and_ask_nobody_too_soon",
        ],
    ),
    (
        82,
        "the clock is set or wrong",
        "waits last as long; no stampede; nobody asked in 1970",
        &[
            "daemon::clock::a_start_after_a_clock_that_ran_ahead_asks_again",
            "daemon::clock::a_clock_that_is_set_while_running_changes_no_wait",
            "daemon::clock::nobody_is_asked_in_1970",
        ],
    ),
    (
        83,
        "suspend and resume",
        "what is due is asked, one by one",
        &[
            "daemon::clock::after_a_sleep_what_is_due_is_asked",
            "store::clock::polls_come_back_one_by_one_after_a_sleep",
        ],
    ),
    (
        84,
        "out of handles",
        "a fault of our own; the page stays",
        &["daemon::hangs::out_of_handles_is_a_fault_of_our_own_and_the_page_stays"],
    ),
    (
        85,
        "a hundred thousand hosts",
        "what is remembered of them is bounded",
        &[
            "fetch::politeness::hosts_are_remembered_within_bounds",
            "fetch::politeness::no_pace_is_forgotten_while_it_binds",
        ],
    ),
    (
        86,
        "reading is slower than fetching",
        "what waits stays in the store, not in memory",
        &["daemon::crawl::no_more_is_under_way_than_may_overlap"],
    ),
    (
        87,
        "a read-only folder",
        "a clear message, exit 2",
        &["store::sqlite::a_read_only_folder_is_named"],
    ),
    (
        88,
        "a log that nobody reads, or whose reader is gone",
        "lines are dropped and counted; work goes on",
        &[
            "daemon::hangs::a_log_that_nobody_reads_holds_nothing_up",
            "daemon::hangs::a_log_whose_reader_is_gone_holds_nothing_up",
        ],
    ),
    (
        89,
        "the port is taken",
        "named, exit 2",
        &["cli::run::a_taken_port_is_named"],
    ),
    (
        90,
        "crowds at its own port",
        "answered in turn; metrics wait for no page",
        &[
            "web::guard::a_herd_of_scrapers_is_answered_in_turn",
            "daemon::port::a_crowd_that_asks_nothing_keeps_nobody_out",
        ],
    ),
    (
        91,
        "mistakes in the configuration",
        "all at once, with line and hint",
        &["config::every_mistake_has_its_exact_message"],
    ),
    (
        92,
        "a hostile title on the page",
        "escaped; nothing runs or loads",
        &[
            "web::browser::hostile_texts_do_nothing_and_the_policy_refuses_nothing_of_ours",
            "web::pages::a_kept_page_is_shown_without_what_runs_or_loads",
        ],
    ),
    (
        93,
        "reviews from other sites",
        "refused; the token where there is one",
        &[
            "web::guard::other_sites_cannot_write",
            "web::guard::writing_needs_the_token_once_there_is_one",
        ],
    ),
    (
        94,
        "names of sources as labels",
        "escaped, bounded",
        &[
            "metrics::every_family_follows_the_conventions",
            "metrics::sources_beyond_the_cap_share_a_label",
        ],
    ),
    (
        95,
        "the webhook's receiver is down",
        "kept, sent again under the same key",
        &[
            "daemon::webhooks::a_receiver_that_was_down_is_told_when_it_is_back",
            "daemon::webhooks::no_parcel_and_no_channel_holds_up_another",
        ],
    ),
    (
        96,
        "a storm of flags",
        "at most one notification a second and channel",
        &["notify::a_channel_gets_at_most_one_a_second"],
    ),
    (
        97,
        "a worker dies with leases",
        "others take them over once they end",
        &[
            "daemon::workers::another_worker_takes_over_what_a_killed_one_had",
            "daemon::fleet::nothing_is_lost_by_workers_who_are_killed_again_and_again",
        ],
    ),
    (
        98,
        "the database restarts in mid-claim",
        "nothing lost, nothing stored twice",
        &[
            "daemon::servers::a_server_that_is_stopped_and_started_amid_all_that_loses_nothing",
            "daemon::servers::a_server_that_crashes_amid_all_that_loses_nothing",
            "daemon::workers::workers_whose_connections_are_cut_lose_nothing",
        ],
    ),
    (
        99,
        "the primary dies, a standby is promoted",
        "workers find it by themselves; an old owner changes nothing",
        &[
            "daemon::servers::a_standby_takes_over_and_nobody_need_be_told",
            "daemon::workers::a_worker_that_was_frozen_past_its_lease_changes_nothing",
            "store::queue::an_expired_lease_passes_on_and_the_late_owner_changes_nothing",
        ],
    ),
    (
        100,
        "a worker is cut off from the database",
        "it stops asking before its leases end",
        &[
            "daemon::servers::a_worker_that_is_cut_off_stops_asking_before_its_leases_end",
            "daemon::servers::a_worker_in_another_part_of_the_network_stops_asking_before_its_leases_end",
            "daemon::servers::a_worker_whose_server_falls_silent_says_so_and_goes_on_by_itself",
        ],
    ),
    (
        101,
        "two workers, one host",
        "the gap never falls below the delay",
        &[
            "daemon::workers::two_workers_ask_one_host_no_faster_than_one",
            "daemon::workers::workers_ask_hosts_at_one_address_no_faster_than_one_worker",
        ],
    ),
    (
        102,
        "a deadlock or a serialisation error",
        "tried again as a whole",
        &[
            "store::writers::what_ends_in_a_deadlock_or_cannot_be_put_in_order_is_tried_again_as_a_whole",
            "store::completion::sixteen_writers_at_once_lose_nothing",
        ],
    ),
    (
        103,
        "workers of two versions",
        "the older ones go on, and do not begin anew",
        &[
            "daemon::servers::workers_go_on_beside_a_newer_version_and_older_ones_do_not_begin",
            "store::writers::whoever_is_at_work_goes_on_when_a_table_gets_another_column",
        ],
    ),
    (
        104,
        "all connections are taken",
        "whoever asks waits",
        &[
            "store::writers::whoever_asks_for_more_than_there_are_connections_waits_and_is_not_turned_away",
        ],
    ),
];

#[test]
fn every_fault_has_its_tests() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut out = stdout();
    let mut missing = Vec::new();
    for (number, fault, end, held) in FAULTS {
        writeln!(out, "{number:>5}  {fault:<52} {end}").unwrap();
        for test in *held {
            let (module, name) = test.rsplit_once("::").unwrap();
            let file = tests.join(module.replace("::", "/")).with_extension("rs");
            let source = fs::read_to_string(&file).unwrap_or_default();
            if !source.contains(&format!("fn {name}(")) {
                missing.push(format!("{number}: {test}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(FAULTS.iter().map(|row| row.0).eq(74..=104));
}
