// The command line of one QEMU: a tenant's PC with nothing in it that was not asked for. Pure.
import { GatewrightError } from '../../model/errors.ts';

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
  /** `kvm`: on the processor itself. `tcg`: every instruction is emulated. */
  readonly acceleration: 'kvm' | 'tcg';
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly nics: readonly QemuNic[];
  readonly watchdog: 'none' | 'reset' | 'poweroff';
  /** Sockets on which we wait for the console, the field line and the monitor. */
  readonly consolePath: string;
  readonly fieldPath: string;
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
    ...line('console', pc.consolePath),
    ...line('field', pc.fieldPath),
    ...['-chardev', client('monitor', pc.monitorPath), '-mon', 'chardev=monitor,mode=control'],
    ...['-device', 'virtio-rng-pci'],
    ...pc.nics.flatMap(nicOptions),
    ...watchdogOptions(pc.watchdog),
  ];
}

function line(id: string, path: string): string[] {
  return ['-chardev', client(id, path), '-serial', `chardev:${id}`];
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
