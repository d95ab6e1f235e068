// Where in the box a domain runs: as libvirt writes it, and back (libvirt.org/formatdomain.html, "CPU Tuning", "Memory Backing",
// "Memory balloon device").
import { z } from 'zod';
import { readCpuList } from '../../model/host-cpus.ts';
import { PAGE_MIB, type PLACEMENT } from '../../model/kinds/placement.ts';
import type { VmSpec } from '../../model/kinds/vm.ts';
import type { XmlTree } from './xml.ts';

/** Elements of a domain besides its devices; none for a VM that asks for nothing. */
export function formatPlacement(spec: VmSpec): XmlTree {
  const { lockedMemory, hugePages } = spec;
  const cputune = formatTuning(spec);
  const memoryBacking = {
    ...(hugePages === undefined ? {} : { hugepages: { page: { '@size': String(PAGE_MIB[hugePages]), '@unit': 'M' } } }),
    ...(lockedMemory === true ? { locked: {} } : {}),
  };
  return {
    currentMemory: { '@unit': 'MiB', '#text': String(spec.leastMemoryMiB ?? spec.memoryMiB) },
    ...(Object.keys(cputune).length === 0 ? {} : { cputune }),
    ...(Object.keys(memoryBacking).length === 0 ? {} : { memoryBacking }),
  };
}

function formatTuning({ vcpus, vcpuPins = [], emulatorPin, fifoPriority }: VmSpec): XmlTree {
  const every = Array.from({ length: vcpus }, (_, vcpu) => vcpu);
  return {
    ...(vcpuPins.length === 0
      ? {}
      : { vcpupin: vcpuPins.map((cpus, vcpu) => ({ '@vcpu': String(vcpu), '@cpuset': cpus })) }),
    ...(emulatorPin === undefined ? {} : { emulatorpin: { '@cpuset': emulatorPin } }),
    ...(fifoPriority === undefined
      ? {}
      : {
          vcpusched: every.map(vcpu => ({
            '@vcpus': String(vcpu),
            '@scheduler': 'fifo',
            '@priority': String(fifoPriority),
          })),
        }),
  };
}

/** The balloon, for a VM that may grow: it lets go before the guest runs out, and gives back what the guest does not use. */
export function formatBalloon({ leastMemoryMiB }: VmSpec): XmlTree {
  if (leastMemoryMiB === undefined) return {};
  return { memballoon: { '@model': 'virtio', '@autodeflate': 'on', '@freePageReporting': 'on' } };
}

export const Kibibytes = z.object({ '@unit': z.literal('KiB'), '#text': z.string() });
const Pin = z.object({ '@cpuset': z.string() });
/** The elements of a domain that are read here. */
export const PlacementElements = {
  currentMemory: Kibibytes.optional(),
  cputune: z
    .object({
      vcpupin: z.array(Pin.extend({ '@vcpu': z.string() })).optional(),
      emulatorpin: Pin.optional(),
      vcpusched: z
        .array(z.object({ '@vcpus': z.string(), '@scheduler': z.string(), '@priority': z.string().optional() }))
        .optional(),
    })
    .or(z.literal(''))
    .optional(),
  memoryBacking: z
    .object({
      hugepages: z
        .object({ page: z.object({ '@size': z.string(), '@unit': z.literal('KiB') }).optional() })
        .or(z.literal(''))
        .optional(),
      locked: z.unknown().optional(),
    })
    .or(z.literal(''))
    .optional(),
} as const;
export const BalloonElement = z.object({ '@autodeflate': z.string().optional() });

const Elements = z.object(PlacementElements);
type Tree = z.infer<typeof Elements> & {
  readonly memory: z.infer<typeof Kibibytes>;
  readonly vcpu: string;
  readonly devices: { readonly memballoon?: z.infer<typeof BalloonElement> | undefined };
};

/**
 * Fields of the spec that the domain has a value for. One that no design could have is given as libvirt says it, so that it is
 * drift for a VM that shall have none, too.
 */
export function readPlacement(domain: Tree): Readonly<Partial<Record<keyof typeof PLACEMENT, unknown>>> {
  const cputune = domain.cputune || {};
  const memoryBacking = domain.memoryBacking || {};
  const read = {
    vcpuPins: readPins(cputune.vcpupin ?? []),
    emulatorPin: cputune.emulatorpin?.['@cpuset'],
    fifoPriority: readPriority(cputune.vcpusched ?? [], Number(domain.vcpu)),
    lockedMemory: memoryBacking.locked === undefined ? undefined : true,
    hugePages: readHugePages(memoryBacking.hugepages),
    leastMemoryMiB: readLeastMemory(domain),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

type Tuning = Exclude<NonNullable<Tree['cputune']>, ''>;

function readPins(pins: NonNullable<Tuning['vcpupin']>): unknown {
  if (pins.length === 0) return undefined;
  const inOrder = pins.every((pin, index) => pin['@vcpu'] === String(index));
  return pins.map(pin => (inOrder ? pin['@cpuset'] : `${pin['@vcpu']} on ${pin['@cpuset']}`));
}

/** One priority for all vCPUs. libvirt may say several of them in one element: `0-2`. */
function readPriority(scheds: NonNullable<Tuning['vcpusched']>, vcpus: number): unknown {
  const [first] = scheds;
  if (first === undefined) return undefined;
  const priority = first['@priority'] ?? '';
  const alike = scheds.every(sched => sched['@scheduler'] === 'fifo' && sched['@priority'] === priority);
  const whole = new Set(scheds.flatMap(sched => readCpuList(sched['@vcpus']) ?? [])).size === vcpus;
  if (alike && whole && /^\d{1,2}$/.test(priority)) return Number(priority);
  return scheds
    .map(sched => `${sched['@vcpus']}: ${sched['@scheduler']} ${sched['@priority'] ?? ''}`.trimEnd())
    .join(', ');
}

type HugePages = Exclude<NonNullable<Tree['memoryBacking']>, ''>['hugepages'];

function readHugePages(hugepages: HugePages): unknown {
  if (hugepages === undefined) return undefined;
  if (hugepages === '' || hugepages.page === undefined) return 'of any size';
  const mib = Number(hugepages.page['@size']) / 1024;
  return Object.entries(PAGE_MIB).find(([, size]) => size === mib)?.[0] ?? `${mib} MiB`;
}

/** A balloon that does not let go by itself leaves the guest with less than was drawn, for good. */
function readLeastMemory({ memory, currentMemory = memory, devices }: Tree): unknown {
  const least = Number(currentMemory['#text']) / 1024;
  if (devices.memballoon?.['@autodeflate'] === 'on') return least;
  return currentMemory['#text'] === memory['#text'] ? undefined : `${least}, and no more`;
}
