//! People, their sockets and their edits; the phases of a run and what is measured in them.

use crate::plan::{Plan, Wire};
use crate::slow::Slowness;
use crate::stats::Histogram;
use crate::sys::{self, Clock, Poll, READABLE, WRITABLE};
use crate::wires;
use crate::ws;
use crate::yjs::Writer;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

const SECOND: u64 = 1_000_000_000;
const RECEIVE_BYTES: usize = 256 * 1024;
const JOIN_SECONDS: u64 = 60;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
pub enum State {
    Waiting,
    Upgrading,
    Greeting,
    Joining,
    Fetching,
    Joined,
    Ready,
}

/// What comes next as a binary attachment of Socket.IO.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Attachment {
    Nothing,
    Update,
    Answer,
    Ignored,
}

pub struct Edit {
    start: u64,
    end: u64,
    pub at: u64,
}

pub struct Person {
    pub board: usize,
    pub slot: usize,
    pub state: State,
    pub writer: Writer,
    pub edits: Vec<Edit>,
    /// How many edits of each writer of the board have arrived here.
    arrived: Vec<u32>,
    pub batches: VecDeque<(u64, u64, u64)>,
    pub number: u64,
    pub handle: u64,
    pub key: String,
    pub attachment: Attachment,
    pub attachments: usize,
    pub snapshot: String,
    pub acknowledged: u64,
    pub document_bytes: usize,
    pub began: u64,
    socket: usize,
    period: u64,
    is_slow: bool,
}

struct Board {
    writers: Vec<usize>,
    /// Clock after the last per client, of the whole document, when it is inspected.
    clocks: HashMap<u64, u64>,
}

#[derive(PartialEq, Eq)]
enum Kind {
    WebSocket,
    Http,
}

struct Socket {
    fd: i32,
    kind: Kind,
    person: usize,
    input: Vec<u8>,
    parts: Vec<u8>,
    output: Vec<u8>,
    written: usize,
    waits_to_write: bool,
    is_open: bool,
    slowness: Option<Slowness>,
}

/// What a phase counts.
#[derive(Default)]
struct Counts {
    sent: u64,
    deliveries: u64,
    messages: u64,
    bytes: u64,
    late: u64,
}

pub struct Load {
    pub plan: Plan,
    pub people: Vec<Person>,
    boards: Vec<Board>,
    sockets: Vec<Socket>,
    poll: Poll,
    pub clock: Clock,
    scratch: Vec<u8>,
    due: BinaryHeap<Reverse<(u64, usize)>>,
    random: u64,
    is_editing: bool,
    window: (u64, u64),
    counts: Counts,
    latency: Histogram,
    slow_latency: Histogram,
    acknowledgement: Histogram,
    lag: Histogram,
    join: Histogram,
    slow_join: Histogram,
    pub missing: u64,
    pub refusals: Vec<String>,
    pub resyncs: u64,
    ended: usize,
    joined: usize,
    connecting: usize,
    turn_max: u64,
}

impl Load {
    pub fn new(plan: Plan) -> Load {
        let mut boards: Vec<Board> =
            plan.boards.iter().map(|_| Board { writers: vec![], clocks: HashMap::new() }).collect();
        let mut people = Vec::new();
        for (index, person) in plan.people.iter().enumerate() {
            let board = &mut boards[person.board];
            let slot = if person.writes { board.writers.len() } else { usize::MAX };
            if person.writes {
                board.writers.push(index);
            }
            people.push(Person {
                board: person.board,
                slot,
                state: State::Waiting,
                writer: Writer::new(plan.base + index as u64),
                edits: vec![],
                arrived: vec![],
                batches: VecDeque::new(),
                number: 0,
                handle: 0,
                key: person.key.clone(),
                attachment: Attachment::Nothing,
                attachments: 0,
                snapshot: String::new(),
                acknowledged: 0,
                document_bytes: 0,
                began: 0,
                socket: usize::MAX,
                period: if plan.rate > 0.0 { (SECOND as f64 / plan.rate) as u64 } else { 0 },
                is_slow: person.is_slow,
            });
        }
        Load {
            plan,
            people,
            boards,
            sockets: vec![],
            poll: Poll::new(),
            clock: Clock::start(),
            scratch: vec![0; RECEIVE_BYTES],
            due: BinaryHeap::new(),
            random: 0x9E37_79B9_7F4A_7C15,
            is_editing: false,
            window: (u64::MAX, 0),
            counts: Counts::default(),
            latency: Histogram::new(),
            slow_latency: Histogram::new(),
            acknowledgement: Histogram::new(),
            lag: Histogram::new(),
            join: Histogram::new(),
            slow_join: Histogram::new(),
            missing: 0,
            refusals: vec![],
            resyncs: 0,
            ended: 0,
            joined: 0,
            connecting: 0,
            turn_max: 0,
        }
    }

