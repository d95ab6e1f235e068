// A kernel that QEMU puts into the memory of a guest by itself. With Secure Boot nobody has checked its signature then.
import { z } from 'zod';

/** Namespace of arguments for QEMU that libvirt hands on as they are (drvqemu.html, "Pass-through of arbitrary qemu commands"). */
const PASSED_ON = 'http://libvirt.org/schemas/domain/qemu/1.0';

const Argument = z.object({ '@value': z.string() });
const Arguments = z.record(z.string(), z.unknown());

/**
 * The kernel that a domain hands over, among arguments for QEMU; those of the element `kernel` are read elsewhere.
 * @param tree  of a whole domain
 */
export function kernelAmongArguments(tree: unknown): string | undefined {
  const values = passedOn(tree);
  for (const [place, option] of values.entries()) {
    const value = values[place + 1] ?? '';
    if (/^--?kernel$/.test(option)) return value;
    // Which the option above is short for.
    const kernel = /^--?(?:machine|M)$/.test(option) ? /(?:^|,)kernel=((?:[^,]|,,)*)/.exec(value)?.[1] : undefined;
    if (kernel !== undefined) return kernel.replaceAll(',,', ',');
  }
  return undefined;
}

function passedOn(tree: unknown): readonly string[] {
  const domain = (tree as { domain?: Record<string, unknown> } | undefined)?.domain ?? {};
  return Object.entries(domain).flatMap(([name, element]) => {
    const prefix = /^([^:@]+):commandline$/.exec(name)?.[1];
    const parsed = Arguments.safeParse(element);
    if (prefix === undefined || !parsed.success) return [];
    // The prefix is the writer's choice, and may be bound here or at the domain.
    const bound = parsed.data[`@xmlns:${prefix}`] ?? domain[`@xmlns:${prefix}`];
    if (bound !== PASSED_ON) return [];
    return [parsed.data[`${prefix}:arg`]]
      .flat()
      .flatMap(argument => Argument.safeParse(argument).data?.['@value'] ?? []);
  });
}
