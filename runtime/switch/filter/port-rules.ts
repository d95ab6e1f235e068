// All firewalls on the links of one port, compiled: each must accept what leaves the port and what goes to it.
import { type Address, parseAddress } from '../../model/address.ts';
import type { PolicedLink, Rule } from '../../model/kinds/policy.ts';
import { ETHERNET_BYTES, IP, type PacketView } from '../packet/view.ts';
import type { Counter, Tallies, Tally } from './figures.ts';
import type { PortGates } from './port-gates.ts';
import { RuleTable } from './rule-table.ts';

export type Side = 'from' | 'to';

interface CompiledSide {
  readonly table: RuleTable;
  readonly accepts: readonly boolean[];
  readonly tallies: readonly Tally[];
}

interface CompiledLink {
  readonly name: string;
  readonly rules: ReadonlyMap<string, Tally>;
  readonly from: CompiledSide;
  readonly to: CompiledSide;
  readonly rest: Tally;
}

export class PortRules {
  readonly dhcp: Tally;
  readonly gates: PortGates;
  /** In the order in which they are asked. */
  readonly firewalls: readonly Pick<PolicedLink, 'firewall' | 'outbound'>[];
  readonly #kind: string | undefined;
  readonly #links: readonly CompiledLink[];

  constructor(port: Address, links: readonly PolicedLink[], gates: PortGates, tallies: Tallies) {
    this.gates = gates;
    this.#kind = parseAddress(port)?.kind;
    this.dhcp = tallies.of(`dhcp ${port}`);
    this.firewalls = links.map(({ firewall, outbound }) => ({ firewall, outbound }));
    this.#links = links.map(link => compile(link, tallies));
  }

  /** Whether every firewall accepts. @param side  whether the packet leaves the port or goes to it */
  accepts(side: Side, reply: boolean, view: PacketView): boolean {
    const bytes = view.end - ETHERNET_BYTES;
    if (this.isLease(side, view)) {
      this.dhcp.add(bytes);
      return true;
    }
    const tested = reply ? (side === 'from' ? 'to' : 'from') : side;
    for (let index = 0; index < this.#links.length; index += 1)
      if (!acceptsLink(this.#links[index] as CompiledLink, tested, reply, view, bytes)) return false;
    return true;
  }

  read(): [string, Record<string, Counter>][] {
    return this.#links.map(({ name, rules, rest }) => [
      name,
      { default: rest.read(), ...Object.fromEntries([...rules].map(([id, tally]) => [id, tally.read()])) },
    ]);
  }

  /** The built-in rule: VMs are clients only, edge legs servers only; an uplink has no such rule. */
  isLease(side: Side, view: PacketView): boolean {
    if (view.protocol !== IP.udp || !view.hasTransport || (this.#kind !== 'port' && this.#kind !== 'edge'))
      return false;
    const client = (this.#kind === 'port') === (side === 'from');
    return client ? view.sourcePort === 68 && view.targetPort === 67 : view.sourcePort === 67 && view.targetPort === 68;
  }
}

/** A reply's source is its request's destination. */
function acceptsLink(link: CompiledLink, tested: Side, reply: boolean, view: PacketView, bytes: number): boolean {
  const side = tested === 'from' ? link.from : link.to;
  const found = reply
    ? side.table.find(view.protocol, view.targetIp, view.sourceIp, view.sourcePort)
    : side.table.find(view.protocol, view.sourceIp, view.targetIp, view.targetPort);
  (found === -1 ? link.rest : (side.tallies[found] as Tally)).add(bytes);
  return found !== -1 && (side.accepts[found] as boolean);
}

/** Which rules of a link requests are held against. @param side  whether they leave its port or go to it */
export function directionOf({ outbound }: Pick<PolicedLink, 'outbound'>, side: Side): Rule['direction'] {
  return (side === 'from') === (outbound === 'from-port') ? 'outbound' : 'inbound';
}

function compile(link: PolicedLink, tallies: Tallies): CompiledLink {
  const name = `${link.firewall}@${link.port}`;
  const side = (leaves: boolean): CompiledSide => {
    const direction = directionOf(link, leaves ? 'from' : 'to');
    const rules = link.rules.filter(rule => rule.direction === direction);
    return {
      table: new RuleTable(rules),
      accepts: rules.map(rule => rule.action === 'accept'),
      tallies: rules.map(rule => tallies.of(`rule ${name} ${rule.id}`)),
    };
  };
  const rules = new Map(link.rules.map(rule => [rule.id, tallies.of(`rule ${name} ${rule.id}`)]));
  return { name, rules, from: side(true), to: side(false), rest: tallies.of(`rest ${name}`) };
}
