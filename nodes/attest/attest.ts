// An attestation gate: a TPM has to prove what was booted before what is drawn through this node may pass.
import { type Address, formatAddress } from '../../runtime/model/address.ts';
import type { GateSpec, GateSubject } from '../../runtime/model/kinds/gate.ts';
import type { VmFacet } from '../../runtime/model/lowering.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { checkWires } from './checks.ts';
import { checkRules } from './checks-rules.ts';
import { checkSubject } from './checks-subject.ts';
import { AttestConfig } from './config.ts';
import { judgedPcrs } from './pcrs.ts';
import { subjectOf } from './subject.ts';

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
    rules: [],
    intervalSeconds: 60,
    freshnessSeconds: 300,
    releases: '',
  },
  references: { gateway: 'gatewright-gateway' },
  accepts: ['tpm', 'field', 'nic', 'segment', 'routed', 'gate'],
  takesMessages: true,
  outputs: () => [{ name: 'gate', kind: 'gate' }],
  passes: true,
  gates: true,
  keeps: ['tpm'],
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
    const subject = subjectOf(node, scope);
    checkWires(node, scope, gateway);
    checkSubject(node, scope, subject);
    checkRules(node, scope, subject);
    const vm = subject.is === 'vm' ? scope.facets(subject.vm).vm : undefined;
    // It is open which VM of which gateway is meant; that is reported.
    if (subject.is === 'open' || (subject.is === 'vm' && vm?.address === undefined)) return {};
    const { name, was } = node.config;
    return {
      resources: [
        {
          ...{ address: formatAddress('gate', gateway, name), kind: 'gate', source: node.source },
          ...(was === '' ? {} : { was: formatAddress('gate', gateway, was) }),
          spec: specOf(node.config, vm),
        },
      ],
    };
  },
};

/** @param vm  that has to prove itself; `undefined` = the box */
function specOf(config: AttestConfig, vm: VmFacet | undefined): GateSpec {
  const { learn, foretold, secureBoot, images, rules, intervalSeconds, freshnessSeconds, releases } = config;
  const subject: GateSubject =
    vm?.address === undefined ? { of: 'host' } : { of: 'vm', vm: vm.address as Address<'vm'>, boot: vm.boot };
  return {
    ...(vm === undefined ? {} : { tenant: vm.tenant }),
    subject,
    pcrs: judgedPcrs(config, vm?.boot, vm === undefined),
    ...{ learn, foretold, secureBoot, images: [...new Set(images)].sort(), intervalSeconds, freshnessSeconds },
    ...(rules.length === 0 ? {} : { rules }),
    releases: [...new Set(releases)].sort(),
  };
}
