// Turns the firewalls of an attachment into policed links. Used by every node type that draws an end of a link.

import type { DrawnLink, PolicedLink } from './kinds/policy.ts';
import type { Attachment, Scope } from './lowering.ts';

/**
 * One policed link for each firewall, in drawing order.
 * @param place  the end of the link and the way `outbound` runs there
 */
export function police(
  attachments: readonly Attachment[],
  scope: Pick<Scope, 'facets'>,
  place: Pick<PolicedLink, 'segment' | 'port' | 'outbound'>,
): readonly DrawnLink[] {
  return attachments.flatMap(attachment =>
    attachment.firewalls.flatMap(node => {
      const { rules } = scope.facets(node);
      return rules === undefined
        ? []
        : [{ ...place, firewall: rules.firewall, rules: [...rules.rules], modbus: rules.lines.modbus ?? [] }];
    }),
  );
}
