// A host with the hardware of a dump and the files of this machine, and designs that give devices of it to VMs.
import { readFileSync } from 'node:fs';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { createFakeHost } from '../../runtime/host/fake.ts';
import type { Host } from '../../runtime/host/host.ts';
import { localHost } from '../../runtime/host/local.ts';
import { designFor, type GatewayDesign } from '../../runtime/model/design.ts';
import { box, config, draw, type SketchNode, tab, vm } from '../compile/sketch.ts';

const HARDWARE = /^\/(sys|proc)\//;

/** @param dump  of test/hardware/dumps */
export function hostWith(dump: 'cabinet-pc' | 'pole-box'): Host {
  const text = readFileSync(new URL(`../hardware/dumps/${dump}.json`, import.meta.url), 'utf8');
  const hardware = createFakeHost({ files: JSON.parse(text) as Record<string, string> });
  return {
    ...localHost,
    readFile: path => (HARDWARE.test(path) ? hardware : localHost).readFile(path),
    list: path => (HARDWARE.test(path) ? hardware : localHost).list(path),
  };
}

/** A gateway with one VM `robot` that owns some devices, by the names of their buses; drawn by hand and not proven. */
export function owning(gateway: string, devices: Readonly<Record<string, string>>): GatewayDesign {
  const buses = Object.entries(devices).map(([name, device]) =>
    draw('bus', name, { version: 2, gateway, mode: 'passthrough', device }, [['robot']]),
  );
  return designOf(gateway, buses);
}

/** The same with a serial line `meters` that the host keeps. */
export function sharing(gateway: string, path: string): GatewayDesign {
  const settings = { version: 2, gateway, protocol: 'serial', settings: { path } };
  return designOf(gateway, [draw('bus', 'meters', settings, [['robot']])]);
}

function designOf(gateway: string, buses: readonly SketchNode[]): GatewayDesign {
  const flow = [tab, ...box(gateway), config('tenant', 't1'), vm('robot', gateway, 't1', [], { nics: [] }), ...buses];
  const design = designFor(compile(flow, NODE_TYPES).design, gateway);
  if (design === undefined || Object.keys(design.resources).length !== buses.length + 1) throw new Error('bad sketch');
  return design;
}
