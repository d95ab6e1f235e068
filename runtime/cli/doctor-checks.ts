// What `gatewright doctor` looks at: everything the linux back end needs on this box. Looks only; changes nothing.
import { missingForTrust } from '../drivers/libvirt/trust-facts.ts';
import type { Host } from '../host/host.ts';
import { isGatewrightError, messageOf } from '../model/errors.ts';

export interface Check {
  readonly id: string;
  readonly status: 'ok' | 'warning' | 'failed';
  /** What was found, a fact. */
  readonly found: string;
  /** What to do; empty when all is well. */
  readonly remedy: string;
}

export interface DoctorOptions {
  readonly libvirtSocket: string;
  readonly imageDirectory: string;
  readonly nodeVersion: string;
  /** Effective user id of this process. */
  readonly uid: number;
}

type Look = (host: Host, options: DoctorOptions) => Promise<Check>;

const ok = (id: string, found: string): Check => ({ id, status: 'ok', found, remedy: '' });

/** @param without  what goes on when it is missing; absent = the back end cannot run then */
function program(name: string, versionArgument: string, debianPackage: string, without?: string): Look {
  const id = `program ${name}`;
  return async host => {
    try {
      const { stdout, stderr } = await host.run([name, versionArgument], { timeoutMs: 10_000 });
      return ok(id, (stdout || stderr).split('\n')[0]?.trim() ?? 'present');
    } catch (error) {
      const missing = isGatewrightError(error) && error.code === 'GW_HOST_PROGRAM_MISSING';
      const found = missing ? `${name} is not installed` : messageOf(error);
      const remedy = `Install it: apt-get install ${debianPackage}`;
      if (without === undefined) return { id, status: 'failed', found, remedy };
      return { id, status: 'warning', found, remedy: `${remedy}. ${without}` };
    }
  };
}

const nodeVersion: Look = async (_host, { nodeVersion: version }) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 9)) return ok('node', `Node ${version}`);
  return {
    id: 'node',
    status: 'failed',
    found: `Node ${version} is older than 22.9`,
    remedy: 'Start through npm: npm run -s gatewright -- doctor',
  };
};

const privileges: Look = async (_host, { uid }) =>
  uid === 0
    ? ok('privileges', 'running as root')
    : {
        id: 'privileges',
        status: 'warning',
        found: `running as user ${uid}`,
        remedy:
          'The agent of the linux back end needs root, or CAP_NET_ADMIN and the libvirt socket. The editor does not.',
      };

const kvm: Look = async host =>
  (await host.list('/dev')).includes('kvm')
    ? ok('kvm', '/dev/kvm is there: VMs run on the processor')
    : {
        id: 'kvm',
        status: 'warning',
        found: 'no /dev/kvm: VMs are emulated and slow',
        remedy: 'Switch on VT-x or AMD-V in the firmware set-up, then load kvm_intel or kvm_amd.',
      };

const libvirt: Look = async (host, { libvirtSocket }) => {
  try {
    (await host.connect(libvirtSocket)).destroy();
    return ok('libvirt', `libvirt answers on ${libvirtSocket}`);
  } catch (error) {
    const remedy =
      'Install libvirt-daemon and start it (systemctl start libvirtd), or name its socket with --libvirt-socket.';
    return { id: 'libvirt', status: 'failed', found: messageOf(error), remedy };
  }
};

const bridgeFilter: Look = async host => {
  const value = await host.readFile('/proc/sys/net/bridge/bridge-nf-call-iptables');
  if (value !== undefined) return ok('bridge filter', 'br_netfilter is loaded; the agent switches it on');
  const remedy = 'Load it: modprobe br_netfilter. Without it no firewall rule takes effect.';
  return { id: 'bridge filter', status: 'failed', found: 'br_netfilter is not loaded', remedy };
};

const tun: Look = async host =>
  (await host.list('/dev/net')).includes('tun')
    ? ok('tap devices', '/dev/net/tun is there')
    : { id: 'tap devices', status: 'failed', found: 'no /dev/net/tun', remedy: 'Load it: modprobe tun.' };

const images: Look = async (host, { imageDirectory }) => {
  const names = await host.list(imageDirectory);
  if (names.length > 0) return ok('images', `${imageDirectory} holds ${names.join(', ')}`);
  const remedy = 'Put an image there, or build the starter image: npm run guest-image.';
  return { id: 'images', status: 'warning', found: `${imageDirectory} holds no image`, remedy };
};

/** What VMs can be drawn with, but need not. @param feature  of `missingForTrust` */
function wanted(id: string, feature: string, present: string): Look {
  return async host => {
    const lack = (await missingForTrust(host))[feature];
    if (lack === undefined) return ok(id, present);
    const [remedy = '', why = ''] = lack.split(', because ');
    return { id, status: 'warning', found: why, remedy: `Draw VMs without it, or ${remedy}.` };
  };
}

const LOOKS: readonly Look[] = [
  nodeVersion,
  privileges,
  kvm,
  program('qemu-system-x86_64', '--version', 'qemu-system-x86'),
  libvirt,
  images,
  program('ip', '-V', 'iproute2'),
  program('bridge', '-V', 'iproute2'),
  program('nft', '--version', 'nftables'),
  program('dnsmasq', '--version', 'dnsmasq-base'),
  program('tcpdump', '--version', 'tcpdump', 'Without it only the cards of VMs cannot be recorded.'),
  bridgeFilter,
  tun,
  wanted('vm tpm', 'tpm', 'VMs can have a TPM'),
  wanted('vm uefi', 'uefi', 'VMs can start by UEFI'),
  wanted('vm secure boot', 'uefi-secure', 'VMs can start what is signed, and nothing else'),
];

/** Looks at everything, one after the other; never throws for what it finds. */
export async function examine(host: Host, options: DoctorOptions): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const look of LOOKS) checks.push(await look(host, options));
  return checks;
}
