//! The few system calls that std does not offer: non-blocking connect, epoll, limits, processor time.

use std::ffi::c_void;
use std::time::Instant;

pub const READABLE: u32 = 0x001;
pub const WRITABLE: u32 = 0x004;

const AF_INET: i32 = 2;
const SOCK_STREAM_NONBLOCK: i32 = 1 | 0o4000 | 0o2000000;
const IPPROTO_TCP: i32 = 6;
const TCP_NODELAY: i32 = 1;
const SOL_SOCKET: i32 = 1;
const SO_RCVBUF: i32 = 8;
const EINPROGRESS: i32 = 115;
const SYS_EPOLL_PWAIT2: i64 = 441;
const RLIMIT_NOFILE: i32 = 7;
const MSG_NOSIGNAL: i32 = 0x4000;

#[cfg_attr(target_arch = "x86_64", repr(C, packed))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C))]
#[derive(Clone, Copy)]
pub struct Event {
    pub events: u32,
    pub token: u64,
}

#[repr(C)]
struct Address {
    family: u16,
    port: u16,
    host: u32,
    zero: [u8; 8],
}

#[repr(C)]
struct Pair {
    first: i64,
    second: i64,
}

extern "C" {
    fn socket(domain: i32, kind: i32, protocol: i32) -> i32;
    fn connect(fd: i32, address: *const Address, length: u32) -> i32;
    fn bind(fd: i32, address: *const Address, length: u32) -> i32;
    fn listen(fd: i32, backlog: i32) -> i32;
    fn accept4(fd: i32, address: *mut c_void, length: *mut c_void, flags: i32) -> i32;
    fn getsockname(fd: i32, address: *mut Address, length: *mut u32) -> i32;
    fn setsockopt(fd: i32, level: i32, name: i32, value: *const i32, length: u32) -> i32;
    fn recv(fd: i32, buffer: *mut u8, length: usize, flags: i32) -> isize;
    fn send(fd: i32, buffer: *const u8, length: usize, flags: i32) -> isize;
    fn close(fd: i32) -> i32;
    fn epoll_create1(flags: i32) -> i32;
    fn epoll_ctl(epoll: i32, operation: i32, fd: i32, event: *mut Event) -> i32;
    fn syscall(number: i64, ...) -> i64;
    fn getrusage(who: i32, usage: *mut [i64; 18]) -> i32;
    fn setrlimit(resource: i32, limit: *const Pair) -> i32;
    fn getrlimit(resource: i32, limit: *mut Pair) -> i32;
}

fn local(port: u16) -> Address {
    Address { family: AF_INET as u16, port: port.to_be(), host: u32::from_be_bytes([127, 0, 0, 1]).to_be(), zero: [0; 8] }
}

fn option(fd: i32, level: i32, name: i32, value: i32) {
    unsafe { setsockopt(fd, level, name, &value, 4) };
}

/// A non-blocking socket on its way to 127.0.0.1:`port`; `receive_bytes` bounds the kernel's buffer when not 0.
pub fn connect_local(port: u16, receive_bytes: i32) -> Result<i32, String> {
    unsafe {
        let fd = socket(AF_INET, SOCK_STREAM_NONBLOCK, 0);
        if fd < 0 {
            return Err(format!("socket: {}", std::io::Error::last_os_error()));
        }
        option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
        if receive_bytes > 0 {
            option(fd, SOL_SOCKET, SO_RCVBUF, receive_bytes);
        }
        if connect(fd, &local(port), 16) != 0 {
            let error = std::io::Error::last_os_error();
            if error.raw_os_error() != Some(EINPROGRESS) {
                close(fd);
                return Err(format!("connect: {error}"));
            }
        }
        Ok(fd)
    }
}

/// A listening socket on 127.0.0.1 and its port.
pub fn listen_local() -> (i32, u16) {
    unsafe {
        let fd = socket(AF_INET, SOCK_STREAM_NONBLOCK, 0);
        let mut address = local(0);
        let mut length = 16;
        assert!(bind(fd, &address, 16) == 0 && listen(fd, 4096) == 0, "cannot listen");
        getsockname(fd, &mut address, &mut length);
        (fd, u16::from_be(address.port))
    }
}

