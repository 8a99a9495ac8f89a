//! How each server is spoken to: the upgrade, joining, an edit, what arrives.

mod etabli;
mod hocuspocus;
mod socketio;
mod tldraw;
mod ywebsocket;

use crate::load::{Load, State};
use crate::plan::Wire;
use crate::ws;

/// The request that opens the WebSocket.
pub fn upgrade_request(load: &Load, index: usize) -> String {
    let board = &load.plan.boards[load.people[index].board];
    let path = match load.plan.wire {
        Wire::Etabli | Wire::SocketIo => "/socket.io/?EIO=4&transport=websocket".into(),
        Wire::Hocuspocus => "/".into(),
        Wire::YWebsocket => format!("/{board}"),
        Wire::Tldraw => format!("/{board}?session=s{index}"),
    };
    let port = load.plan.port;
    let cookie = match load.plan.people[index].cookie.as_str() {
        "-" => String::new(),
        cookie => format!("Cookie: {cookie}\r\n"),
    };
    format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{cookie}\r\n"
    )
}

/// The WebSocket is open.
pub fn opened(load: &mut Load, index: usize) {
    match load.plan.wire {
        Wire::Etabli | Wire::SocketIo => {}
        Wire::Hocuspocus => hocuspocus::opened(load, index),
        Wire::YWebsocket => ywebsocket::opened(load, index),
        Wire::Tldraw => tldraw::opened(load, index),
    }
}

/// A message arrived.
pub fn message(load: &mut Load, index: usize, is_text: bool, payload: &[u8]) {
    match load.plan.wire {
        Wire::Etabli => etabli::message(load, index, is_text, payload),
        Wire::SocketIo => socketio::message(load, index, is_text, payload),
        Wire::Hocuspocus => hocuspocus::message(load, index, payload),
        Wire::YWebsocket => ywebsocket::message(load, index, payload),
        Wire::Tldraw => tldraw::message(load, index, payload),
    }
}

/// The writer's note is made; servers that acknowledge are waited for.
pub fn create_note(load: &mut Load, index: usize) {
    if load.plan.wire == Wire::Tldraw {
        tldraw::create_note(load, index);
        return;
    }
    let id = format!("n{}", load.plan.base + index as u64);
    let author = load.people[index].key.clone();
    let update = load.people[index].writer.create(&id, &author);
    let end = load.people[index].writer.clock;
    send_update(load, index, &update, end);
    if !matches!(load.plan.wire, Wire::Etabli | Wire::Hocuspocus) {
        load.people[index].state = State::Ready;
    }
}

/// One edit leaves.
pub fn send_update(load: &mut Load, index: usize, update: &[u8], end: u64) {
    match load.plan.wire {
        Wire::Etabli => etabli::send_update(load, index, update, end),
        Wire::SocketIo => socketio::send_update(load, index, update),
        Wire::Hocuspocus => hocuspocus::send_update(load, index, update, end),
        Wire::YWebsocket => ywebsocket::send_update(load, index, update),
        Wire::Tldraw => tldraw::send_edit(load, index, end),
    }
    load.push(index);
}

fn send_text(load: &mut Load, index: usize, text: &str) {
    load.send(index, ws::TEXT, text.as_bytes());
}

/// The number after `name` in JSON text.
fn number_after(text: &str, name: &str) -> Option<u64> {
    let at = text.find(name)? + name.len();
    let digits: String = text[at..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
