// What the box has: CPUs, memory, and its connectors with the labels printed beside them.
import type { BoxProfile } from '../../runtime/hardware/profile.ts';
import type { HardwareProfile } from '../../runtime/model/gateway.ts';
import type { Connector, DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { reportRepeatedNames } from '../../runtime/model/repeated-names.ts';
import { attachOf } from './attach.ts';
import { boxOf } from './box.ts';
import { HardwareConfig } from './config.ts';
import { reportDevices } from './devices.ts';
import { migrateHardware } from './migrate.ts';
import { portKindOf } from './port-kind.ts';

export const hardware: NodeType<HardwareConfig> = {
  type: 'gatewright-hardware',
  version: 2,
  role: 'design',
  config: HardwareConfig,
  migrate: migrateHardware,
  defaults: {
    name: '',
    gateway: '',
    model: 'custom',
    profile: null,
    vcpus: 4,
    memoryMiB: 4096,
    reservedMemoryMiB: 512,
    interfaces: [],
  },
  references: { gateway: 'gatewright-gateway' },
  accepts: [],
  outputs: ({ interfaces }) => interfaces.map(({ label, kind }) => ({ name: label, kind: portKindOf(kind) })),
  facets(node, references) {
    const gateway = references.gateway(node)?.name;
    if (gateway === undefined) return {};
    const box = boxOf(node.config);
    const drawn = { gateway, profile: profileOf(node.config), connectors: connectorsOf(node.config, box) };
    return { hardware: box === undefined ? drawn : { ...drawn, box } };
  },
  lower(node, scope) {
    const labels = node.config.interfaces.map(({ label }) => ({ name: label }));
    reportRepeatedNames(node, 'interfaces', labels, 'interfaces', scope);
    reportDevices(node, scope);
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
    interfaces: config.interfaces.flatMap(row => {
      if (row.kind !== 'ethernet') return [];
      const { label, device, role, mac } = row;
      return [{ label, device, role, ...(mac === '' ? {} : { mac }) }];
    }),
  };
}

function connectorsOf({ interfaces }: HardwareConfig, box: BoxProfile | undefined): readonly Connector[] {
  return interfaces.map(({ label, kind, device }) => {
    const attach = box === undefined ? undefined : attachOf({ label, device }, box);
    return { label, kind, device, ...(attach === undefined ? {} : { attach }) };
  });
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
