// Reads a calendar on standard input with ical.js and writes, as JSON, when each session begins and ends.
// Nothing but what the calendar itself says of its zones is used: a zone that it does not describe is an error.
import { text } from "node:stream/consumers";

const { default: ICAL } = await import("ical.js");
const calendar = new ICAL.Component(ICAL.parse(await text(process.stdin)));
const zones = calendar.getAllSubcomponents("vtimezone").map((one) => one.getFirstPropertyValue("tzid"));
for (const component of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(component);
}

const events = calendar.getAllSubcomponents("vevent");
const series = new Map();
for (const component of events) {
  const event = new ICAL.Event(component);
  if (!event.isRecurrenceException()) series.set(event.uid, event);
}
for (const component of events) {
  const event = new ICAL.Event(component);
  if (event.isRecurrenceException()) series.get(event.uid).relateException(event);
}

function moment(time) {
  if (time.zone === ICAL.Timezone.localTimezone) throw new Error(`no zone for ${time}`);
  return new Date(time.toUnixTime() * 1000).toISOString();
}

const found = [];
for (const event of series.values()) {
  const status = event.component.getFirstPropertyValue("status");
  const starts = [];
  if (event.isRecurring()) {
    const iterator = event.iterator();
    for (let next = iterator.next(); next; next = iterator.next()) starts.push(next);
  } else starts.push(event.startDate);
  for (const start of starts) {
    const one = event.isRecurring() ? event.getOccurrenceDetails(start) : { item: event, startDate: event.startDate, endDate: event.endDate };
    found.push({
      uid: event.uid,
      summary: one.item.summary,
      location: one.item.location,
      description: one.item.description,
      sequence: one.item.sequence,
      status,
      starts: moment(one.startDate),
      ends: moment(one.endDate),
    });
  }
}
process.stdout.write(JSON.stringify({ zones, found }));
