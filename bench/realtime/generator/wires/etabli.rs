//! L'Établi: Socket.IO with a cookie and a ticket; see docs/protocol.md.

use super::{number_after, send_text};
use crate::load::{Attachment, Load, State};
use crate::ws;
use crate::yjs::{write_uint, Reader};

const UPDATE: &str = "451-[\"u\",{\"_placeholder\":true,\"num\":0}]";

pub fn send_update(load: &mut Load, index: usize, update: &[u8], end: u64) {
    load.people[index].number += 1;
    let mut payload = Vec::with_capacity(update.len() + 8);
    write_uint(&mut payload, load.people[index].handle);
    write_uint(&mut payload, load.people[index].number);
    payload.extend_from_slice(update);
    send_text(load, index, UPDATE);
    load.send(index, ws::BINARY, &payload);
    load.expect_acknowledgement(index, end);
}

pub fn message(load: &mut Load, index: usize, is_text: bool, payload: &[u8]) {
    if is_text {
        read_text(load, index, std::str::from_utf8(payload).expect("UTF-8"));
        load.push(index);
        return;
    }
    let person = &mut load.people[index];
    person.attachments = person.attachments.saturating_sub(1);
    let what = person.attachment;
    match what {
        Attachment::Update => read_updates(load, index, payload),
        Attachment::Answer if load.people[index].attachments == 0 && load.people[index].snapshot.is_empty() => {
            load.hold(index, payload);
        }
        _ => {}
    }
    let person = &mut load.people[index];
    if person.attachments == 0 {
        person.attachment = Attachment::Nothing;
        if what == Attachment::Answer && person.state == State::Fetching {
            let path = person.snapshot.clone();
            load.fetch(index, &path);
        }
    }
}

fn read_updates(load: &mut Load, index: usize, payload: &[u8]) {
    let mut reader = Reader::new(payload);
    reader.uint();
    reader.uint();
    while !reader.is_done() {
        let update = reader.bytes();
        load.receive_update(index, update);
    }
}

fn read_text(load: &mut Load, index: usize, text: &str) {
    let person = &mut load.people[index];
    if text.starts_with("451-[\"u\"") {
        (person.attachment, person.attachments) = (Attachment::Update, 1);
    } else if text.starts_with("42[\"a\"") {
        let number = number_after(text, "\"n\":").expect("n");
        load.acknowledge(index, number);
    } else if text == "2" {
        send_text(load, index, "3");
    } else if text.starts_with('0') {
        let ticket = &load.plan.people[index].ticket;
        let greeting = format!("40{{\"ticket\":\"{ticket}\",\"v\":1}}");
        send_text(load, index, &greeting);
    } else if text.starts_with("40") {
        person.state = State::Joining;
        let board = person.board;
        let join = format!("420[\"join\",{{\"doc\":{},\"sv\":null}}]", load.plan.boards[board]);
        send_text(load, index, &join);
    } else if text.starts_with("46") {
        person.attachments = number_after(text, "46").expect("attachments") as usize;
        person.attachment = Attachment::Answer;
        person.handle = number_after(text, "\"handle\":").expect("handle");
        if let Some(at) = text.find("\"snapshot\":\"") {
            person.snapshot = text[at + 12..].split('"').next().unwrap_or("").into();
            person.state = State::Fetching;
        }
    } else if text.starts_with("45") {
        person.attachments = number_after(text, "45").expect("attachments") as usize;
        person.attachment = Attachment::Ignored;
        if text.contains("[\"r\"") {
            load.refusals.push(text.into());
        }
    } else if text.starts_with("43") || text.starts_with("44") {
        load.refusals.push(text.into());
    } else if text.starts_with("42[\"x\"") && text.contains("resync") {
        load.resyncs += 1;
    }
}
