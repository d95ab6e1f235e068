// The command line of one QEMU: a tenant's PC with nothing in it that was not asked for. Pure.
import { GatewrightError } from '../../../model/errors.ts';

/** Serial lines of the PC, in the order of its ports: for people, for the field, for programs. */
export const LINES = ['console', 'field', 'control'] as const;
export type QemuLine = (typeof LINES)[number];

/** I/O port and interrupt of each line; the third of a PC shares the first one's interrupt, and loses some then. */
const PLACES: Readonly<Record<QemuLine, string>> = {
  console: 'iobase=0x3f8,irq=4',
  field: 'iobase=0x2f8,irq=3',
  control: 'iobase=0x3e8,irq=10',
};

/** `kvm`: on the processor itself. `tcg`: every instruction is emulated. */
export type Acceleration = 'kvm' | 'tcg';

export interface QemuNic {
  readonly mac: string;
  /** Told to the guest by its card. */
  readonly mtu: number;
  /** Socket on which we wait for its frames. */
  readonly socketPath: string;
}

export interface QemuPc {
  /** Shown in the list of processes; the address of the VM. */
  readonly name: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly kernelArguments: string;
  readonly acceleration: Acceleration;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly nics: readonly QemuNic[];
  readonly watchdog: 'none' | 'reset' | 'poweroff';
  /** Sockets of its serial lines: that of the field is its own, on the others we wait for it. */
  readonly linePaths: Readonly<Record<QemuLine, string>>;
  /** Socket on which we wait for its monitor. */
  readonly monitorPath: string;
}

export const QEMU = 'qemu-system-x86_64';

/** @throws GatewrightError GW_HOST_IO for a path that QEMU's own syntax would take apart */
export function commandLine(pc: QemuPc): readonly [string, ...string[]] {
  return [
    QEMU,
    ...['-no-user-config', '-nodefaults', '-display', 'none', '-name', `guest=${inOption(pc.name)}`],
    // What a guest breaks out of has no rights to start anything or to gain more.
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-machine', `q35,accel=${pc.acceleration},usb=off,smm=off`, '-cpu', 'max'],
    ...['-smp', String(pc.vcpus), '-m', `${pc.memoryMiB}M`],
    ...['-kernel', pc.kernel, '-initrd', pc.initrd, '-append', pc.kernelArguments],
    ...LINES.flatMap((line, index) => lineOptions(line, index, pc.linePaths[line])),
    ...['-chardev', client('monitor', pc.monitorPath), '-mon', 'chardev=monitor,mode=control'],
    ...['-device', 'virtio-rng-pci'],
    ...pc.nics.flatMap(nicOptions),
    ...watchdogOptions(pc.watchdog),
  ];
}

function lineOptions(line: QemuLine, index: number, path: string): string[] {
  const device = `isa-serial,chardev=${line},index=${index},${PLACES[line]}`;
  return ['-chardev', line === 'field' ? server(line, path) : client(line, path), '-device', device];
}

/** One connection at a time, the next one waits; without one the guest is heard by nobody, and does not notice. */
function server(id: string, path: string): string {
  return `socket,id=${id},path=${inOption(path)},server=on,wait=off`;
}

/** We listen and QEMU connects, so that nobody can be there before us. */
function client(id: string, path: string): string {
  return `socket,id=${id},path=${inOption(path)},server=off`;
}

function nicOptions({ mac, mtu, socketPath }: QemuNic, index: number): string[] {
  const netdev = `stream,id=net${index},server=off,addr.type=unix,addr.path=${inOption(socketPath)}`;
  return ['-netdev', netdev, '-device', `virtio-net-pci,netdev=net${index},mac=${mac},host_mtu=${mtu}`];
}

function watchdogOptions(watchdog: QemuPc['watchdog']): string[] {
  return watchdog === 'none' ? [] : ['-device', 'i6300esb', '-action', `watchdog=${watchdog}`];
}

/** A comma ends a value in QEMU's options, and two of them are one comma [qemu(1)]; other signs mean nothing there. */
function inOption(value: string): string {
  if (/[\0\n]/.test(value)) throw new GatewrightError('GW_HOST_IO', 'a path with a line break cannot be given to QEMU');
  return value.replaceAll(',', ',,');
}
