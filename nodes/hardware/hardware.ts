// What the box has: CPUs, memory, and its network cards with the labels printed beside the sockets.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import type { HardwareProfile } from '../../runtime/model/gateway.ts';
import { DeviceName } from '../../runtime/model/kinds/uplink.ts';
import type { DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { reportRepeatedNames } from '../../runtime/model/repeated-names.ts';
import { HARDWARE_MODELS } from './models.ts';

const networkInterface = z.object({
  label: fields.name('printed label'),
  device: fields.matching(DeviceName, 'a network device', 'Write the name Linux gives the card, such as enp3s0.'),
  role: fields.choice(['management', 'plant', 'uplink']).default('plant'),
  mac: fields.optionalMac().default(''),
});

const config = z.object({
  name: fields.name(),
  gateway: fields.reference(),
  model: fields.choice(['custom', ...HARDWARE_MODELS.map(model => model.id)]),
  vcpus: fields.integer(1, 1024),
  memoryMiB: fields.integer(64, 1 << 30),
  reservedMemoryMiB: fields.integer(0, 1 << 30),
  interfaces: fields.rows(networkInterface, 64),
});
type HardwareConfig = z.infer<typeof config>;

export const hardware: NodeType<HardwareConfig> = {
  type: 'gatewright-hardware',
  version: 1,
  role: 'design',
  config,
  defaults: {
    name: '',
    gateway: '',
    model: 'custom',
    vcpus: 4,
    memoryMiB: 4096,
    reservedMemoryMiB: 512,
    interfaces: [],
  },
  references: { gateway: 'gatewright-gateway' },
  accepts: [],
  outputs: ({ interfaces }) => interfaces.map(({ label }) => ({ name: label, kind: 'interface' })),
  facets(node, references) {
    const gateway = references.gateway(node)?.name;
    return gateway === undefined ? {} : { hardware: { gateway, profile: profileOf(node.config) } };
  },
  lower(node, scope) {
    const labels = node.config.interfaces.map(({ label }) => ({ name: label }));
    const devices = node.config.interfaces.map(({ device }) => ({ name: device }));
    reportRepeatedNames(node, 'interfaces', labels, 'interfaces', scope);
    reportRepeatedNames(node, 'interfaces', devices, 'network devices', scope);
    reportReserve(node, scope);
    return {};
  },
};

function profileOf(config: HardwareConfig): HardwareProfile {
  return {
    model: config.model,
    vcpus: config.vcpus,
    memoryMiB: config.memoryMiB,
    reservedMemoryMiB: config.reservedMemoryMiB,
    interfaces: config.interfaces.map(({ label, device, role, mac }) => ({
      ...{ label, device, role },
      ...(mac === '' ? {} : { mac }),
    })),
  };
}

function reportReserve(node: DrawnNode<HardwareConfig>, scope: Scope): void {
  const { memoryMiB, reservedMemoryMiB } = node.config;
  if (reservedMemoryMiB < memoryMiB) return;
  scope.report({
    code: 'GW_HARDWARE_RESERVE',
    node,
    field: 'reservedMemoryMiB',
    summary: `${node.label} keeps ${reservedMemoryMiB} MiB of its ${memoryMiB} MiB for the host, which leaves nothing for VMs.`,
    remedy: 'Keep less for the host, or correct the memory of the box.',
  });
}
