// A domain of libvirt → a VM with its network cards, switches and devices, with a report of each part. Pure.
import type { FlowNode } from '../../compile/flow-node.ts';
import { textAt } from '../../hardware/import/libvirt-xml.ts';
import { FlowView } from '../flow-view.ts';
import { type FreeNames, namesBeside, slug } from '../names.ts';
import { NewDrawing } from '../new-drawing.ts';
import { newVm } from '../new-vm.ts';
import { type Place, placeOf } from '../place.ts';
import { cardsOf, type DomainCard } from './cards.ts';
import { type DomainDevice, devicesOf } from './devices.ts';
import { machineOf } from './machine.ts';
import { readDomain } from './read-domain.ts';
import { type DomainPart, type ImportedDomain, partOf } from './report.ts';
import { imageOf, restOf, tpmOf } from './rest.ts';

const ROW = 80;

interface World {
  readonly drawing: NewDrawing;
  readonly names: FreeNames;
  readonly place: Place;
  readonly tab: string;
}

/**
 * @param xml    as `virsh dumpxml` prints it
 * @param nodes  of the flow it is added to, on a tab of its own
 * @param gateway  name of the one of the flow that gets the VM; the first one when it is not said
 * @throws GatewrightError GW_DOMAIN_FORM
 */
export function importDomain(xml: string, nodes: readonly FlowNode[], gateway?: string): ImportedDomain {
  const domain = readDomain(xml);
  const flow = new FlowView(nodes);
  const drawing = new NewDrawing(flow);
  const names = namesBeside(nodes);
  const title = textAt(domain, 'name') ?? '';
  const name = names.take(slug(title, 'vm'));
  const tab = drawing.add(`${name}-tab`, {
    type: 'tab',
    label: title === '' ? name : title.slice(0, 100),
    disabled: false,
    info: '',
    env: [],
  });
  const place = placeOf(flow, drawing, names, gateway);
  const world = { drawing, names, place, tab };
  const [machine, image, cards, devices] = [machineOf(domain), imageOf(domain), cardsOf(domain), devicesOf(domain)];
  const nics = cards.cards.map(card => ({ name: card.name, mac: card.mac, address: '' }));
  const vm = drawing.add(`${name}-vm`, {
    ...{ z: tab, x: 500, y: 100, was: '' },
    ...newVm(name, place),
    ...machine.fields,
    ...{ image: image.image, tpm: tpmOf(domain), nics, outputs: nics.length },
  });
  const parts = [
    ...machine.parts,
    ...image.parts,
    ...drawCards(cards.cards, vm, world),
    ...cards.parts,
    ...drawDevices(devices.devices, vm, world),
    ...devices.parts,
    ...restOf(domain),
  ];
  return { report: { gateway: place.gatewayName, vm: name, parts }, added: drawing.added() };
}

/** Cards on one network are on one switch. */
function drawCards(
  cards: readonly DomainCard[],
  vm: string,
  { drawing, names, place, tab }: World,
): readonly DomainPart[] {
  const switches = new Map<string, { readonly id: string; readonly name: string }>();
  return cards.map((card, port) => {
    const known = switches.get(card.source);
    const name = known?.name ?? names.take(slug(card.source, 'lan'));
    const id =
      known?.id ??
      drawing.add(`${name}-switch`, { ...newSwitch(name, place), z: tab, x: 720, y: 100 + ROW * switches.size });
    switches.set(card.source, { id, name });
    drawing.wire(vm, port, id);
    return partOf(`network card ${port + 1}`, [card.name, name], card.notes);
  });
}

function drawDevices(
  devices: readonly DomainDevice[],
  vm: string,
  { drawing, names, place, tab }: World,
): readonly DomainPart[] {
  return devices.map(({ what, device, name: wanted }, at) => {
    const name = names.take(slug(wanted, 'device'));
    const id = drawing.add(`${name}-bus`, { ...newDevice(name, device, place), z: tab, x: 260, y: 100 + ROW * at });
    drawing.wire(id, 0, vm);
    return partOf(what, [name]);
  });
}

function newSwitch(name: string, { tenant }: Place) {
  return {
    type: 'gatewright-vswitch',
    name,
    was: '',
    tenant,
    mode: 'local',
    vni: 0,
    vlan: 0,
    mtu: 0,
    subnet: '',
    version: 1,
  };
}

function newDevice(name: string, device: string, { gateway }: Place) {
  return {
    ...{ type: 'gatewright-bus', name, was: '', gateway, mode: 'passthrough', device, protocol: 'modbus' },
    ...{ settings: {}, messages: 'none', taps: 'frames', version: 2 },
  };
}
