// Counters of rules are named by their firewall, so two firewalls on one gateway must not have one name.
import type { Attachment, DrawnNode } from '../../model/lowering.ts';
import type { Compilation } from './compilation.ts';

export function checkFirewallNames({ links, scope, findings }: Compilation): void {
  const owners = new Map<string, DrawnNode>();
  const reported = new Set<string>();
  for (const attachment of links.attachments) {
    const gateways = placesOf(attachment, gateway => scope.gateways(gateway));
    for (const node of attachment.firewalls) {
      const name = scope.facets(node).rules?.firewall;
      if (name === undefined || node.broken) continue;
      for (const gateway of gateways) {
        const key = `${gateway}/${name}`;
        const owner = owners.get(key) ?? node;
        owners.set(key, owner);
        if (owner.id === node.id || reported.has(node.id)) continue;
        reported.add(node.id);
        findings.add({
          code: 'GW_NAME_TWICE',
          source: node.source,
          field: 'name',
          summary: `Two firewalls on ${gateway} have the name ${name}, so their counters could not be told apart.`,
          remedy: 'Give one of them another name.',
          related: [owner.source],
        });
      }
    }
  }
}

/** Where a link is policed: where its device is, which is the end that is on the fewest gateways. */
function placesOf({ from, to }: Attachment, gateways: (node: DrawnNode) => readonly string[]): readonly string[] {
  const [left, right] = [gateways(from), gateways(to)];
  return left.length <= right.length ? left : right;
}