    fn next_random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    // -- the phases -----------------------------------------------------------------------------

    pub fn run(&mut self) {
        let mut from = 0;
        for to in self.plan.phases.clone() {
            if !self.bring_in(from, to) {
                return;
            }
            if self.plan.inspect {
                let until = self.clock.now() + 2 * SECOND; // some servers send what they have a little later
                while self.clock.now() < until {
                    self.turn(SECOND / 20);
                }
                self.tell_clocks();
                return;
            }
            if self.plan.rate > 0.0 && !self.measure(to) {
                return;
            }
            from = to;
        }
        if self.plan.rate == 0.0 {
            say("{\"event\":\"idle\"}");
            let mut line = String::new();
            let _ = std::io::stdin().read_line(&mut line); // the runner measures meanwhile
        }
    }

    /// Connect people `from`..`to`; false when that failed.
    fn bring_in(&mut self, from: usize, to: usize) -> bool {
        let begun = self.clock.now();
        let mut next = from;
        let most = if self.plan.connecting == 0 { usize::MAX } else { self.plan.connecting };
        self.join.clear();
        self.slow_join.clear();
        while self.joined < to {
            while next < to && self.connecting < most {
                self.connect(next);
                next += 1;
            }
            self.turn(SECOND / 20);
            if self.ended > 0 || self.clock.now() - begun > JOIN_SECONDS * SECOND {
                let states: Vec<String> = self.people[from..to]
                    .iter()
                    .filter(|person| person.state < State::Joined)
                    .take(3)
                    .map(|person| format!("{:?}", person.state))
                    .collect();
                say(&format!(
                    "{{\"event\":\"failed\",\"what\":\"joining\",\"joined\":{},\"wanted\":{to},\"ended\":{},\"states\":{states:?},\"refusals\":{:?}}}",
                    self.joined,
                    self.ended,
                    self.refusals.iter().take(3).collect::<Vec<_>>()
                ));
                return false;
            }
        }
        let seconds = (self.clock.now() - begun) as f64 / SECOND as f64;
        let bytes: Vec<usize> = self.people[from..to].iter().map(|person| person.document_bytes).collect();
        say(&format!(
            "{{\"event\":\"joined\",\"people\":{to},\"seconds\":{seconds:.4},\"join_ms\":{},\"slow_join_ms\":{},\"document_bytes\":[{},{}],\"cpu\":{}}}",
            self.join.json(),
            self.slow_join.json(),
            bytes.iter().min().unwrap_or(&0),
            bytes.iter().max().unwrap_or(&0),
            cpu_json(&self.cpu())
        ));
        for person in 0..to {
            let writers = self.boards[self.people[person].board].writers.len();
            self.people[person].arrived.resize(writers, 0);
        }
        if self.plan.rate == 0.0 {
            return true;
        }
        for index in from..to {
            if self.people[index].slot != usize::MAX {
                wires::create_note(self, index);
            }
        }
        let deadline = self.clock.now() + JOIN_SECONDS * SECOND;
        let is_waiting = |load: &Load| {
            load.people[from..to].iter().any(|person| person.slot != usize::MAX && person.state != State::Ready)
        };
        while is_waiting(self) && self.ended == 0 && self.clock.now() < deadline {
            self.turn(SECOND / 20);
        }
        if is_waiting(self) {
            say(&format!(
                "{{\"event\":\"failed\",\"what\":\"first notes\",\"ended\":{},\"refusals\":{:?}}}",
                self.ended,
                self.refusals.iter().take(3).collect::<Vec<_>>()
            ));
            return false;
        }
        // What was written before a person came is theirs already: it came with the document.
        for index in from..to {
            let board = self.people[index].board;
            for (slot, writer) in self.boards[board].writers.clone().into_iter().enumerate() {
                self.people[index].arrived[slot] = self.people[writer].edits.len() as u32;
            }
        }
        true
    }

