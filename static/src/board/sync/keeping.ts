/** Whether this browser has by now written all changes made so far: what is said while offline must be true. */

import type { LocalCopy } from "./local-copy";

export class Keeping {
  isKept = true;
  private running = false;
  private again = false;

  constructor(
    private readonly copy: LocalCopy,
    private readonly changed: () => void,
  ) {}

  /** Something is to be written: kept once this browser has done so. */
  keep(): void {
    this.isKept = false;
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    void this.copy.settled().then(() => {
      this.running = false;
      if (this.again) {
        this.again = false;
        this.keep();
        return;
      }
      this.isKept = true;
      this.changed();
    });
  }
}
