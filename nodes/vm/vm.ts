// A tenant VM with its network cards. Knows nothing of hypervisors.
import { z } from 'zod';
import { formatAddress } from '../../runtime/model/address.ts';
import * as fields from '../../runtime/model/fields.ts';
import type { GatewaySpec, TenantSpec } from '../../runtime/model/gateway.ts';
import { gatesField, wholeGates } from '../../runtime/model/gating.ts';
import { ImageName, KernelArguments } from '../../runtime/model/kinds/vm.ts';
import type { Contribution, DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { reportRepeatedNames } from '../../runtime/model/repeated-names.ts';
import { drawCard } from './card.ts';
import { ANYWHERE, placementFields, placementOf } from './placement.ts';
import { checkPlacement } from './placement-checks.ts';
import type { CardPlace } from './plug.ts';
import { checkStart, PLAIN_START, startFields, startOf } from './start.ts';

const nic = z.object({
  name: fields.name('network card name'),
  mac: fields.optionalMac().default(''),
  /** Plain IPv4 address; empty = by DHCP, or not known. */
  address: fields.optionalIpv4().default(''),
});

const config = z.object({
  name: fields.name(),
  was: fields.optionalName('former name'),
  gateway: fields.reference(),
  tenant: fields.reference(),
  image: fields.matching(ImageName, 'an image name', 'Write the name of an image in the gateway, such as tiny-linux.'),
  kernelArguments: fields.matching(
    KernelArguments,
    'a line of kernel arguments',
    'Use at most 512 printable ASCII characters, without quotes and backslashes.',
  ),
  vcpus: fields.integer(1, 64),
  memoryMiB: fields.integer(64, 1_048_576),
  ...placementFields,
  ...startFields,
  watchdog: fields.choice(['none', 'reset', 'poweroff']),
  startOrder: fields.integer(0, 1000),
  nics: fields.rows(nic, 16),
});
export type VmConfig = z.infer<typeof config>;

export const vm: NodeType<VmConfig> = {
  type: 'gatewright-vm',
  version: 1,
  role: 'design',
  config,
  defaults: {
    name: '',
    was: '',
    gateway: '',
    tenant: '',
    image: 'tiny-linux',
    kernelArguments: '',
    vcpus: 1,
    memoryMiB: 128,
    ...ANYWHERE,
    ...PLAIN_START,
    watchdog: 'none',
    startOrder: 100,
    nics: [{ name: 'eth0', mac: '', address: '' }],
  },
  references: { gateway: 'gatewright-gateway', tenant: 'gatewright-tenant' },
  accepts: ['field', 'gate'],
  outputs: ({ nics }) => nics.map(({ name }) => ({ name, kind: 'nic' })),
  facets(node, references) {
    const tenant = references.tenant(node);
    const { vcpus, memoryMiB } = node.config;
    if (tenant === undefined) return {};
    const gateway = references.gateway(node)?.name;
    const address = gateway === undefined ? {} : { address: formatAddress('vm', gateway, node.config.name) };
    const { image, kernelArguments } = node.config;
    const start = startOf(node.config, references.gateway(node) ?? { backend: 'simulated' });
    const boot = {
      image,
      kernelArguments,
      memoryMiB,
      ...(start.firmware === undefined ? {} : { firmware: start.firmware }),
    };
    return { vm: { tenant: tenant.name, vcpus, memoryMiB, ...address, boot, tpm: start.tpm !== undefined } };
  },
  lower(node, scope) {
    const [gateway, tenant] = [scope.gateway(node), scope.tenant(node)];
    if (gateway === undefined || tenant === undefined) return {};
    reportRepeatedNames(node, 'nics', node.config.nics, 'network cards', scope);
    return lowerVm(node, scope, { gateway, tenant });
  },
};

function lowerVm(
  node: DrawnNode<VmConfig>,
  scope: Scope,
  { gateway, tenant }: { readonly gateway: GatewaySpec; readonly tenant: TenantSpec },
): Contribution {
  const { name, was, nics } = node.config;
  const cardPlace: CardPlace = { gateway: gateway.name, tenant: tenant.name, vm: name, was: was || name };
  const cards = nics.map((card, index) => drawCard(node, scope, cardPlace, { ...card, index }));
  const { image, kernelArguments, vcpus, memoryMiB, watchdog, startOrder } = node.config;
  const placement = placementOf(node.config);
  checkPlacement(node, { vcpus, memoryMiB, ...placement }, scope);
  const start = startOf(node.config, gateway);
  checkStart(node, { memoryMiB, ...start }, scope);
  return {
    resources: [
      ...cards.flatMap(card => card.resources),
      {
        address: formatAddress('vm', gateway.name, name),
        kind: 'vm',
        ...(was === '' ? {} : { was: formatAddress('vm', gateway.name, was) }),
        source: node.source,
        spec: {
          tenant: tenant.name,
          ...{
            image,
            kernelArguments,
            vcpus,
            memoryMiB,
            ...placement,
            ...start,
            watchdog,
            startOrder,
          },
          nics: cards.flatMap(card => card.nics),
          fieldLine: true,
          ...gatesField(wholeGates(node, scope)),
          running: true,
        },
      },
    ],
    links: cards.flatMap(card => card.links),
  };
}
