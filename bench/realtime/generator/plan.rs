//! What to do, read from a file of lines `name value…`; written by bench/realtime/run.py.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wire {
    Etabli,
    Hocuspocus,
    YWebsocket,
    Tldraw,
    SocketIo,
}

pub struct PersonPlan {
    pub board: usize,
    pub writes: bool,
    pub is_slow: bool,
    pub key: String,
    pub cookie: String,
    pub ticket: String,
}

pub struct Plan {
    pub wire: Wire,
    pub port: u16,
    pub pids: Vec<(u32, bool)>,
    /// Edits per second of one writer; 0: they join and write nothing.
    pub rate: f64,
    /// How many may be connecting at once; 0: everybody.
    pub connecting: usize,
    pub warm: f64,
    pub measure: f64,
    pub drain: f64,
    /// A phase whose p99 is over this many milliseconds is the last one.
    pub stop_p99: f64,
    /// The number of people of each phase, growing.
    pub phases: Vec<usize>,
    /// The first Yjs client id; person i has `base + i`.
    pub base: u64,
    /// Take documents uncompressed over HTTP and say which clocks they hold.
    pub inspect: bool,
    /// Client ids whose clocks `inspect` tells start here.
    pub inspect_base: u64,
    /// The server will be killed: say what was acknowledged and seen when connections end.
    pub expects_end: bool,
    /// Sockets of slow people: bytes a second each way, and the delay of a round trip in seconds.
    pub slow_rate: f64,
    pub slow_delay: f64,
    pub schema: String,
    pub boards: Vec<String>,
    pub people: Vec<PersonPlan>,
}

pub fn read(path: &str) -> Plan {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut plan = Plan {
        wire: Wire::Etabli,
        port: 0,
        pids: vec![],
        rate: 0.0,
        connecting: 32,
        warm: 1.0,
        measure: 5.0,
        drain: 3.0,
        stop_p99: f64::INFINITY,
        phases: vec![],
        base: 1 << 31,
        inspect: false,
        inspect_base: 0,
        expects_end: false,
        slow_rate: 50_000.0,
        slow_delay: 0.4,
        schema: String::new(),
        boards: vec![],
        people: vec![],
    };
    for line in text.lines() {
        let (name, value) = line.split_once(' ').unwrap_or((line, ""));
        let number = || value.parse::<f64>().unwrap_or_else(|_| panic!("{name}: {value:?} is not a number"));
        let whole = || value.parse::<u64>().unwrap_or_else(|_| panic!("{name}: {value:?} is not a whole number"));
        match name {
            "wire" => {
                plan.wire = match value {
                    "etabli" => Wire::Etabli,
                    "hocuspocus" => Wire::Hocuspocus,
                    "y-websocket" => Wire::YWebsocket,
                    "tldraw" => Wire::Tldraw,
                    "socket.io" => Wire::SocketIo,
                    _ => panic!("unknown wire {value:?}"),
                }
            }
            "port" => plan.port = whole() as u16,
            "pid" => plan.pids.push((whole() as u32, false)),
            "pid-tree" => plan.pids.push((whole() as u32, true)),
            "rate" => plan.rate = number(),
            "connecting" => plan.connecting = whole() as usize,
            "warm" => plan.warm = number(),
            "measure" => plan.measure = number(),
            "drain" => plan.drain = number(),
            "stop-p99" => plan.stop_p99 = number(),
            "phases" => plan.phases = value.split(' ').map(|part| part.parse().expect("phases")).collect(),
            "base" => plan.base = whole(),
            "inspect" => {
                plan.inspect = true;
                plan.inspect_base = whole();
            }
            "expects-end" => plan.expects_end = true,
            "slow-rate" => plan.slow_rate = number(),
            "slow-delay" => plan.slow_delay = number(),
            "schema" => plan.schema = value.into(),
            "board" => plan.boards.push(value.into()),
            "person" => {
                let parts: Vec<&str> = value.split(' ').collect();
                let [board, how, key, cookie, ticket] = parts[..] else { panic!("person: {value:?}") };
                plan.people.push(PersonPlan {
                    board: board.parse().expect("board"),
                    writes: how.contains('w'),
                    is_slow: how.contains('s'),
                    key: key.into(),
                    cookie: cookie.into(),
                    ticket: ticket.into(),
                });
            }
            "" => {}
            _ => panic!("unknown line {line:?}"),
        }
    }
    if plan.phases.is_empty() {
        plan.phases.push(plan.people.len());
    }
    plan
}
