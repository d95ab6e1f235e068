// The form of a firewall: ordered lists of rules, one for networks and one for each protocol of buses that has rules. It shows
// what its wires can carry.
import facts from 'facts:firewall';
import * as checks from '../../editor/checks.ts';
import { defineNode } from '../../editor/define-node.ts';
import { drawingOf, wiredNode } from '../../editor/drawing.ts';
import { kindsThrough, origins } from '../../editor/wiring.ts';
import { design } from './form/firewall-client.ts';
import { guardedBy } from './form/guarded.ts';
import { showHits } from './form/hits-view.ts';
import { type Learnable, learnView } from './form/learn-view.ts';
import { RULE_LISTS } from './form/rule-lists.ts';
import { migrateFirewall } from './migrate.ts';

/** Lists of rules by the protocol of the bus they are for. */
const BY_PROTOCOL = { modbus: 'modbusRules', can: 'canRules' } as const;

defineNode(facts, {
  category: 'gateway',
  color: '#D55E00',
  icon: 'gatewright-firewall.svg',
  required: ['name'],
  checks: { name: checks.name, was: checks.name },
  migrate: migrateFirewall,
  former: ['lineRules'],
  prepare(node) {
    const kinds = kindsThrough(wiredNode(node), drawingOf());
    const protocols = protocolsThrough(node);
    const onNetwork = kinds.some(kind => kind !== 'field');
    $('#gw-part-rules').toggle(onNetwork || hasRows(node.rules));
    for (const [protocol, list] of Object.entries(BY_PROTOCOL)) {
      const onBus = kinds.includes('field') && (protocols.length === 0 || protocols.includes(protocol));
      // Modbus has a port of its own in networks.
      const may = onBus || (onNetwork && protocol === 'modbus');
      $(`#gw-part-${list}`).toggle(may || hasRows(node[list]));
    }
    $('#gw-part-modbusTcp').toggle(onNetwork);
    $('#gw-part-none').toggle(protocols.length > 0 && protocols.every(protocol => !(protocol in BY_PROTOCOL)));
    showHits(node, BY_PROTOCOL);
    void offerLearning(node);
  },
  lists: RULE_LISTS,
});

/** Below the rules of each bus and network that the deployed firewall guards. The platform may be away; then nothing is offered. */
async function offerLearning(node: EditorNode): Promise<void> {
  const firewall = node.name ?? '';
  const { buses, networks } = guardedBy(firewall, await design().catch(() => null));
  const offer = (field: string | undefined, learnable: Learnable) => {
    const list = RULE_LISTS.find(one => one.field === field);
    if (list !== undefined) document.getElementById(`gw-part-${field}`)?.append(learnView(node, learnable, list));
  };
  for (const { protocol, line, vms } of buses)
    offer(BY_PROTOCOL[protocol as keyof typeof BY_PROTOCOL], {
      ...{ subject: { line, ends: vms }, words: 'learn.line' },
      names: { line: line.slice(line.indexOf('/') + 1) },
    });
  for (const { policy, tenant, gateway } of networks)
    offer('rules', { subject: { policy, firewall }, words: 'learn.network', names: { tenant, gateway } });
}

/** Protocols of the buses whose links pass through, as they are drawn now. */
function protocolsThrough(node: EditorNode): readonly string[] {
  return origins(wiredNode(node), drawingOf()).flatMap(({ id, type }) => {
    const protocol = type === 'gatewright-bus' ? RED.nodes.node(id)?.protocol : undefined;
    return typeof protocol === 'string' ? [protocol] : [];
  });
}

/** What is there is shown, whatever is wired. */
function hasRows(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}