    /// Edit, measure and drain once; false when there is nothing to go on with.
    fn measure(&mut self, people: usize) -> bool {
        let begun = self.clock.now();
        for index in 0..people {
            if self.people[index].slot != usize::MAX {
                let phase = self.next_random() % self.people[index].period;
                self.due.push(Reverse((begun + phase, index)));
            }
        }
        let start = begun + (self.plan.warm * SECOND as f64) as u64;
        let end = start + (self.plan.measure * SECOND as f64) as u64;
        self.window = (start, end);
        self.counts = Counts::default();
        for histogram in [&mut self.latency, &mut self.slow_latency, &mut self.acknowledgement, &mut self.lag] {
            histogram.clear();
        }
        self.is_editing = true;
        while self.clock.now() < start && self.ended == 0 {
            self.turn(start.saturating_sub(self.clock.now()));
        }
        let before = self.cpu();
        let own = sys::own_seconds();
        self.turn_max = 0;
        say("{\"event\":\"measuring\"}");
        while self.clock.now() < end && self.ended == 0 {
            self.turn(end.saturating_sub(self.clock.now()));
        }
        let after = self.cpu();
        let own = sys::own_seconds() - own;
        let seconds = (self.clock.now() - start) as f64 / SECOND as f64;
        self.is_editing = false;
        self.due.clear();
        let deadline = self.clock.now() + (self.plan.drain * SECOND as f64) as u64;
        if self.plan.expects_end && self.ended > 0 {
            self.tell_end();
            return false;
        }
        while self.undelivered() > 0 && self.clock.now() < deadline && self.ended == 0 {
            self.turn(SECOND / 100);
        }
        let lost = self.undelivered() + self.missing;
        let cpu: Vec<f64> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
        say(&format!(
            "{{\"event\":\"phase\",\"people\":{people},\"seconds\":{seconds:.3},\"sent\":{},\"deliveries\":{},\"lost\":{lost},\"skipped\":{},\"ended\":{},\"refused\":{},\"resyncs\":{},\
             \"latency_ms\":{},\"slow_ms\":{},\"ack_ms\":{},\"cpu\":{},\"generator\":{{\"cpu\":{own:.3},\"lag_ms\":{},\"turn_ms\":{:.3},\"late\":{}}},\
             \"messages\":{},\"bytes\":{},\"refusals\":{:?}}}",
            self.counts.sent,
            self.counts.deliveries,
            self.missing,
            self.ended,
            self.refusals.len(),
            self.resyncs,
            self.latency.json(),
            self.slow_latency.json(),
            self.acknowledgement.json(),
            cpu_json(&cpu),
            self.lag.json(),
            self.turn_max as f64 / 1e6,
            self.counts.late,
            self.counts.messages,
            self.counts.bytes,
            self.refusals.iter().take(2).collect::<Vec<_>>()
        ));
        if self.plan.expects_end {
            self.await_end();
            return false;
        }
        lost == 0 && self.ended == 0 && self.latency.milliseconds(0.99) <= self.plan.stop_p99
    }

    /// Deliveries still to come: of each edit, the people present who do not have it.
    fn undelivered(&self) -> u64 {
        let mut count = 0;
        for (index, person) in self.people.iter().enumerate() {
            if person.state >= State::Joined && !person.arrived.is_empty() {
                for (slot, writer) in self.boards[person.board].writers.iter().enumerate() {
                    if *writer != index {
                        count += self.people[*writer].edits.len() as u64 - u64::from(person.arrived[slot]);
                    }
                }
            }
        }
        count
    }

    fn await_end(&mut self) {
        let deadline = self.clock.now() + 30 * SECOND;
        while self.ended == 0 && self.clock.now() < deadline {
            self.turn(SECOND / 20);
        }
        self.tell_end();
    }

