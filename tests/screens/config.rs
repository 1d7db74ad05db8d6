//! What a config file that is saved while the screen is up changes at once.

use std::{collections::BTreeMap, time::Duration};

use plimsoll::{
    app::{ConfigNews, Effect, Keymap, ListName, Mode, Msg, Notice, PaneId},
    model::WorkloadId,
    plan::Task,
};

use super::acting::{Play, assert_has};

/// A file that says nothing new.
fn nothing() -> ConfigNews {
    ConfigNews {
        theme: None,
        ascii: None,
        mouse: None,
        read_only: false,
        production: None,
        cadence: None,
        keymap: None,
        columns: Vec::new(),
        owners: None,
        said: Notice::new("config.toml: read again"),
    }
}

fn save(play: &mut Play, news: ConfigNews) -> Vec<Effect> {
    let now = play.session.now;
    let news = Msg::Config(Box::new(news));
    play.session.app.handle(news, now)
}

#[test]
fn looks_keys_and_columns_hold_at_once() {
    let mut play = Play::guarded((120, 40));
    play.press("2");
    play.session.screen().assert_has("TREND");
    let mut keymap = Keymap::default();
    keymap.bind("show-topics", &["f9".to_owned()]).unwrap();
    let columns = vec![(
        ListName::pane(PaneId::Groups),
        Some(vec!["LAG".to_owned(), "GROUP".to_owned()]),
    )];
    let cadence = (Duration::from_secs(30), Duration::from_secs(60));
    let effects = save(
        &mut play,
        ConfigNews {
            theme: Some("light".to_owned()),
            ascii: Some(true),
            mouse: Some(false),
            production: Some(true),
            cadence: Some(cadence),
            keymap: Some(keymap),
            columns,
            ..nothing()
        },
    );
    assert_eq!(
        effects,
        [
            Effect::Mouse(false),
            Effect::Theme("light".to_owned()),
            Effect::Cadence {
                kafka: cadence.0,
                prometheus: cadence.1
            },
        ]
    );
    let text = play.text();
    assert_has(&text, &["config.toml: read again", "PRODUCTION"]);
    assert!(!text.contains("TREND") && !text.contains('│'), "{text}");
    play.press("f9");
    assert_has(&play.text(), &["Topics"]);
}

#[test]
fn what_was_chosen_by_a_key_stays_where_the_file_says_nothing_new() {
    let mut play = Play::guarded((120, 40));
    play.press("3 C space enter");
    let before = play.session.app.options.prefs.columns.clone();
    save(&mut play, nothing());
    assert_eq!(play.session.app.options.prefs.columns, before);
}

#[test]
fn an_owner_that_is_named_holds_for_a_group_that_was_read_before() {
    let mut play = Play::guarded((120, 40));
    let owner = |play: &mut Play| {
        play.session.screen();
        let picture = &play.session.app.picture;
        let owner = picture.index.owner_of(&picture.site, "fraud").unwrap();
        owner.link().to.map(|id| id.to_string())
    };
    assert_eq!(
        owner(&mut play).as_deref(),
        Some("finance/Deployment/fraud")
    );
    let named = WorkloadId::parse("shop/Deployment/checkout").unwrap();
    let owners = BTreeMap::from([("fraud".into(), named)]);
    save(
        &mut play,
        ConfigNews {
            owners: Some(owners),
            ..nothing()
        },
    );
    assert_eq!(
        owner(&mut play).as_deref(),
        Some("shop/Deployment/checkout")
    );
    save(
        &mut play,
        ConfigNews {
            owners: Some(BTreeMap::new()),
            ..nothing()
        },
    );
    assert_eq!(
        owner(&mut play).as_deref(),
        Some("finance/Deployment/fraud")
    );
}

#[test]
fn read_only_locks_at_once_and_what_was_sent_still_gets_its_line() {
    let locked = || ConfigNews {
        read_only: true,
        ..nothing()
    };
    // Nobody is asked any more.
    let mut play = Play::guarded((120, 40));
    play.press("1 enter s 6 enter y");
    assert!(matches!(play.session.app.mode, Mode::Dialog(_)));
    save(&mut play, locked());
    assert_eq!(play.session.app.mode, Mode::Normal);
    assert_has(&play.text(), &["READ-ONLY"]);
    play.press("s 6 enter y tab enter U");
    assert!(
        play.orders
            .iter()
            .all(|order| matches!(order.task, Task::Try(_)))
    );
    assert_eq!(play.orders.len(), 1);
    // What is under way is followed to its end, and the journal says so.
    let mut play = Play::guarded((120, 40));
    play.press("1 enter s 6 enter y tab enter");
    save(&mut play, locked());
    play.until_over(120);
    assert!(matches!(
        play.orders.last().map(|order| &order.task),
        Some(Task::Close(_))
    ));
    // It is never taken back.
    save(&mut play, nothing());
    assert!(play.session.app.options.read_only);
}
