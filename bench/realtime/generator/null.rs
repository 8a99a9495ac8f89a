//! A relay that keeps nothing and checks nothing, in the sync protocol of Yjs: the floor under every figure.
//!
//! What arrives in one turn leaves in one write per receiver. To show that losses are seen, it can leave out
//! every so many deliveries.

use crate::sys::{self, Poll, READABLE, WRITABLE};
use crate::ws;
use std::collections::HashMap;

struct Peer {
    fd: i32,
    room: Option<String>,
    input: Vec<u8>,
    output: Vec<u8>,
    waits: bool,
}

pub fn run(leaves_out: Option<u64>) {
    let mut passed = 0;
    let (listener, port) = sys::listen_local();
    println!("listening {port}");
    let mut poll = Poll::new();
    poll.add(listener, READABLE, 0);
    let mut peers: HashMap<u64, Peer> = HashMap::new();
    let mut rooms: HashMap<String, Vec<u64>> = HashMap::new();
    let mut last = 0;
    let mut buffer = vec![0; 65536];
    loop {
        let mut touched: Vec<u64> = Vec::new();
        for event in poll.wait(1_000_000_000) {
            let (events, token) = (event.events, event.token);
            if token == 0 {
                while let Some(fd) = sys::accept(listener) {
                    last += 1;
                    poll.add(fd, READABLE, last);
                    peers.insert(last, Peer { fd, room: None, input: vec![], output: vec![], waits: false });
                }
                continue;
            }
            let Some(peer) = peers.get_mut(&token) else { continue };
            if events & WRITABLE != 0 {
                flush(&poll, peer, token);
            }
            if events & !WRITABLE == 0 {
                continue;
            }
            match sys::receive(peer.fd, &mut buffer) {
                None => continue,
                Some(0) => {
                    let peer = peers.remove(&token).expect("a peer");
                    sys::shut(peer.fd);
                    if let Some(members) = peer.room.and_then(|room| rooms.get_mut(&room)) {
                        members.retain(|member| *member != token);
                    }
                    continue;
                }
                Some(count) => peer.input.extend_from_slice(&buffer[..count]),
            }
            if peer.room.is_none() && !greet(peer, token, &mut rooms) {
                continue;
            }
            let updates = take_updates(peer);
            flush(&poll, peer, token);
            let members = &rooms[peer.room.as_ref().expect("a room")];
            for update in updates {
                let mut frame = Vec::with_capacity(update.len() + 8);
                ws::write(&mut frame, ws::BINARY, &update, None);
                for member in members {
                    if let Some(other) = peers.get_mut(member).filter(|_| *member != token) {
                        passed += 1;
                        if leaves_out.is_some_and(|every| passed % every == 0) {
                            continue;
                        }
                        if other.output.is_empty() {
                            touched.push(*member);
                        }
                        other.output.extend_from_slice(&frame);
                    }
                }
            }
        }
        for token in touched {
            if let Some(peer) = peers.get_mut(&token).filter(|peer| !peer.waits) {
                flush(&poll, peer, token);
            }
        }
    }
}

/// Answer the upgrade once it is whole. The accept key belongs to the key that this generator always sends.
fn greet(peer: &mut Peer, token: u64, rooms: &mut HashMap<String, Vec<u64>>) -> bool {
    let Some(end) = peer.input.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&peer.input[..end]).into_owned();
    let room = head.split(' ').nth(1).unwrap_or("/").to_string();
    peer.input.drain(..end + 4);
    peer.output.extend_from_slice(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
          Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
    );
    rooms.entry(room.clone()).or_default().push(token);
    peer.room = Some(room);
    true
}

/// The updates among the whole messages received; a state vector is answered by an empty document.
fn take_updates(peer: &mut Peer) -> Vec<Vec<u8>> {
    let mut updates = Vec::new();
    let mut used = 0;
    while let Some(frame) = ws::read(&peer.input[used..]) {
        let mut payload = peer.input[used + frame.start..used + frame.end].to_vec();
        used += frame.end;
        if let Some(mask) = frame.mask {
            payload.iter_mut().enumerate().for_each(|(index, byte)| *byte ^= mask[index & 3]);
        }
        match payload.get(..2) {
            Some([0, 0]) => ws::write(&mut peer.output, ws::BINARY, &[0, 1, 2, 0, 0], None),
            Some([0, 2]) => updates.push(payload),
            _ => {}
        }
    }
    peer.input.drain(..used);
    updates
}

fn flush(poll: &Poll, peer: &mut Peer, token: u64) {
    let sent = sys::transmit(peer.fd, &peer.output).unwrap_or(peer.output.len());
    peer.output.drain(..sent);
    if peer.waits == peer.output.is_empty() {
        peer.waits = !peer.waits;
        poll.change(peer.fd, if peer.waits { READABLE | WRITABLE } else { READABLE }, token);
    }
}
