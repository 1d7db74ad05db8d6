//! Scenarios made by hand.

use crate::{
    screen::{Session, options},
    world::{self, START},
};

#[test]
fn members_stand_beside_their_pods_and_nodes() {
    let mut session = Session::new(options(), START, (120, 40));
    session.feed(world::checkout());
    session.press("2 enter");
    let screen = session.screen();
    println!("{screen}");
    screen.assert_cell("client-m1", "POD", "● shop/checkout-5f7d-aaaaa");
}
