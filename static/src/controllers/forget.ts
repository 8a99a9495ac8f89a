/** Boards kept on this device: forgotten when one signs out, and when somebody else has signed in. */
import { forgetBoards, forgetOthers } from "../board/sync/forget";
import { on } from "../lib/dom";

export function forgetAtSignOut(): void {
  forgetOthers(document.body.dataset.actor);
  on(document, "submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!event.defaultPrevented && form.getAttribute("action")?.startsWith("/sign-out")) void forgetBoards();
  });
}
