// A profile as a hardware model of LF Edge EVE. What EVE has no word for is left out.
import { eveOfArchitecture, eveOfKind, isManagement, kindOfEve, MANAGEMENT_USAGE } from '../eve-types.ts';
import type { BoxPort, BoxProfile } from '../profile.ts';

/** JSON of a model; see docs/hardware-profile.md for what is lost. */
export type EveModel = Readonly<Record<string, unknown>>;

export function exportEve(profile: BoxProfile): EveModel {
  const { identity, eve, ports } = profile;
  return {
    arch: eve?.arch ?? eveOfArchitecture(profile.cpu.architecture),
    ...present({ productURL: identity.productUrl, productStatus: eve?.productStatus }),
    attr: attributesOf(profile),
    ...(eve === undefined || Object.keys(eve.logo).length === 0 ? {} : { logo: { ...eve.logo } }),
    ioMemberList: ports.map(rowOf),
  };
}

function attributesOf({ memory, disks, cpu, eve }: BoxProfile): Readonly<Record<string, string>> {
  const storage = disks.find(disk => disk.name === 'storage' || disk.boot === true) ?? disks[0];
  return {
    ...present({
      memory: sizeText(memory.totalMiB),
      storage: sizeText(storage?.sizeMiB),
      Cpus: (cpu.threads ?? cpu.cores)?.toString(),
    }),
    ...eve?.attributes,
  };
}

function rowOf(port: BoxPort): EveModel {
  const { address, eve } = port;
  // The number that came in is kept only while it still says the same.
  const type =
    eve?.type !== undefined && (kindOfEve(eve.type) ?? 'other') === port.kind ? eve.type : eveOfKind(port.kind);
  const phyaddrs = present({
    Ifname: address.interface,
    PciLong: address.pciAddress,
    Ioports: address.ioPorts,
    Irq: address.irq?.toString(),
    Serial: address.device,
    UsbAddr: address.usbPort?.replace('-', ':'),
    UsbProduct: address.usbProduct,
  });
  return {
    ztype: type,
    phylabel: port.label,
    ...present({ usage: usageOf(port) }),
    ...present({ assigngrp: port.group, parentassigngrp: port.parentGroup }),
    ...(Object.keys(phyaddrs).length === 0 ? {} : { phyaddrs }),
    logicallabel: port.name ?? port.label,
    ...present({ cost: eve?.cost }),
    usagePolicy: {},
  };
}

function usageOf({ management, eve }: BoxPort): number | undefined {
  const usage = eve?.usage;
  if (management === true) return usage !== undefined && isManagement(usage) ? usage : MANAGEMENT_USAGE;
  return usage !== undefined && isManagement(usage) ? 0 : usage;
}

function sizeText(mebibytes: number | undefined): string | undefined {
  if (mebibytes === undefined) return undefined;
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}G` : `${mebibytes}M`;
}

function present<T>(row: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(row).filter((each): each is [string, T] => each[1] !== undefined));
}
