// A table of its own that only listens to one firewall of a policy: the kernel itself keeps who asked whom, so that no packet and nothing
// of what one holds ever leaves it. It has no verdict but to go on; what its sets have no room for is counted. Marks say which ports a
// frame uses, so it is made anew whenever those of the policy are.
import type { ConversationOrder } from '../../../model/conversation.ts';
import type { PolicySpec } from '../../../model/kinds/policy.ts';
import { FIRST_CLIENT_PORT } from '../../../switch/filter/request-ear.ts';
import { inMark, MARK, outMark, policedPorts } from '../encode/layout.ts';
import {
  addTo,
  COUNTER,
  concat,
  conntrack,
  type Expression,
  goTo,
  isIn,
  masked,
  match,
  meta,
  payload,
  RETURN,
} from '../kernel/expression.ts';
import type { Hook, NftChain, NftRule, NftSet, NftTable } from '../kernel/table.ts';
import { TAG_CHAIN } from '../kernel/table.ts';

export const EAR_TABLE = /^gwh[0-9a-f]{10}$/;
/** Sets of conversations: of TCP and UDP, the same heard from whoever answers, and of ICMP. */
export const HEARD = { ports: 'gw_heard', turned: 'gw_turned', pings: 'gw_pinged' } as const;
/** Comment of rules that count what there was no room for. */
export const LOST = 'lost';
const MOST_DIFFERENT = 4_096;
const NONE = { packets: 0, bytes: 0 };

/** Before the rules of the policy are asked, or after: then only what they let pass is there. */
function hookOf({ refused }: ConversationOrder): Hook {
  return { type: 'filter', hook: 'forward', prio: refused ? -5 : 5, policy: 'accept' };
}

/** @param tag  whose it is, as on the tables of the policy */
export function earTable(name: string, tag: string, { links }: PolicySpec, order: ConversationOrder): NftTable {
  const guarded = new Set(links.filter(({ firewall }) => firewall === order.firewall).map(({ port }) => port));
  const numbers = policedPorts(links).flatMap((port, index) => (guarded.has(port) ? [index + 1] : []));
  return {
    ...{ family: 'inet', name, flags: [], others: [] },
    sets: [
      markSet('gw_from', numbers.map(inMark)),
      markSet('gw_to', numbers.map(outMark)),
      growing(HEARD.ports, ['mark', 'inet_proto', 'ipv4_addr', 'ipv4_addr', 'inet_service']),
      growing(HEARD.turned, ['mark', 'inet_proto', 'ipv4_addr', 'ipv4_addr', 'inet_service']),
      growing(HEARD.pings, ['mark', 'ipv4_addr', 'ipv4_addr']),
    ],
    chains: [
      { name: TAG_CHAIN, rules: [{ expr: [RETURN], comment: tag }] },
      { name: 'gw_hear', hook: hookOf(order), rules: hearRules() },
      noteChain(),
      turnChain(),
    ],
  };
}

function markSet(name: string, marks: readonly number[]): NftSet {
  return { name, type: 'mark', flags: [], counted: false, elements: marks.map(key => ({ key })) };
}

function growing(name: string, type: readonly string[]): NftSet {
  return { name, type, flags: [], counted: true, size: MOST_DIFFERENT, elements: [] };
}

/** What is policed, and no answer. */
function hearRules(): readonly NftRule[] {
  const mark = meta('mark');
  return [
    { expr: [match(masked(mark, MARK.oursMask), '!=', MARK.ours), RETURN] },
    { expr: [match(conntrack('direction'), '!=', 'original'), RETURN] },
    { expr: [match(conntrack('state'), 'in', ['invalid', 'related']), RETURN] },
    { expr: [isIn(masked(mark, MARK.inMask), 'gw_from'), goTo('gw_note')] },
    { expr: [isIn(masked(mark, MARK.outMask), 'gw_to'), goTo('gw_note')] },
  ];
}

const PROTOCOL = meta('l4proto');
const [SENDER, RECEIVER] = [payload('ip', 'saddr'), payload('ip', 'daddr')];

function noteChain(): NftChain {
  const withPorts = concat(meta('mark'), PROTOCOL, SENDER, RECEIVER, payload('th', 'dport'));
  return {
    name: 'gw_note',
    rules: [
      { expr: [...answersOfLostFlow(), goTo('gw_turn')] },
      { expr: [match(PROTOCOL, '==', { set: ['tcp', 'udp'] }), addTo(HEARD.ports, withPorts), RETURN] },
      {
        expr: [match(PROTOCOL, '==', 'icmp'), addTo(HEARD.pings, concat(meta('mark'), SENDER, RECEIVER)), RETURN],
      },
      { expr: [match(PROTOCOL, '==', { set: ['icmp', 'tcp', 'udp'] }), COUNTER], comment: LOST, counter: NONE },
    ],
  };
}

/** As the switch in our own process has it: from the middle of a TCP connection that nobody saw begin, sent by its server. */
function answersOfLostFlow(): readonly Expression[] {
  const port = (field: string, first: number, last: number) =>
    match(payload('tcp', field), '==', { range: [first, last] });
  return [
    match(PROTOCOL, '==', 'tcp'),
    match(conntrack('state'), 'in', 'new'),
    match({ '&': [payload('tcp', 'flags'), ['syn', 'ack']] }, '!=', 'syn'),
    port('sport', 1, FIRST_CLIENT_PORT - 1),
    port('dport', FIRST_CLIENT_PORT, 0xffff),
  ];
}

function turnChain(): NftChain {
  const turned = concat(meta('mark'), PROTOCOL, RECEIVER, SENDER, payload('tcp', 'sport'));
  return {
    name: 'gw_turn',
    rules: [{ expr: [addTo(HEARD.turned, turned), RETURN] }, { expr: [COUNTER], comment: LOST, counter: NONE }],
  };
}
