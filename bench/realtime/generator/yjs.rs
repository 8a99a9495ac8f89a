//! Yjs updates (v1 encoding): the edits of one writer, written by hand, and a reader that counts.

pub fn write_uint(out: &mut Vec<u8>, mut value: u64) {
    while value > 127 {
        out.push((value & 127) as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

pub fn write_text(out: &mut Vec<u8>, text: &str) {
    write_uint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn write_integer(out: &mut Vec<u8>, value: i64) {
    let mut rest = value.unsigned_abs();
    let sign = if value < 0 { 0x40 } else { 0 };
    let more = |rest: u64| if rest > 0 { 0x80 } else { 0 };
    let first = (rest & 0x3f) as u8;
    rest >>= 6;
    out.push(more(rest) | sign | first);
    while rest > 0 {
        let byte = (rest & 0x7f) as u8;
        rest >>= 7;
        out.push(more(rest) | byte);
    }
}

const HAS_ORIGIN: u8 = 0x80;
const HAS_KEY: u8 = 0x20;
const STRING: u8 = 4;
const TYPE: u8 = 7;
const ANY: u8 = 8;
const MAP: u64 = 1;
const TEXT: u64 = 2;

/// One person's note and how far their Yjs clock is. Every method gives one update and the clocks it covers.
pub struct Writer {
    client: u64,
    pub clock: u64,
    x: u64,
    text: u64,
    last_letter: Option<u64>,
    edits: u64,
}

impl Writer {
    pub fn new(client: u64) -> Writer {
        Writer { client, clock: 0, x: 0, text: 0, last_letter: None, edits: 0 }
    }

    fn head(&self, structs: u64) -> Vec<u8> {
        let mut out = vec![1];
        write_uint(&mut out, structs);
        write_uint(&mut out, self.client);
        write_uint(&mut out, self.clock);
        out
    }

    fn write_id(&self, out: &mut Vec<u8>, clock: u64) {
        write_uint(out, self.client);
        write_uint(out, clock);
    }

    /// The note itself, with every field the board asks for.
    pub fn create(&mut self, id: &str, author: &str) -> Vec<u8> {
        let base = self.clock;
        let words = [("type", "note"), ("order", "a0"), ("author", author), ("zone", ""), ("colour", "jonc")];
        let numbers = [("x", 0), ("y", 0), ("w", 148), ("h", 148)];
        let mut out = self.head((words.len() + numbers.len() + 3) as u64);
        out.extend_from_slice(&[HAS_KEY | TYPE, 1]);
        write_text(&mut out, "objects");
        write_text(&mut out, id);
        write_uint(&mut out, MAP);
        let mut clock = base + 1;
        let mut field = |out: &mut Vec<u8>, kind: u8, name: &str| {
            out.extend_from_slice(&[HAS_KEY | kind, 0]);
            self.write_id(out, base);
            write_text(out, name);
            clock += 1;
            clock - 1
        };
        for (name, value) in words {
            field(&mut out, ANY, name);
            out.extend_from_slice(&[1, 119]);
            write_text(&mut out, value);
        }
        let mut places = [0; 4];
        for (place, (name, value)) in places.iter_mut().zip(numbers) {
            *place = field(&mut out, ANY, name);
            out.extend_from_slice(&[1, 125]);
            write_integer(&mut out, value);
        }
        field(&mut out, ANY, "locked");
        out.extend_from_slice(&[1, 121]);
        let text = field(&mut out, TYPE, "text");
        write_uint(&mut out, TEXT);
        out.push(0);
        self.clock = clock;
        self.x = places[0];
        self.text = text;
        out
    }

    /// The next edit: the note moves (x and y in one update), or one letter is typed, in turn.
    pub fn edit(&mut self) -> Vec<u8> {
        self.edits += 1;
        if self.edits % 2 == 1 {
            self.move_note()
        } else {
            self.type_letter()
        }
    }

    fn move_note(&mut self) -> Vec<u8> {
        let mut out = self.head(2);
        let step = self.edits as i64;
        for (old, value) in [(self.x, step * 7 % 4000), (self.x + 1, -(step * 3 % 3000))] {
            out.push(HAS_ORIGIN | HAS_KEY | ANY);
            self.write_id(&mut out, old);
            out.extend_from_slice(&[1, 125]);
            write_integer(&mut out, value);
        }
        out.push(1);
        write_uint(&mut out, self.client);
        out.push(1);
        write_uint(&mut out, self.x);
        out.push(2);
        self.x = self.clock;
        self.clock += 2;
        out
    }

    fn type_letter(&mut self) -> Vec<u8> {
        let mut out = self.head(1);
        match self.last_letter {
            Some(clock) => {
                out.push(HAS_ORIGIN | STRING);
                self.write_id(&mut out, clock);
            }
            None => {
                out.extend_from_slice(&[STRING, 0]);
                self.write_id(&mut out, self.text);
            }
        }
        out.extend_from_slice(&[1, b'a' + (self.edits / 2 % 26) as u8, 0]);
        self.last_letter = Some(self.clock);
        self.clock += 1;
        out
    }
}

/// Reads bytes; a broken update ends the run with a message.
pub struct Reader<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0 }
    }

    pub fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub fn byte(&mut self) -> u8 {
        self.at += 1;
        self.bytes[self.at - 1]
    }

    #[inline]
    pub fn uint(&mut self) -> u64 {
        let mut value = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte();
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return value;
            }
            shift += 7;
        }
    }

    pub fn bytes(&mut self) -> &'a [u8] {
        let size = self.uint() as usize;
        self.at += size;
        &self.bytes[self.at - size..self.at]
    }

    fn skip_any(&mut self) {
        match self.byte() {
            125 => while self.byte() > 127 {},
            124 => self.at += 4,
            123 | 122 => self.at += 8,
            119 | 116 => {
                self.bytes();
            }
            118 => {
                for _ in 0..self.uint() {
                    self.bytes();
                    self.skip_any();
                }
            }
            117 => {
                for _ in 0..self.uint() {
                    self.skip_any();
                }
            }
            _ => {}
        }
    }

    /// Skip one struct; how many clocks it takes.
    fn skip_struct(&mut self) -> u64 {
        let info = self.byte();
        let kind = info & 31;
        if kind == 0 || kind == 10 {
            return self.uint();
        }
        for flag in [0x80, 0x40] {
            if info & flag != 0 {
                self.uint();
                self.uint();
            }
        }
        if info & 0xc0 == 0 {
            if self.uint() == 1 {
                self.bytes();
            } else {
                self.uint();
                self.uint();
            }
            if info & HAS_KEY != 0 {
                self.bytes();
            }
        }
        match kind {
            1 => return self.uint(),
            STRING => {
                let text = self.bytes();
                return text.iter().map(|byte| u64::from(*byte & 0xc0 != 0x80) + u64::from(*byte >= 0xf0)).sum();
            }
            2 => {
                let count = self.uint();
                for _ in 0..count {
                    self.bytes();
                }
                return count;
            }
            3 | 5 => {
                self.bytes();
            }
            6 => {
                self.bytes();
                self.bytes();
            }
            TYPE => {
                if matches!(self.uint(), 3 | 5) {
                    self.bytes();
                }
            }
            ANY => {
                let count = self.uint();
                for _ in 0..count {
                    self.skip_any();
                }
                return count;
            }
            9 => {
                self.bytes();
                self.skip_any();
            }
            other => panic!("unknown content {other} in an update"),
        }
        1
    }
}

/// Tell `each` the (client, first clock, clock after the last) of every run of structs in an update.
pub fn scan(update: &[u8], mut each: impl FnMut(u64, u64, u64)) {
    let mut reader = Reader::new(update);
    for _ in 0..reader.uint() {
        let structs = reader.uint();
        let client = reader.uint();
        let start = reader.uint();
        let mut clock = start;
        for _ in 0..structs {
            clock += reader.skip_struct();
        }
        each(client, start, clock);
    }
}
