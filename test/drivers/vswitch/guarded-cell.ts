// A robot and a PLC on one segment of an embedded gateway, and a firewall at the PLC.
import type { PolicySpec, Rule } from '../../../runtime/model/kinds/policy.ts';
import { cellA, resource, robotPort, withSpec } from '../../contract/samples.ts';

export const [ROBOT, PLC] = ['02:00:00:00:00:07', '02:00:00:00:00:08'];
export const [ROBOT_IP, PLC_IP] = ['10.0.0.7', '10.0.0.8'];
export const local = withSpec(cellA, { mode: 'local' });
export const robot = withSpec(robotPort, { ips: [] });
export const plc = resource('port', 'plc.eth0', { ...robot.spec, vm: 'plc', mac: PLC }, [cellA.address]);

/** What somebody asks for at the PLC is inbound. */
export function accepting(
  id: string,
  protocol: Rule['protocol'],
  direction: Rule['direction'],
  ...ports: readonly string[]
): Rule {
  return { id, direction, action: 'accept', protocol, sources: [], destinations: [], ports: [...ports], log: false };
}

/** The PLC is on the field side: what it begins goes outbound. */
export function guardedBy(rules: readonly Rule[], firewall = 'guard') {
  const link = { firewall, segment: local.address, port: plc.address, outbound: 'from-port' as const };
  const spec: PolicySpec = {
    ...{ tenant: local.spec.tenant, bindings: [], bridgeNetfilter: true },
    links: [{ ...link, rules: [...rules] }],
  };
  return resource('policy', local.spec.tenant, spec);
}

/** Only Modbus goes from the robot to the PLC. */
export const modbusOnly = guardedBy([accepting('modbus', 'tcp', 'inbound', '502')]);
