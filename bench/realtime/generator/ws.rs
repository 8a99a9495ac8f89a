//! WebSocket frames (RFC 6455), both sides.

pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// Append one frame; `mask` is None on the server's side.
pub fn write(out: &mut Vec<u8>, opcode: u8, payload: &[u8], mask: Option<u32>) {
    let masked = if mask.is_some() { 0x80 } else { 0 };
    out.push(0x80 | opcode);
    match payload.len() {
        size @ 0..=125 => out.push(masked | size as u8),
        size @ 126..=65535 => {
            out.push(masked | 126);
            out.extend_from_slice(&(size as u16).to_be_bytes());
        }
        size => {
            out.push(masked | 127);
            out.extend_from_slice(&(size as u64).to_be_bytes());
        }
    }
    let Some(mask) = mask else {
        out.extend_from_slice(payload);
        return;
    };
    let key = mask.to_ne_bytes();
    out.extend_from_slice(&key);
    out.extend(payload.iter().enumerate().map(|(index, byte)| byte ^ key[index & 3]));
}

/// One frame at the start of a buffer.
pub struct Frame {
    pub is_final: bool,
    pub opcode: u8,
    pub mask: Option<[u8; 4]>,
    pub start: usize,
    pub end: usize,
}

/// The first frame of `bytes`, None while it is not whole.
pub fn read(bytes: &[u8]) -> Option<Frame> {
    if bytes.len() < 2 {
        return None;
    }
    let mut start = 2;
    let size = match bytes[1] & 0x7f {
        126 => {
            start = 4;
            u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?) as usize
        }
        127 => {
            start = 10;
            u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?) as usize
        }
        size => size as usize,
    };
    let mut mask = None;
    if bytes[1] & 0x80 != 0 {
        mask = Some(bytes.get(start..start + 4)?.try_into().ok()?);
        start += 4;
    }
    if bytes.len() < start + size {
        return None;
    }
    Some(Frame { is_final: bytes[0] & 0x80 != 0, opcode: bytes[0] & 0x0f, mask, start, end: start + size })
}
