/**
 * The only ways to make markup of a text, or a worker of an address: pages say so in their policy (`require-trusted-types-for`),
 * and browsers that know it refuse all others.
 */

interface Policy {
  createHTML(html: string): string;
  createScriptURL(url: string): string;
}

interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

const rules: Policy = { createHTML: (html) => html, createScriptURL: (url) => url };
const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
const policy = factory ? factory.createPolicy("etabli", rules) : rules;

/** Shows, inside `target`, markup that our own server rendered for this page. */
export function showFragment(target: Element, html: string): void {
  target.innerHTML = policy.createHTML(html);
}

/** Starts the service worker at this address of ours. */
export function registerWorker(url: string): Promise<ServiceWorkerRegistration> {
  return navigator.serviceWorker.register(policy.createScriptURL(url));
}
