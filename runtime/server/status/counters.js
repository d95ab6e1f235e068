// What the rules of a firewall counted, for those who open it: asked for at once, and again as long as it is open. Outlives
// the cards, which are drawn anew with each state. Used by page.js.

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

/** One row for each rule, in its own words, and one for what was refused beside them. */
function rowsOf(status) {
  return status.ends === undefined ? networkRows(status) : lineRows(status);
}

/** Whether it is open comes first: without it nothing else counts. Then what was lost, which nobody wants, and the rules. */
function lineRows({ state, why, ends }) {
  const line = ['', 'the line', state === 'open' ? 'is open' : `is not open, tried again: ${why ?? state}`];
  const lost = ends.flatMap(({ end, in: said, out }) => {
    const count = said.dropped + out.dropped;
    return count === 0 ? [] : [[nameOf(end), 'lost', `${count} frames`]];
  });
  const rules = ends.flatMap(({ end, firewalls }) =>
    firewalls.flatMap(({ firewall, rules }) =>
      rules.map(({ id, hits }) => [
        `${firewall} to ${nameOf(end)}`,
        id === 'otherwise' ? 'no rule, so refused' : id,
        `${hits} frames`,
      ]),
    ),
  );
  return [line, ...lost, ...rules];
}

function nameOf(end) {
  return end.slice(end.indexOf('/') + 1);
}

function networkRows({ counters = {}, spoofed = {}, dropped = {} }) {
  const rows = Object.entries(counters).flatMap(([link, rules]) =>
    Object.entries(rules).map(([rule, counted]) => [
      link,
      rule === 'default' ? 'no rule, so blocked' : rule,
      `${counted.packets} packets`,
    ]),
  );
  const together = counted => Object.values(counted).reduce((sum, each) => sum + each.packets, 0);
  const forged = Object.values(spoofed).reduce((sum, each) => sum + together(each), 0);
  return [
    ...rows,
    ['', 'forged senders, blocked', `${forged} packets`],
    ['', 'invalid, blocked', `${together(dropped)} packets`],
  ];
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
