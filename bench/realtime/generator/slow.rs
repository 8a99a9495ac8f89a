//! A slow network in user space: a rate and a delay for one socket, both ways.
//!
//! Bytes received are taken from the kernel no faster than the rate and shown half a round trip later; bytes
//! sent wait half a round trip and then leave at the rate. TCP underneath runs on the loopback: no loss, no
//! slow start, and acknowledgements are not delayed.

use std::collections::VecDeque;

const BURST_SECONDS: f64 = 0.02;

pub struct Slowness {
    rate: f64,
    half: u64,
    incoming: VecDeque<(u64, Vec<u8>)>,
    outgoing: VecDeque<(u64, Vec<u8>)>,
    read_tokens: f64,
    write_tokens: f64,
    refilled: u64,
    starts: u64,
    pub has_ended: bool,
}

impl Slowness {
    pub fn new(rate: f64, round_trip: f64) -> Slowness {
        Slowness {
            rate,
            half: (round_trip * 5e8) as u64,
            incoming: VecDeque::new(),
            outgoing: VecDeque::new(),
            read_tokens: 0.0,
            write_tokens: 0.0,
            refilled: 0,
            starts: 0,
            has_ended: false,
        }
    }

    /// The handshake of TCP takes a round trip before anything is sent.
    pub fn begin(&mut self, now: u64) {
        self.refilled = now;
        self.starts = now + 2 * self.half;
    }

    fn refill(&mut self, now: u64) {
        let earned = self.rate * (now - self.refilled) as f64 / 1e9;
        self.refilled = now;
        let most = self.rate * BURST_SECONDS;
        self.read_tokens = (self.read_tokens + earned).min(most);
        self.write_tokens = (self.write_tokens + earned).min(most);
    }

    /// How many bytes may be read now.
    pub fn room(&mut self, now: u64) -> usize {
        self.refill(now);
        self.read_tokens.max(0.0) as usize
    }

    /// Keep what was read until it has travelled; no bytes stand for the end.
    pub fn hold(&mut self, now: u64, bytes: Vec<u8>) {
        self.has_ended |= bytes.is_empty();
        self.read_tokens -= bytes.len() as f64;
        self.incoming.push_back((now + self.half, bytes));
    }

    /// Keep what is to be sent until it has travelled.
    pub fn send(&mut self, now: u64, bytes: Vec<u8>) {
        self.outgoing.push_back((now.max(self.starts) + self.half, bytes));
    }

    /// What has arrived by now, and the bytes that leave now.
    pub fn due(&mut self, now: u64) -> (Vec<Vec<u8>>, Vec<u8>) {
        self.refill(now);
        let mut arrived = Vec::new();
        while self.incoming.front().is_some_and(|(at, _)| *at <= now) {
            arrived.extend(self.incoming.pop_front().map(|(_, bytes)| bytes));
        }
        let mut leaving = Vec::new();
        while self.write_tokens >= 1.0 {
            let Some((at, bytes)) = self.outgoing.front_mut() else { break };
            if *at > now {
                break;
            }
            let count = bytes.len().min(self.write_tokens as usize);
            leaving.extend(bytes.drain(..count));
            self.write_tokens -= count as f64;
            if bytes.is_empty() {
                self.outgoing.pop_front();
            }
        }
        (arrived, leaving)
    }
}
