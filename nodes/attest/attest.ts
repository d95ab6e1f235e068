// An attestation gate: a TPM has to prove what was booted before what is drawn through this node may pass.
import { type Address, formatAddress, type Name } from '../../runtime/model/address.ts';
import type { GateSpec, GateSubject } from '../../runtime/model/kinds/gate.ts';
import type { DrawnNode, Scope } from '../../runtime/model/lowering.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { checkGate, reportSubject } from './checks.ts';
import { AttestConfig } from './config.ts';
import { judgedPcrs } from './pcrs.ts';

export const attest: NodeType<AttestConfig> = {
  type: 'gatewright-attest',
  version: 1,
  role: 'design',
  config: AttestConfig,
  defaults: {
    name: '',
    was: '',
    gateway: '',
    subject: 'vm',
    vm: '',
    otherwise: 'block',
    learn: 'first-boot',
    foretold: false,
    secureBoot: false,
    pcrs: '',
    images: '',
    intervalSeconds: 60,
    freshnessSeconds: 300,
    releases: '',
  },
  references: { gateway: 'gatewright-gateway' },
  accepts: ['field', 'nic', 'segment', 'routed'],
  outputs: () => [{ name: 'gate', kind: 'gate' }],
  passes: true,
  gates: true,
  faults: ({ intervalSeconds, freshnessSeconds }) =>
    freshnessSeconds > intervalSeconds
      ? []
      : [
          {
            code: 'GW_GATE_FRESHNESS',
            field: 'freshnessSeconds',
            fact: `a proof counts ${freshnessSeconds} s, and the next one comes after ${intervalSeconds} s`,
            remedy: 'Let a proof count longer than the interval, best two or three times as long.',
          },
        ],
  facets(node, references) {
    const { name, otherwise } = node.config;
    const gateway = references.gateway(node)?.name;
    return gateway === undefined ? {} : { gate: { name, gateway, otherwise } };
  },
  lower(node, scope) {
    const gateway = scope.gateway(node)?.name;
    if (gateway === undefined) return {};
    const { subject } = node.config;
    const vm = subject === 'host' ? undefined : subjectVm(node, scope, gateway);
    if (subject !== 'host' && vm === undefined) return {};
    checkGate(node, scope, vm);
    const { name, was } = node.config;
    return {
      resources: [
        {
          ...{ address: formatAddress('gate', gateway, name), kind: 'gate', source: node.source },
          ...(was === '' ? {} : { was: formatAddress('gate', gateway, was) }),
          spec: specOf(node.config, scope, vm),
        },
      ],
    };
  },
};

function specOf(config: AttestConfig, scope: Scope, vm: DrawnNode | undefined): GateSpec {
  const { learn, foretold, secureBoot, images, intervalSeconds, freshnessSeconds, releases } = config;
  const facet = vm === undefined ? undefined : scope.facets(vm).vm;
  const subject: GateSubject =
    facet?.address === undefined ? { of: 'host' } : { of: 'vm', vm: facet.address as Address<'vm'>, boot: facet.boot };
  return {
    ...(facet === undefined ? {} : { tenant: facet.tenant }),
    subject,
    pcrs: judgedPcrs(config.pcrs, facet?.boot, facet === undefined),
    ...{ learn, foretold, secureBoot, images: [...images].sort(), intervalSeconds, freshnessSeconds },
    releases: [...releases].sort(),
  };
}

/** The VM that has to prove itself; `undefined` when it is open which, which is reported. */
function subjectVm(node: DrawnNode<AttestConfig>, scope: Scope, gateway: Name): DrawnNode | undefined {
  const { subject, vm: name } = node.config;
  if (subject === 'named') return scope.vmNamed(gateway, name) ?? reportSubject(node, scope, [], name);
  const ends = scope.gated(node).flatMap(({ from, to }) => [from, to]);
  const whole = scope.outgoing(node).map(({ to }) => to);
  const vms = [...new Set([...ends, ...whole])].filter(end => scope.facets(end).vm !== undefined);
  return vms.length === 1 ? vms[0] : reportSubject(node, scope, vms, '');
}
