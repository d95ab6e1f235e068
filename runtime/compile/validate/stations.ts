// Two stations of one switch must not have one MAC or one IP address, wherever they run.
import { findSwitches, type Station } from '../weave/stations.ts';
import type { Compilation } from './compilation.ts';

export function checkStations({ resources, findings }: Compilation): void {
  for (const { segments, stations } of new Set(findSwitches(resources).values())) {
    const on = segments[0]?.spec.vswitch ?? '';
    const macs = new Map<string, Station>();
    const ips = new Map<string, Station>();
    for (const station of stations) {
      const sameMac = claim(macs, station.mac, station);
      if (sameMac !== undefined && !haveOneFormerName(station, sameMac))
        findings.add({
          code: 'GW_MAC_TWICE',
          ...placeOf(station, sameMac, 'mac'),
          summary: `${nameOf(sameMac)} and ${nameOf(station)} have the same MAC address ${station.mac} on ${on}.`,
          remedy: 'Change one of them, or leave it empty and Gatewright chooses one.',
        });
      for (const ip of station.ips) {
        const sameIp = claim(ips, ip, station);
        if (sameIp === undefined || isRouter(sameIp) || isRouter(station)) continue;
        findings.add({
          code: 'GW_ADDRESS_TWICE',
          ...placeOf(station, sameIp, 'address'),
          summary: `${nameOf(sameIp)} and ${nameOf(station)} have the same address ${ip} on ${on}.`,
          remedy: 'Give one of them another address.',
        });
      }
    }
  }
}

/** Whoever has the value already; the first one keeps it. */
function claim(owners: Map<string, Station>, value: string, station: Station): Station | undefined {
  const owner = owners.get(value);
  if (owner === undefined) owners.set(value, station);
  return owner;
}

/** Made-up MAC addresses follow the former name; that two have one is reported as such. */
function haveOneFormerName({ draft }: Station, other: Station): boolean {
  return (draft.was ?? draft.address) === (other.draft.was ?? other.draft.address);
}

/** A VM with the router's address was reported where it was drawn. */
function isRouter(station: Station): boolean {
  return station.vm === undefined;
}

function nameOf({ vm, draft }: Station): string {
  return vm ?? `the router ${draft.source.label ?? ''}`;
}

function placeOf(station: Station, other: Station, field: string) {
  const [own, related] = isRouter(station) ? [other, station] : [station, other];
  const { field: card, ...source } = own.draft.source;
  return { source, field: card === undefined ? field : `${card}.${field}`, related: [related.draft.source] };
}
