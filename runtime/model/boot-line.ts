// The command line that a gateway boots a kernel with. Who boots it and who foretells what it will measure have to mean the same.

/** Before the VM's own arguments: the console, and no boot chatter on it. */
export const KERNEL_ARGUMENTS = 'console=ttyS0 quiet';

/** @param own  kernel arguments of the VM as drawn; may be empty */
export function commandLineOf(own: string): string {
  return `${KERNEL_ARGUMENTS} ${own}`.trimEnd();
}

/** The VM's own arguments in a command line; undefined when it is none of ours. */
export function ownArgumentsOf(commandLine: string): string | undefined {
  if (commandLine === KERNEL_ARGUMENTS) return '';
  return commandLine.startsWith(`${KERNEL_ARGUMENTS} `) ? commandLine.slice(KERNEL_ARGUMENTS.length + 1) : undefined;
}
