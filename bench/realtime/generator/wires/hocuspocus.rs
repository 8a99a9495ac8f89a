//! Hocuspocus 4: messages of (document name, kind, content) over one WebSocket.

use crate::load::Load;
use crate::ws;
use crate::yjs::{write_text, write_uint, Reader};

const SYNC: u64 = 0;
const AUTHENTICATION: u64 = 2;
const SYNC_REPLY: u64 = 4;
const SYNC_STATUS: u64 = 8;
const STEP_1: u64 = 0;
const STEP_2: u64 = 1;
const UPDATE: u64 = 2;

fn head(load: &Load, index: usize, kind: u64, step: u64) -> Vec<u8> {
    let mut out = Vec::new();
    write_text(&mut out, &load.plan.boards[load.people[index].board]);
    write_uint(&mut out, kind);
    write_uint(&mut out, step);
    out
}

pub fn opened(load: &mut Load, index: usize) {
    let mut out = head(load, index, AUTHENTICATION, 0);
    write_text(&mut out, "token");
    write_text(&mut out, "4.7.0");
    load.send(index, ws::BINARY, &out);
    let mut out = head(load, index, SYNC, STEP_1);
    out.extend_from_slice(&[1, 0]); // an empty state vector
    load.send(index, ws::BINARY, &out);
}

pub fn send_update(load: &mut Load, index: usize, update: &[u8], end: u64) {
    let mut out = head(load, index, SYNC, UPDATE);
    write_uint(&mut out, update.len() as u64);
    out.extend_from_slice(update);
    load.send(index, ws::BINARY, &out);
    load.people[index].number += 1;
    load.expect_acknowledgement(index, end);
}

pub fn message(load: &mut Load, index: usize, payload: &[u8]) {
    let mut reader = Reader::new(payload);
    reader.bytes();
    match reader.uint() {
        SYNC | SYNC_REPLY => match reader.uint() {
            STEP_1 => {
                let mut out = head(load, index, SYNC, STEP_2);
                out.extend_from_slice(&[2, 0, 0]); // nothing it has not
                load.send(index, ws::BINARY, &out);
                load.push(index);
            }
            STEP_2 => load.hold(index, reader.bytes()),
            _ => {
                let update = reader.bytes();
                load.receive_update(index, update);
            }
        },
        AUTHENTICATION => {
            if reader.uint() == 1 {
                load.refusals.push("permission denied".into());
            }
        }
        SYNC_STATUS => {
            // One status for our step 2, then one for each update, in order: applied, not stored.
            load.people[index].handle += 1;
            if load.people[index].handle == 1 {
                return;
            }
            if let Some((number, _, _)) = load.people[index].batches.front().copied() {
                load.acknowledge(index, number);
            }
        }
        _ => {}
    }
}
