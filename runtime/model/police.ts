// Turns the firewalls of an attachment into policed links. Used by every node type that draws an end of a link.

import { parseAddress } from './address.ts';
import { gatesField, gatesOn } from './gating.ts';
import type { Gated } from './kinds/gated.ts';
import type { DrawnLink, PolicedLink } from './kinds/policy.ts';
import type { Attachment, Scope } from './lowering.ts';

/**
 * One policed link for each firewall, in drawing order. Where only gates stand, one that lets everything pass once they are open.
 * @param place  the end of the link and the way `outbound` runs there
 */
export function police(
  attachments: readonly Attachment[],
  scope: Pick<Scope, 'facets' | 'incoming'>,
  place: Pick<PolicedLink, 'segment' | 'port' | 'outbound'>,
): readonly DrawnLink[] {
  return attachments.flatMap(attachment => {
    const gates = gatesOn(attachment, scope);
    const policed = attachment.firewalls.flatMap(node => {
      const { rules } = scope.facets(node);
      return rules === undefined
        ? []
        : [{ ...place, firewall: rules.firewall, rules: [...rules.rules], modbus: rules.lines.modbus ?? [] }];
    });
    const [first] = gates;
    const open =
      first === undefined || policed.length > 0
        ? []
        : [{ ...place, firewall: nameOf(first), rules: EVERYTHING, modbus: [] }];
    return [...policed, ...open].map(link => ({ ...link, ...gatesField(gates) }));
  });
}

const EVERYTHING = (['outbound', 'inbound'] as const).map(direction => ({
  ...{ id: direction, direction, action: 'accept' as const, protocol: 'any' as const },
  ...{ sources: [], destinations: [], ports: [], log: false },
}));

function nameOf({ by }: Gated): string {
  return parseAddress(by)?.name ?? '';
}