/// The next connection that waits, if there is one.
pub fn accept(listener: i32) -> Option<i32> {
    let fd = unsafe { accept4(listener, std::ptr::null_mut(), std::ptr::null_mut(), 0o4000 | 0o2000000) };
    if fd < 0 {
        return None;
    }
    option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    Some(fd)
}

/// Bytes received into `buffer`; `None` when there is nothing now, 0 at the end or after an error.
pub fn receive(fd: i32, buffer: &mut [u8]) -> Option<usize> {
    let count = unsafe { recv(fd, buffer.as_mut_ptr(), buffer.len(), 0) };
    if count >= 0 {
        return Some(count as usize);
    }
    match std::io::Error::last_os_error().kind() {
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::Interrupted => None,
        _ => Some(0),
    }
}

/// How much of `bytes` the kernel took; `None` when the connection is gone.
pub fn transmit(fd: i32, bytes: &[u8]) -> Option<usize> {
    let count = unsafe { send(fd, bytes.as_ptr(), bytes.len(), MSG_NOSIGNAL) };
    if count >= 0 {
        return Some(count as usize);
    }
    match std::io::Error::last_os_error().kind() {
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::Interrupted | std::io::ErrorKind::NotConnected => Some(0),
        _ => None,
    }
}

pub fn shut(fd: i32) {
    unsafe { close(fd) };
}

/// The readiness of sockets.
pub struct Poll {
    fd: i32,
    ready: Vec<Event>,
}

impl Poll {
    pub fn new() -> Poll {
        let fd = unsafe { epoll_create1(0o2000000) };
        assert!(fd >= 0, "epoll_create1");
        Poll { fd, ready: vec![Event { events: 0, token: 0 }; 1024] }
    }

    fn control(&self, operation: i32, fd: i32, events: u32, token: u64) {
        let mut event = Event { events, token };
        unsafe { epoll_ctl(self.fd, operation, fd, &mut event) };
    }

    pub fn add(&self, fd: i32, events: u32, token: u64) {
        self.control(1, fd, events, token);
    }

    pub fn change(&self, fd: i32, events: u32, token: u64) {
        self.control(3, fd, events, token);
    }

    /// Wait at most `nanoseconds`; what is ready then.
    pub fn wait(&mut self, nanoseconds: u64) -> Vec<Event> {
        let timeout = Pair { first: (nanoseconds / 1_000_000_000) as i64, second: (nanoseconds % 1_000_000_000) as i64 };
        let count = unsafe {
            syscall(SYS_EPOLL_PWAIT2, self.fd as i64, self.ready.as_mut_ptr(), self.ready.len() as i64, &timeout, 0i64, 8i64)
        };
        self.ready[..count.max(0) as usize].to_vec()
    }
}

/// Let this process open as many sockets as the system allows.
pub fn raise_limits() {
    unsafe {
        let mut limit = Pair { first: 0, second: 0 };
        getrlimit(RLIMIT_NOFILE, &mut limit);
        limit.first = limit.second;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/// The processor time of this process, in seconds.
pub fn own_seconds() -> f64 {
    let mut usage = [0i64; 18];
    unsafe { getrusage(0, &mut usage) };
    (usage[0] + usage[2]) as f64 + (usage[1] + usage[3]) as f64 / 1e6
}

/// Processor seconds of a process, all threads; with `children`, of its children too, ended or not.
pub fn seconds_of(pid: u32, children: bool) -> f64 {
    const TICK: f64 = 100.0;
    let mut ticks = 0.0;
    let processes: Vec<u32> = if children {
        let entries = std::fs::read_dir("/proc").expect("/proc");
        entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
    } else {
        vec![pid]
    };
    for process in processes {
        let Ok(text) = std::fs::read_to_string(format!("/proc/{process}/stat")) else { continue };
        let Some(after_name) = text.rfind(')') else { continue };
        let fields: Vec<f64> = text[after_name + 1..].split_whitespace().skip(1).map(|field| field.parse().unwrap_or(0.0)).collect();
        if process == pid || fields[0] as u32 == pid {
            ticks += fields[10] + fields[11];
            if process == pid && children {
                ticks += fields[12] + fields[13];
            }
        }
    }
    ticks / TICK
}

/// A clock that starts with the program, in nanoseconds.
pub struct Clock(Instant);

impl Clock {
    pub fn start() -> Clock {
        Clock(Instant::now())
    }

    pub fn now(&self) -> u64 {
        self.0.elapsed().as_nanos() as u64
    }
}