    /// Per writer: client id, clock written, acknowledged, and seen by somebody else.
    fn tell_end(&mut self) {
        let until = self.clock.now() + SECOND / 4;
        while self.clock.now() < until {
            self.turn(SECOND / 20); // what was on its way when the server died
        }
        let mut rows = Vec::new();
        for board in &self.boards {
            for (slot, writer) in board.writers.iter().enumerate() {
                let person = &self.people[*writer];
                let on_board = |other: &&Person| other.board == person.board && other.slot != slot;
                let seen = self.people.iter().filter(on_board).map(|other| other.arrived.get(slot).copied().unwrap_or(0)).max();
                let seen = seen.unwrap_or(0) as usize;
                let ends: Vec<String> = person.edits.iter().map(|edit| edit.end.to_string()).collect();
                rows.push(format!(
                    "{{\"client\":{},\"ends\":[{}],\"acknowledged\":{},\"seen\":{}}}",
                    self.plan.base + *writer as u64,
                    ends.join(","),
                    person.acknowledged,
                    if seen == 0 { 0 } else { person.edits[seen - 1].end }
                ));
            }
        }
        say(&format!("{{\"event\":\"end\",\"writers\":[{}]}}", rows.join(",")));
    }

    fn tell_clocks(&self) {
        let mut rows = Vec::new();
        for board in &self.boards {
            rows.extend(board.clocks.iter().map(|(client, clock)| format!("\"{client}\":{clock}")));
        }
        say(&format!("{{\"event\":\"clocks\",\"clocks\":{{{}}}}}", rows.join(",")));
    }

    fn cpu(&self) -> Vec<f64> {
        self.plan.pids.iter().map(|(pid, children)| sys::seconds_of(*pid, *children)).collect()
    }

    // -- one turn of the loop -------------------------------------------------------------------

    fn turn(&mut self, at_most: u64) {
        let now = self.clock.now();
        let mut wait = at_most;
        if let (true, Some(Reverse((due, _)))) = (self.is_editing, self.due.peek()) {
            wait = wait.min(due.saturating_sub(now));
        }
        if self.sockets.iter().any(|socket| socket.slowness.is_some()) {
            wait = wait.min(SECOND / 500);
        }
        let ready = self.poll.wait(wait);
        let begun = self.clock.now();
        for event in ready {
            let (events, token) = (event.events, event.token as usize);
            if events & WRITABLE != 0 {
                self.flush(token);
            }
            if events & !WRITABLE != 0 {
                self.read(token);
            }
            if self.is_editing {
                self.write_due(); // edits leave in time even when much arrives
            }
        }
        if self.is_editing {
            self.write_due();
        }
        self.move_slow();
        self.turn_max = self.turn_max.max(self.clock.now() - begun);
    }

    fn write_due(&mut self) {
        while let Some(Reverse((due, index))) = self.due.peek().copied() {
            let now = self.clock.now();
            if due > now {
                return;
            }
            self.due.pop();
            let period = self.people[index].period;
            let jitter = period / 10;
            let next = due + period - jitter / 2 + self.next_random() % jitter.max(1);
            self.due.push(Reverse((next, index)));
            if now >= self.window.0 {
                self.lag.add(now - due);
                self.counts.sent += 1;
            }
            self.edit(index, now);
        }
    }

    fn edit(&mut self, index: usize, now: u64) {
        let person = &mut self.people[index];
        let start = person.writer.clock;
        let update = if self.plan.wire == Wire::Tldraw {
            person.writer.clock += 1; // its edits are numbered, not encoded
            vec![]
        } else {
            person.writer.edit()
        };
        let end = person.writer.clock;
        person.edits.push(Edit { start, end, at: now });
        wires::send_update(self, index, &update, end);
    }

    /// Note that a batch went out, to time its acknowledgement.
    pub fn expect_acknowledgement(&mut self, index: usize, end: u64) {
        let now = self.clock.now();
        let person = &mut self.people[index];
        person.batches.push_back((person.number, end, now));
    }

    /// All batches up to `number` are acknowledged.
    pub fn acknowledge(&mut self, index: usize, number: u64) {
        let now = self.clock.now();
        let person = &mut self.people[index];
        while let Some((batch, end, at)) = person.batches.front().copied() {
            if batch > number {
                break;
            }
            person.batches.pop_front();
            person.acknowledged = end;
            if person.state == State::Joined {
                person.state = State::Ready;
            }
            if at >= self.window.0 && at < self.window.1 {
                self.acknowledgement.add(now - at);
            }
        }
    }

