//! Latencies in steps of 10 µs up to 20 s, and their percentiles.

const STEP: u64 = 10_000;
const STEPS: usize = 2_000_000;

pub struct Histogram {
    counts: Vec<u32>,
    pub count: u64,
    total: u64,
    pub max: u64,
}

impl Histogram {
    pub fn new() -> Histogram {
        Histogram { counts: vec![0; STEPS], count: 0, total: 0, max: 0 }
    }

    #[inline]
    pub fn add(&mut self, nanoseconds: u64) {
        self.counts[((nanoseconds / STEP) as usize).min(STEPS - 1)] += 1;
        self.count += 1;
        self.total += nanoseconds;
        self.max = self.max.max(nanoseconds);
    }

    /// Milliseconds below which `share` of the values are.
    pub fn milliseconds(&self, share: f64) -> f64 {
        let wanted = ((self.count as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (step, count) in self.counts.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= wanted {
                return (step as f64 + 0.5) * STEP as f64 / 1e6;
            }
        }
        0.0
    }

    /// The usual figures as a JSON object, in milliseconds.
    pub fn json(&self) -> String {
        if self.count == 0 {
            return "{\"count\":0}".into();
        }
        format!(
            "{{\"count\":{},\"p50\":{:.3},\"p95\":{:.3},\"p99\":{:.3},\"max\":{:.3},\"mean\":{:.3}}}",
            self.count,
            self.milliseconds(0.50),
            self.milliseconds(0.95),
            self.milliseconds(0.99),
            self.max as f64 / 1e6,
            self.total as f64 / self.count as f64 / 1e6
        )
    }

    pub fn clear(&mut self) {
        self.counts.fill(0);
        (self.count, self.total, self.max) = (0, 0, 0);
    }
}
