// What the details say of a box: a few facts of its spec, as it is. Pure; keys are words of `topology.fact`.
import type { Kind } from '../../../runtime/model/address.ts';
import type { Spec } from '../../../runtime/model/kind.ts';
import type { Fact } from './graph.ts';
import { partsOf, type Thing } from './thing.ts';

type Reader<K extends Kind> = (spec: Partial<Spec<K>>) => Readonly<Record<string, unknown>>;

const READERS: { readonly [K in Kind]?: Reader<K> } = {
  vm: ({ image, vcpus, memoryMiB, firmware, tpm, watchdog, gates = [] }) => ({
    ...{ image, vcpus },
    memory: memoryMiB === undefined ? undefined : `${memoryMiB} MiB`,
    ...{ firmware: firmware ?? 'bios', tpm: tpm === undefined ? undefined : 'TPM 2.0', watchdog },
    waitsFor: gates.length === 0 ? undefined : gates.map(({ by }) => partsOf(by).name).join(', '),
  }),
  segment: ({ mode, vni, vlan, mtu, tunnelAddress }) => ({ mode, vni, vlan, mtu, tunnelAddress }),
  uplink: ({ device, role }) => ({ device, role }),
  line: ({ protocol, device, messages }) => ({ protocol, device, messages }),
  device: ({ attach }) => ({ attach: attach === undefined ? undefined : attachText(attach) }),
  edge: ({ segment, inside, outside, nat, dhcp }) => ({
    leg: `${partsOf(segment ?? '').name}: ${inside ?? '?'} → ${outside ?? '?'}`,
    nat: nat === true ? 'yes' : 'no',
    dhcp: dhcp === undefined ? undefined : `${dhcp.first} – ${dhcp.last}`,
  }),
};

export function factsOf({ kind, spec }: Thing): readonly Fact[] {
  const read = READERS[kind] as ((spec: Thing['spec']) => Readonly<Record<string, unknown>>) | undefined;
  return Object.entries(read?.(spec) ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, text: String(value) }],
  );
}

function attachText(attach: Spec<'device'>['attach']): string {
  if (attach.by === 'pci') return attach.functions.join(', ');
  return attach.by === 'usb' ? `USB ${attach.port}` : attach.path;
}