    /// Structs of `client` from clock `start` to `end` have arrived at person `index`.
    #[inline]
    pub fn arrive(&mut self, index: usize, client: u64, start: u64, end: u64, now: u64) {
        let Some(writer) = client.checked_sub(self.plan.base).map(|writer| writer as usize) else { return };
        if writer >= self.people.len() || writer == index {
            return;
        }
        let slot = self.people[writer].slot;
        let is_slow = self.people[index].is_slow || self.people[writer].is_slow;
        let Some(mut position) = self.people[index].arrived.get(slot).copied() else { return };
        let window = self.window;
        let edits = &self.people[writer].edits;
        let mut missing = 0;
        let mut arrived = 0;
        while let Some(edit) = edits.get(position as usize) {
            if edit.end > end {
                break;
            }
            position += 1;
            if edit.start < start {
                missing += 1;
                continue;
            }
            arrived += 1;
            if edit.at >= window.0 && edit.at < window.1 {
                let histogram = if is_slow { &mut self.slow_latency } else { &mut self.latency };
                histogram.add(now.saturating_sub(edit.at));
            }
        }
        self.people[index].arrived[slot] = position;
        self.missing += missing;
        if now >= window.0 && now < window.1 {
            self.counts.deliveries += arrived;
        } else if now >= window.1 {
            self.counts.late += arrived;
        }
    }

    /// An update was received by a person.
    pub fn receive_update(&mut self, index: usize, update: &[u8]) {
        if self.plan.inspect {
            self.note_clocks(index, update);
            return;
        }
        let now = self.clock.now();
        crate::yjs::scan(update, |client, start, end| self.arrive(index, client, start, end, now));
    }

    /// For servers that send a record's newest state: all edits of a writer up to `number` have arrived.
    pub fn arrive_all(&mut self, index: usize, writer: usize, number: u64) {
        let now = self.clock.now();
        self.arrive(index, self.plan.base + writer as u64, 0, number, now);
    }

    // -- documents ------------------------------------------------------------------------------

    /// The person holds the whole document.
    pub fn hold(&mut self, index: usize, document: &[u8]) {
        if self.people[index].state >= State::Joined {
            return;
        }
        self.people[index].document_bytes += document.len();
        if self.plan.inspect {
            self.note_clocks(index, document);
        }
        self.people[index].state = State::Joined;
        self.joined += 1;
        self.connecting -= 1;
        let took = self.clock.now() - self.people[index].began;
        let histogram = if self.people[index].is_slow { &mut self.slow_join } else { &mut self.join };
        histogram.add(took);
    }

    fn note_clocks(&mut self, index: usize, update: &[u8]) {
        let from = self.plan.inspect_base;
        let clocks = &mut self.boards[self.people[index].board].clocks;
        crate::yjs::scan(update, |client, _start, end| {
            if (from..from + 8192).contains(&client) {
                clocks.insert(client, end);
            }
        });
    }

    /// For servers whose documents are records: the record of writer `client` is at `number`.
    pub fn note_clock(&mut self, index: usize, client: u64, number: u64) {
        let board = self.people[index].board;
        self.boards[board].clocks.insert(client, number);
    }

    // -- sockets --------------------------------------------------------------------------------

    fn connect(&mut self, index: usize) {
        let slow = self.people[index].is_slow.then(|| Slowness::new(self.plan.slow_rate, self.plan.slow_delay));
        self.people[index].began = self.clock.now();
        self.people[index].state = State::Upgrading;
        self.connecting += 1;
        let request = wires::upgrade_request(self, index);
        let socket = self.open(index, Kind::WebSocket, slow, request.into_bytes());
        self.people[index].socket = socket;
    }

