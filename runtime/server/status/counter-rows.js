// What a firewall, a Modbus proxy or a line counted, as rows of a table: where, what, how many. Pure. Used by counters.js.

/** One row for each rule, in its own words, and one for what was refused beside them. */
export function rowsOf(status) {
  if (status.ends !== undefined) return lineRows(status);
  return status.state === undefined ? networkRows(status) : proxyRows(status);
}

/** A proxy that does not run lets nothing pass. */
function proxyRows({ state, why, firewalls = [] }) {
  const proxy = ['', 'the proxy', state === 'open' ? 'runs' : `does not run, started again: ${why ?? state}`];
  return [proxy, ...firewalls.flatMap(({ firewall, rules }) => rules.map(rule => ruleRow(firewall, rule, 'requests')))];
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
      rules.map(rule => ruleRow(`${firewall} to ${nameOf(end)}`, rule, 'frames')),
    ),
  );
  return [line, ...lost, ...rules];
}

function ruleRow(where, { id, hits }, what) {
  return [where, id === 'otherwise' ? 'no rule, so refused' : id, `${hits} ${what}`];
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
