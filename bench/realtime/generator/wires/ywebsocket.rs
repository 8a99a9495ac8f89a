//! y-websocket: the sync protocol of Yjs, one document per connection.

use crate::load::Load;
use crate::ws;
use crate::yjs::{write_uint, Reader};

pub fn opened(load: &mut Load, index: usize) {
    load.send(index, ws::BINARY, &[0, 0, 1, 0]); // sync, step 1, an empty state vector
}

pub fn send_update(load: &mut Load, index: usize, update: &[u8]) {
    let mut out = vec![0, 2];
    write_uint(&mut out, update.len() as u64);
    out.extend_from_slice(update);
    load.send(index, ws::BINARY, &out);
}

pub fn message(load: &mut Load, index: usize, payload: &[u8]) {
    let mut reader = Reader::new(payload);
    if reader.uint() != 0 {
        return;
    }
    match reader.uint() {
        0 => {
            load.send(index, ws::BINARY, &[0, 1, 2, 0, 0]); // step 2: nothing it has not
            load.push(index);
        }
        1 => load.hold(index, reader.bytes()),
        _ => {
            let update = reader.bytes();
            load.receive_update(index, update);
        }
    }
}
