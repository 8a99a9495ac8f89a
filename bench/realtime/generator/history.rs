//! The updates of a board with a long life: its people edit in turn. Each is preceded by its length (u32, little-endian).

use crate::yjs::Writer;
use std::io::Write;

const CLIENTS: u64 = 1 << 20;
const MOST_WRITERS: u64 = 400;

pub fn run(edits: u64) {
    let count = (edits / 10).clamp(1, MOST_WRITERS);
    let mut writers: Vec<Writer> = (0..count).map(|index| Writer::new(CLIENTS + index)).collect();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for turn in 0..edits {
        let index = turn % count;
        let writer = &mut writers[index as usize];
        let update = if turn < count { writer.create(&format!("h{index}"), "u1") } else { writer.edit() };
        out.write_all(&(update.len() as u32).to_le_bytes()).and_then(|()| out.write_all(&update)).expect("output");
    }
}
