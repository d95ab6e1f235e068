// A policy of 10,000 rules on the real kernel: compiled to sets, against one nftables rule per line. Both go through
// libnftables as one transaction that replaces what was there; only the shape differs. Our policy holds replies against the
// rules too, which one line per rule does not, so the comparison is a hard one for us.
import { bridgeTable } from '../../runtime/drivers/nftables/encode/bridge.ts';
import { inetTable } from '../../runtime/drivers/nftables/encode/inet.ts';
import type { Surroundings } from '../../runtime/drivers/nftables/encode/surroundings.ts';
import { COUNTER, DROP, match, payload, RETURN } from '../../runtime/drivers/nftables/kernel/expression.ts';
import { openNft } from '../../runtime/drivers/nftables/kernel/nft.ts';
import type { NftRule, NftTable } from '../../runtime/drivers/nftables/kernel/table.ts';
import { type Command, replaceTable } from '../../runtime/drivers/nftables/kernel/write.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { openDriver } from '../drivers/nftables/open-driver.ts';
import { link, policy, type Rule, rule } from '../drivers/nftables/policies.ts';
import { policyLab } from '../drivers/nftables/policy-lab.ts';
import { type Bench, type Figure, pairedRatio, summarize, timeMs } from './harness.ts';

const RULES = 10_000;
const ROUNDS = 9;

/** Each a source, a destination and a port: what a firewall between machines mostly holds. */
const rules: readonly Rule[] = Array.from({ length: RULES }, (_, index) =>
  rule(`rule-${index}`, {
    protocol: 'tcp',
    sources: [`10.1.${index >> 8}.${index & 0xff}/32`],
    destinations: [`192.168.${index % 250}.10/32`],
    ports: [String(1 + index)],
  }),
);
const subject: Resource<'policy'> = policy([], [link('guard', 'edge.cell-7/e.a', 'to-port', ...rules)]);
const around: Surroundings = {
  table: 'gwt0000000001',
  tag: 'gatewright:policy.cell-7/vendor-a;generation=1',
  tenant: 'vendor-a',
  zones: { 'segment.cell-7/cell-a': 1 },
  uplinks: {},
  cards: {},
};

/**
 * The same rules, one line each, with the id that its counter is told by.
 * @param replies  as many lines again for the replies, which our policy holds against the rules too
 */
function ruleByRule(replies: boolean): NftTable {
  const chains = [
    { name: 'gw_requests', rules: lines('saddr', 'daddr', 'dport') },
    ...(replies ? [{ name: 'gw_replies', rules: lines('daddr', 'saddr', 'sport') }] : []),
  ];
  return { family: 'inet', name: 'gwt0000000002', flags: [], others: [], sets: [], chains };
}

function lines(source: string, destination: string, port: string): NftRule[] {
  const address = (text = '') => text.replace('/32', '');
  const accepting = rules.map(each => ({
    expr: [
      match(payload('ip', source), '==', address(each.sources[0])),
      match(payload('ip', destination), '==', address(each.destinations[0])),
      match(payload('tcp', port), '==', Number(each.ports[0])),
      COUNTER,
      RETURN,
    ],
    comment: each.id,
  }));
  return [...accepting, { expr: [DROP] }];
}

async function run(note: (text: string) => void): Promise<readonly Figure[]> {
  const lab = await policyLab();
  try {
    const nft = await openNft(lab.host, lab.settings('library'), '/run/scratch');
    const { spec } = subject;
    const encode = () => [bridgeTable(spec, around), inetTable(spec, around)].flatMap(replaceTable);
    const [sets, once, twice] = [encode(), replaceTable(ruleByRule(false)), replaceTable(ruleByRule(true))];
    const apply = (commands: readonly Command[]) => () => nft.apply(commands);
    // The kernel frees what a transaction replaced after it, and lets the next one wait for that; so one does that holds nothing.
    const settle = () => nft.apply(replaceTable({ ...ruleByRule(false), name: 'gwt0000000003', chains: [] }));
    note(`${ROUNDS} rounds of each pair, after one that does not count`);
    const half = await pairedRatio(apply(once), apply(sets), ROUNDS, settle);
    const whole = await pairedRatio(apply(twice), apply(sets), ROUNDS, settle);
    const encoded = await pairedRatio(
      () => nft.apply(replaceTable(ruleByRule(false))),
      () => nft.apply(encode()),
      ROUNDS,
      settle,
    );
    await nft.close();
    await lab.gateway.run('nft', 'flush', 'ruleset');
    const what = `takes so many times as long to apply as sets, ${RULES} rules, real kernel`;
    return [
      {
        id: 'sets-against-lines',
        what: `one line per rule ${what}`,
        ...half,
        unit: 'ratio',
        goal: { better: 'higher', gate: 5, extreme: 10 },
      },
      {
        id: 'with-encoding',
        what: `the same, with the time to make the commands out of the policy on both sides`,
        ...encoded,
        unit: 'ratio',
      },
      {
        id: 'sets-against-both-ways',
        what: `one line per rule and one for its replies, which sets check too, ${what}`,
        ...whole,
        unit: 'ratio',
      },
      ...(await figuresOfDriver(lab, note)),
    ];
  } finally {
    await lab.close();
  }
}

async function figuresOfDriver(lab: Awaited<ReturnType<typeof policyLab>>, note: (text: string) => void) {
  const driver = await openDriver(lab);
  const { spec } = subject;
  const edited = rules.map((each, index) => (index === 5_000 ? { ...each, ports: ['60000'] } : each));
  const other = { ...subject, spec: { ...spec, links: spec.links.map(each => ({ ...each, rules: edited })) } };
  const [edits, reads]: [number[], number[]] = [[], []];
  note('editing one rule and reading back, through the driver');
  await driver.apply(subject);
  for (let round = 0; round < ROUNDS; round += 1) {
    edits.push(await timeMs(() => driver.apply(round % 2 === 0 ? other : subject)));
    reads.push(await timeMs(() => driver.handle.observe()));
  }
  await driver.close();
  return [
    { id: 'edit-one', what: `one rule of ${RULES} edited through the driver`, ...summarize(edits), unit: 'ms' },
    { id: 'observe', what: `${RULES} rules read back completely`, ...summarize(reads), unit: 'ms' },
  ];
}

export const bench: Bench = {
  what: 'a policy of 10,000 rules as sets, against one rule per line (needs root)',
  label: 'real',
  run,
};
