//! tldraw sync: JSON messages; a note is a shape, an edit a patch of its place, whose x is the edit's number.

use super::{number_after, send_text};
use crate::load::{Load, State};

pub fn opened(load: &mut Load, index: usize) {
    let text = format!(
        "{{\"type\":\"connect\",\"connectRequestId\":\"c{index}\",\"lastServerClock\":-1,\"protocolVersion\":8,\"schema\":{}}}",
        load.plan.schema
    );
    send_text(load, index, &text);
}

fn send_push(load: &mut Load, index: usize, diff: &str) {
    load.people[index].number += 1;
    let text = format!("{{\"type\":\"push\",\"clientClock\":{},\"diff\":{diff}}}", load.people[index].number);
    send_text(load, index, &text);
}

fn shape(load: &Load, index: usize) -> String {
    format!("shape:n{}", load.plan.base + index as u64)
}

pub fn create_note(load: &mut Load, index: usize) {
    let id = shape(load, index);
    let diff = format!(
        "{{\"{id}\":[\"put\",{{\"id\":\"{id}\",\"typeName\":\"shape\",\"type\":\"note\",\"x\":0,\"y\":0,\"rotation\":0,\"index\":\"a1\",\
         \"parentId\":\"page:page\",\"isLocked\":false,\"opacity\":1,\"meta\":{{}},\"props\":{{\"color\":\"yellow\",\
         \"richText\":{{\"type\":\"doc\",\"content\":[{{\"type\":\"paragraph\"}}]}},\"labelColor\":\"black\",\"size\":\"m\",\"font\":\"draw\",\
         \"fontSizeAdjustment\":0,\"align\":\"middle\",\"verticalAlign\":\"middle\",\"growY\":0,\"url\":\"\",\"scale\":1,\
         \"textLastEditedBy\":null}}}}]}}"
    );
    send_push(load, index, &diff);
    load.expect_acknowledgement(index, 0);
    load.push(index);
}

pub fn send_edit(load: &mut Load, index: usize, number: u64) {
    let id = shape(load, index);
    let diff = format!("{{\"{id}\":[\"patch\",{{\"x\":[\"put\",{number}],\"y\":[\"put\",{}]}}]}}", number * 3 % 3000);
    send_push(load, index, &diff);
    load.expect_acknowledgement(index, number);
}

pub fn message(load: &mut Load, index: usize, payload: &[u8]) {
    let text = std::str::from_utf8(payload).expect("UTF-8");
    if load.people[index].state < State::Joined {
        if load.plan.inspect {
            read_records(load, index, text);
        }
        if text.contains("\"type\":\"connect\"") {
            load.hold(index, &[0, 0]);
            load.people[index].document_bytes = payload.len();
        } else {
            load.refusals.push(text.chars().take(200).collect());
        }
        return;
    }
    let mut rest = text;
    while let Some(at) = rest.find("\"shape:n") {
        rest = &rest[at + 8..];
        let client = number_after(rest, "").unwrap_or(0);
        let record = &rest[..rest[1..].find("\"shape:n").map_or(rest.len(), |next| next + 1)];
        if let (Some(number), Some(writer)) = (number_after(record, "\"x\":[\"put\","), client.checked_sub(load.plan.base)) {
            load.arrive_all(index, writer as usize, number);
        }
    }
    rest = text;
    while let Some(at) = rest.find("\"push_result\"") {
        rest = &rest[at + 13..];
        match number_after(rest, "\"clientClock\":") {
            Some(number) if !rest[..rest.len().min(120)].contains("\"discard\"") => load.acknowledge(index, number),
            _ => load.refusals.push(rest.chars().take(200).collect()),
        }
    }
}

fn read_records(load: &mut Load, index: usize, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find("\"shape:n") {
        rest = &rest[at + 8..];
        let client = number_after(rest, "").unwrap_or(0);
        if (load.plan.inspect_base..load.plan.inspect_base + 8192).contains(&client) {
            let number = number_after(rest, "\"x\":").unwrap_or(0);
            load.note_clock(index, client, number);
        }
    }
}
