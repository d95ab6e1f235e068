// What the rules of a firewall counted, for those who open it: asked for at once, and again as long as it is open. Outlives
// the cards, which are drawn anew with each state. Used by page.js.

import { rowsOf } from './counter-rows.js';

const LOOK_EVERY_MS = 2_000;

export class Counters {
  /** Rows last seen, by the address of the policy or line; only of those that are open. */
  #open = new Map();
  #token;

  /** @param token  gives the login of this browser, or '' */
  constructor(token) {
    this.#token = token;
    setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  /** What belongs behind the name of a policy or a line. */
  of(address) {
    const box = document.createElement('details');
    const summary = document.createElement('summary');
    summary.textContent = 'Counters';
    summary.setAttribute('aria-label', `Counters of ${address}`);
    const table = document.createElement('table');
    table.dataset.policy = address;
    box.append(summary, table);
    box.open = this.#open.has(address);
    fill(table, this.#open.get(address) ?? []);
    box.addEventListener('toggle', () => {
      if (box.open === this.#open.has(address)) return;
      if (!box.open) return void this.#open.delete(address);
      this.#open.set(address, []);
      void this.#look();
    });
    return box;
  }

  async #look() {
    if (document.hidden) return;
    const gateways = new Set([...this.#open.keys()].map(gatewayOf));
    await Promise.all([...gateways].map(gateway => this.#lookAt(gateway)));
  }

  /** A gateway that cannot be looked at shows what it said last; its card says why. */
  async #lookAt(gateway) {
    const headers = this.#token() === '' ? {} : { authorization: `Bearer ${this.#token()}` };
    const answer = await fetch(`/gatewright/observed?gateway=${gateway}`, { headers }).catch(() => undefined);
    if (!answer?.ok) return;
    const { resources } = await answer.json();
    for (const address of this.#open.keys()) {
      if (gatewayOf(address) !== gateway) continue;
      const rows = rowsOf(resources[address]?.status ?? {});
      this.#open.set(address, rows);
      for (const table of document.querySelectorAll('table[data-policy]'))
        if (table.dataset.policy === address) fill(table, rows);
    }
  }
}

function fill(table, rows) {
  table.replaceChildren(
    ...rows.map(texts => {
      const line = document.createElement('tr');
      for (const text of texts) {
        const cell = document.createElement('td');
        cell.textContent = text;
        line.append(cell);
      }
      return line;
    }),
  );
}

function gatewayOf(address) {
  return address.slice(address.indexOf('.') + 1, address.indexOf('/'));
}