    fn open(&mut self, person: usize, kind: Kind, slowness: Option<Slowness>, request: Vec<u8>) -> usize {
        let receive_bytes = if slowness.is_some() { 8192 } else { 0 };
        let fd = sys::connect_local(self.plan.port, receive_bytes).unwrap_or_else(|error| panic!("{error}"));
        let token = self.sockets.len();
        self.poll.add(fd, READABLE | WRITABLE, token as u64);
        let mut socket = Socket {
            fd,
            kind,
            person,
            input: vec![],
            parts: vec![],
            output: vec![],
            written: 0,
            waits_to_write: true,
            is_open: true,
            slowness,
        };
        match &mut socket.slowness {
            Some(slowness) => {
                slowness.begin(self.clock.now());
                slowness.send(self.clock.now(), request);
            }
            None => socket.output = request,
        }
        self.sockets.push(socket);
        token
    }

    /// GET a document over HTTP, on a connection of its own, as a browser would.
    pub fn fetch(&mut self, index: usize, path: &str) {
        let encoding = if self.plan.inspect { "identity" } else { "br, gzip" };
        let cookie = &self.plan.people[index].cookie;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nCookie: {cookie}\r\nAccept-Encoding: {encoding}\r\nConnection: close\r\n\r\n",
            self.plan.port
        );
        let slow = self.people[index].is_slow.then(|| Slowness::new(self.plan.slow_rate, self.plan.slow_delay));
        self.open(index, Kind::Http, slow, request.into_bytes());
    }

    /// Send one WebSocket message of a person.
    pub fn send(&mut self, index: usize, opcode: u8, payload: &[u8]) {
        let mask = self.next_random() as u32;
        let token = self.people[index].socket;
        let socket = &mut self.sockets[token];
        if !socket.is_open {
            return;
        }
        if let Some(slowness) = &mut socket.slowness {
            let mut frame = Vec::new();
            ws::write(&mut frame, opcode, payload, Some(mask));
            slowness.send(self.clock.now(), frame);
            return;
        }
        ws::write(&mut socket.output, opcode, payload, Some(mask));
    }

    /// Let what `send` gathered leave.
    pub fn push(&mut self, index: usize) {
        let token = self.people[index].socket;
        if !self.sockets[token].waits_to_write {
            self.flush(token);
        }
    }

    fn flush(&mut self, token: usize) {
        let socket = &mut self.sockets[token];
        if !socket.is_open {
            return;
        }
        while socket.written < socket.output.len() {
            match sys::transmit(socket.fd, &socket.output[socket.written..]) {
                Some(0) => break,
                Some(count) => socket.written += count,
                None => {
                    self.end(token);
                    return;
                }
            }
        }
        let is_done = socket.written == socket.output.len();
        if is_done {
            socket.output.clear();
            socket.written = 0;
        }
        if socket.waits_to_write == is_done {
            socket.waits_to_write = !is_done;
            let events = if is_done { READABLE } else { READABLE | WRITABLE };
            self.poll.change(socket.fd, events, token as u64);
        }
    }

    fn read(&mut self, token: usize) {
        if !self.sockets[token].is_open {
            return;
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        let now = self.clock.now();
        let room = match &mut self.sockets[token].slowness {
            Some(slowness) => slowness.room(now).min(scratch.len()),
            None => scratch.len(),
        };
        if room > 0 {
            match sys::receive(self.sockets[token].fd, &mut scratch[..room]) {
                None => {}
                Some(0) => match &mut self.sockets[token].slowness {
                    Some(slowness) => {
                        slowness.hold(now, vec![]); // its end travels like all else
                        self.poll.change(self.sockets[token].fd, 0, token as u64);
                    }
                    None => self.end(token),
                },
                Some(count) => match &mut self.sockets[token].slowness {
                    Some(slowness) => slowness.hold(now, scratch[..count].to_vec()),
                    None => self.take(token, &scratch[..count]),
                },
            }
        } else {
            self.poll.change(self.sockets[token].fd, 0, token as u64);
        }
        self.scratch = scratch;
    }

    /// Move what the slow network has let through by now.
    fn move_slow(&mut self) {
        for token in 0..self.sockets.len() {
            let now = self.clock.now();
            let Some(slowness) = &mut self.sockets[token].slowness else { continue };
            let (arrived, leaving) = slowness.due(now);
            let has_room = slowness.room(now) > 0 && !slowness.has_ended;
            for bytes in arrived {
                if bytes.is_empty() {
                    self.end(token);
                } else {
                    self.take(token, &bytes);
                }
            }
            let socket = &mut self.sockets[token];
            if socket.is_open && has_room {
                let waits = if socket.waits_to_write { WRITABLE } else { 0 };
                self.poll.change(socket.fd, READABLE | waits, token as u64);
            }
            if !leaving.is_empty() {
                socket.output.extend_from_slice(&leaving);
                self.flush(token);
            }
        }
    }

    fn end(&mut self, token: usize) {
        let socket = &mut self.sockets[token];
        if socket.is_open {
            socket.is_open = false;
            sys::shut(socket.fd);
            let person = socket.person;
            if socket.kind == Kind::WebSocket {
                self.ended += 1;
            } else if self.people[person].state < State::Joined {
                self.refusals.push("the document came to an end early".into());
                self.ended += 1;
            }
        }
    }

    fn take(&mut self, token: usize, received: &[u8]) {
        if self.window.0 <= self.clock.now() && self.is_editing {
            self.counts.bytes += received.len() as u64;
        }
        let mut input = std::mem::take(&mut self.sockets[token].input);
        let used = if input.is_empty() {
            let used = self.parse(token, received);
            input.extend_from_slice(&received[used..]);
            0
        } else {
            input.extend_from_slice(received);
            self.parse(token, &input)
        };
        input.drain(..used);
        self.sockets[token].input = input;
    }

    /// Handle all whole messages in `bytes`; how many bytes they were.
    fn parse(&mut self, token: usize, bytes: &[u8]) -> usize {
        if self.sockets[token].kind == Kind::Http {
            return self.parse_http(token, bytes);
        }
        let person = self.sockets[token].person;
        let mut used = 0;
        if self.people[person].state == State::Upgrading {
            let Some(end) = find(bytes, b"\r\n\r\n") else { return 0 };
            if !bytes.starts_with(b"HTTP/1.1 101") {
                self.refusals.push(String::from_utf8_lossy(&bytes[..end.min(200)]).into_owned());
                self.end(token);
                return bytes.len();
            }
            used = end + 4;
            self.people[person].state = State::Greeting;
            wires::opened(self, person);
            self.push(person);
        }
        while let Some(frame) = ws::read(&bytes[used..]) {
            let payload = &bytes[used + frame.start..used + frame.end];
            used += frame.end;
            self.counts.messages += 1;
            if frame.opcode >= ws::CLOSE {
                match frame.opcode {
                    ws::PING => {
                        self.send(person, ws::PONG, payload);
                        self.push(person);
                    }
                    ws::CLOSE => {
                        self.refusals.push(format!("closed: {}", String::from_utf8_lossy(payload.get(2..).unwrap_or(b""))));
                        self.end(token);
                        return bytes.len();
                    }
                    _ => {}
                }
                continue;
            }
            if frame.is_final && frame.opcode != 0 {
                wires::message(self, person, frame.opcode == ws::TEXT, payload);
            } else {
                let mut parts = std::mem::take(&mut self.sockets[token].parts);
                if frame.opcode != 0 {
                    parts.clear();
                    parts.push(frame.opcode);
                }
                parts.extend_from_slice(payload);
                if frame.is_final {
                    wires::message(self, person, parts[0] == ws::TEXT, &parts[1..]);
                }
                self.sockets[token].parts = parts;
            }
        }
        used
    }

    fn parse_http(&mut self, token: usize, bytes: &[u8]) -> usize {
        let Some(end) = find(bytes, b"\r\n\r\n") else { return 0 };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        let Some(length) = length.filter(|_| head.starts_with("http/1.1 200")) else {
            self.refusals.push(head.lines().next().unwrap_or("").into());
            self.end(token);
            return bytes.len();
        };
        if bytes.len() < end + 4 + length {
            return 0;
        }
        let person = self.sockets[token].person;
        self.hold(person, &bytes[end + 4..end + 4 + length]);
        self.end(token);
        bytes.len()
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn cpu_json(seconds: &[f64]) -> String {
    let parts: Vec<String> = seconds.iter().map(|seconds| format!("{seconds:.3}")).collect();
    format!("[{}]", parts.join(","))
}

/// One JSON line for the runner.
pub fn say(line: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("standard output");
}
