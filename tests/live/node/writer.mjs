// Somebody who writes all the time: notes, letters in each other's texts, moves, now and then a deletion.
// Each edit can be told from all others in the stored document: a note by its text, a letter by being the only
// one of its kind in its text.

const FIRST_LETTER = 0x4e00; // 20,992 letters that nobody else uses
const LETTERS_EACH = 1000;
const WRITERS = 20;
const MAX_TEXT = 1500;
const MIN_GONE = 6; // notes of one's own before one is thrown away

// deterministic for a seed (mulberry32)
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class Writer {
  // number: this writer among all, 0–19; prefix: of the ids it makes; every: mean ms between two edits;
  // keepsToOwn: guests may type in their own texts only
  constructor(client, { number, prefix, every, seed, keepsToOwn }) {
    Object.assign(this, { client, number, prefix, every, keepsToOwn });
    this.random = randomOf(seed * 1000 + number);
    this.count = 0;
    this.letters = 0;
    this.own = [];
    this.next();
  }

  next() {
    this.timer = setTimeout(
      () => {
        if (this.client.me) this.step();
        this.next();
      },
      this.every * (0.5 + this.random()),
    );
  }

  stop() {
    clearTimeout(this.timer);
  }

  step() {
    this.count += 1;
    const edit = `${this.prefix}-${this.number}-${this.count}`;
    const dice = this.random();
    if (this.count === 1) this.client.addNote({ id: `${this.prefix}-text-${this.number}` });
    else if (dice < 0.3) this.addNote(edit);
    else if (dice < 0.9) this.addLetter(edit);
    else if (dice < 0.97) this.moveSomething();
    else this.removeOne(edit);
  }

  addNote(edit) {
    this.client.addNote({ id: edit, text: `[${edit}]` });
    this.own.push(edit);
  }

  // in anybody's text, anywhere in it
  addLetter(edit) {
    const whose = this.keepsToOwn ? this.number : Math.floor(this.random() * WRITERS);
    const id = `${this.prefix}-text-${whose}`;
    const text = this.client.objects().get(id)?.get("text");
    if (text === undefined || text.length > MAX_TEXT || this.letters >= LETTERS_EACH) {
      this.addNote(edit);
      return;
    }
    const letter = String.fromCodePoint(FIRST_LETTER + this.number * LETTERS_EACH + this.letters);
    this.letters += 1;
    this.client.typeText({ id, index: Math.floor(this.random() * (text.length + 1)), text: letter, edit });
  }

  moveSomething() {
    const id = this.own[Math.floor(this.random() * this.own.length)];
    if (id !== undefined) this.client.setFields({ id, fields: { x: Math.floor(this.random() * 5000) } });
  }

  removeOne(edit) {
    if (this.own.length < MIN_GONE) return;
    const [id] = this.own.splice(Math.floor(this.random() * this.own.length), 1);
    this.client.removeObject({ id, edit });
  }
}
