//! The load generator of `make bench`: thousands of people on shared boards, in one thread.
//!
//!     generator load PLAN     people join, edit and are measured; JSON lines on the standard output
//!     generator null [N]      a relay that only passes edits on: what the generator itself can do (but each Nth)
//!     generator history N     N updates of one board, for what starts with a long history
//!
//! One delivery is one person's edit arriving at one other person, however the server packs them: every
//! update received is read, and edits are recognised by their writer's Yjs client id and clock.

mod history;
mod load;
mod null;
mod plan;
mod slow;
mod stats;
mod sys;
mod wires;
mod ws;
mod yjs;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    sys::raise_limits();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[1..] {
        ["null"] => null::run(None),
        ["null", every] => null::run(Some(every.parse().expect("a number of deliveries"))),
        ["history", edits] => history::run(edits.parse().expect("a number of edits")),
        ["load", path] => load::Load::new(plan::read(path)).run(),
        _ => {
            eprintln!("usage: generator load PLAN | generator null [N] | generator history N");
            std::process::exit(2);
        }
    }
}
