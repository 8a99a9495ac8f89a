//! A bare Socket.IO relay: join a room, bytes are passed on to it. Nothing is kept or checked.

use super::send_text;
use crate::load::{Attachment, Load, State};
use crate::ws;

pub fn send_update(load: &mut Load, index: usize, update: &[u8]) {
    send_text(load, index, "451-[\"u\",{\"_placeholder\":true,\"num\":0}]");
    load.send(index, ws::BINARY, update);
}

pub fn message(load: &mut Load, index: usize, is_text: bool, payload: &[u8]) {
    if !is_text {
        if std::mem::replace(&mut load.people[index].attachment, Attachment::Nothing) == Attachment::Update {
            load.receive_update(index, payload);
        }
        return;
    }
    let text = std::str::from_utf8(payload).expect("UTF-8");
    if text.starts_with("451-[\"u\"") {
        load.people[index].attachment = Attachment::Update;
    } else if text == "2" {
        send_text(load, index, "3");
    } else if text.starts_with('0') {
        send_text(load, index, "40");
    } else if text.starts_with("40") {
        load.people[index].state = State::Joining;
        let join = format!("420[\"join\",\"{}\"]", load.plan.boards[load.people[index].board]);
        send_text(load, index, &join);
    } else if text.starts_with("430") {
        load.hold(index, &[0, 0]);
    }
    load.push(index);
}
