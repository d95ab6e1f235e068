// What can be wrong with one edge router: its uplink, its switches, and the list of its outside addresses.
import type { DrawnNode, Finding, Scope } from '../../runtime/model/lowering.ts';
import { contains, ipv4ToNumber, parseCidr } from '../../runtime/model/network.ts';
import { listed } from '../../runtime/model/plain-text.ts';
import type { EdgeConfig } from './config.ts';

type Router = DrawnNode<EdgeConfig>;
/** What it finds; of the router itself unless another node is named. */
type Check = (node: Router, scope: Scope) => readonly (Omit<Finding, 'node'> & Partial<Pick<Finding, 'node'>>)[];

/** Reports everything that is wrong with the router itself; its legs speak for themselves. */
export function checkRouter(node: Router, scope: Scope): void {
  for (const finding of CHECKS.flatMap(check => check(node, scope))) scope.report({ node, ...finding });
}

const uplinks: Check = (node, scope) => {
  const found = scope.outgoing(node);
  if (found.length === 1 || (found.length === 0 && scope.hasWireFault(node))) return [];
  if (found.length === 0)
    return [
      {
        code: 'GW_EDGE_NO_UPLINK',
        summary: `The edge router ${node.label} is not connected to an uplink.`,
        remedy: 'Wire its output to an uplink.',
      },
    ];
  return [
    {
      code: 'GW_EDGE_UPLINKS',
      summary: `The edge router ${node.label} is wired to the uplinks ${listed(found.map(one => one.to.label))}; it can use one.`,
      remedy: 'Keep one uplink, or draw one edge router for each.',
      related: found.map(one => one.to),
    },
  ];
};

const unused: Check = (node, scope) =>
  scope.incoming(node).length > 0 || scope.hasWireFault(node)
    ? []
    : [
        {
          severity: 'warning',
          code: 'GW_EDGE_UNUSED',
          summary: `No switch is wired to the edge router ${node.label}.`,
          remedy: 'Wire a switch to it, or delete it.',
        },
      ];

const strangers: Check = (node, scope) => {
  const names = new Set(scope.incoming(node).map(one => scope.facets(one.from).segment?.name));
  // With no switch at all, or one that is faulty, that is the finding.
  if (names.size === 0 || names.has(undefined)) return [];
  return node.config.outside.flatMap((row, index) =>
    names.has(row.vswitch)
      ? []
      : [
          {
            severity: 'warning' as const,
            code: 'GW_OUTSIDE_UNKNOWN' as const,
            field: `outside[${index}].vswitch`,
            summary: `${node.label} has an outside address for ${row.vswitch}, which is not wired to it.`,
            remedy: 'Wire that switch to it, or correct or delete the row.',
          },
        ],
  );
};

const repeated: Check = node => {
  const seen = { vswitch: new Map<string, number>(), address: new Map<string, string>() };
  return node.config.outside.flatMap((row, index): ReturnType<Check> => {
    const [plain = ''] = row.address.split('/');
    const [earlierRow, earlierSwitch] = [seen.vswitch.get(row.vswitch), seen.address.get(plain)];
    seen.vswitch.set(row.vswitch, index);
    seen.address.set(plain, row.vswitch);
    if (earlierRow !== undefined)
      return [
        {
          code: 'GW_ENTRY_TWICE',
          field: `outside[${index}].vswitch`,
          summary: `${node.label} has two outside addresses for ${row.vswitch}.`,
          remedy: 'Keep one row for each switch.',
        },
      ];
    if (earlierSwitch === undefined) return [];
    return [
      {
        code: 'GW_OUTSIDE_TWICE',
        field: `outside[${index}].address`,
        summary: `${earlierSwitch} and ${row.vswitch} have the same outside address ${plain} on ${node.label}.`,
        remedy: 'Give each switch an outside address of its own.',
      },
    ];
  });
};

/** A router can hand packets only to a neighbour: the next hop lies in the outside network of each leg that uses it. */
const nextHops: Check = node => {
  const hops = [
    ...(node.config.defaultGateway === ''
      ? []
      : [{ field: 'defaultGateway', what: 'default gateway', hop: node.config.defaultGateway }]),
    ...node.config.routes.map((route, index) => ({
      field: `routes[${index}].via`,
      what: `next hop to ${route.destination}`,
      hop: route.via,
    })),
  ];
  return hops.flatMap(({ field, what, hop }) => {
    const beyond = node.config.outside.find(row => !isNeighbour(row.address, hop));
    if (beyond === undefined) return [];
    return [
      {
        code: 'GW_NEXT_HOP' as const,
        field,
        summary: `${hop}, the ${what} of ${node.label}, is not a neighbour of its outside address ${beyond.address}.`,
        remedy: 'Choose another address of the network beyond the uplink, or correct the outside address.',
      },
    ];
  });
};

/** Whatever a firewall says, a leg forwards only what its switch started, so that tenants cannot meet beyond the uplink. */
const unsolicited: Check = (node, scope) => {
  const passed = [...scope.incoming(node), ...scope.outgoing(node)].flatMap(link => link.firewalls);
  return [...new Set(passed)].flatMap(firewall =>
    (scope.facets(firewall).rules?.rules ?? []).flatMap((rule, index) =>
      rule.direction === 'outbound' || rule.action === 'drop'
        ? []
        : [
            {
              severity: 'warning' as const,
              code: 'GW_RULE_NO_EFFECT' as const,
              node: firewall,
              field: `rules[${index}]`,
              summary: `Rule ${rule.id} of ${firewall.label} has no effect: the edge router ${node.label} lets nothing start from its cloud side.`,
              remedy: 'Delete the rule; answers to what the field side started always pass.',
              related: [node],
            },
          ],
    ),
  );
};

function isNeighbour(outside: string, hop: string): boolean {
  const cidr = parseCidr(outside);
  if (cidr === undefined) return true;
  return cidr.address !== ipv4ToNumber(hop) && contains(cidr, ipv4ToNumber(hop));
}

const CHECKS: readonly Check[] = [uplinks, unused, strangers, repeated, nextHops, unsolicited];
