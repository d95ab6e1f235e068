// Codes thrown by the operating-system port and by drivers.
import type { CodeEntry } from './entry.ts';

export const HOST_CODES = {
  GW_LINE_MESSAGES: {
    fault: 'user',
    meaning: 'A bus does not take this request from messages of the flow.',
    remedy: 'Let messages read or write in the bus node, deploy, and apply the plan.',
  },
  GW_LINE_PROCESS: {
    fault: 'host',
    meaning: 'The process that runs the buses of the gateway is away.',
    remedy: 'It is started again by itself and opens every bus again; try again, and see the message for why it ended.',
  },
  GW_HOST_PROGRAM_MISSING: {
    fault: 'host',
    meaning: 'A program the driver needs is not installed.',
    remedy: 'Run `gatewright doctor`; it names the package to install.',
  },
  GW_CAPTURE_TOOL_MISSING: {
    fault: 'host',
    meaning: 'The card of a VM cannot be recorded, because tcpdump is not installed on the gateway.',
    remedy: 'Install it on the gateway (`apt-get install tcpdump`) and record again; nothing else needs it.',
  },
  GW_HOST_TIMEOUT: {
    fault: 'host',
    meaning: 'The host gave no answer in time.',
    remedy: 'Look whether the named program or daemon hangs, then apply again; every step is safe to repeat.',
  },
  GW_HOST_COMMAND_FAILED: {
    fault: 'host',
    meaning: 'A program of the host refused a request.',
    remedy: 'Read its own message, which is quoted, and mend the host.',
  },
  GW_HOST_IO: {
    fault: 'host',
    meaning: 'A file or socket of the host could not be used.',
    remedy: 'Check that it exists and that the agent may use it.',
  },
  GW_HOST_UNEXPECTED: {
    fault: 'host',
    meaning: 'The host answered something the driver does not understand.',
    remedy: 'Report it with the quoted answer; nothing was changed.',
  },
  GW_HOST_NODE: {
    fault: 'host',
    meaning: 'This Node.js is too old for what was asked.',
    remedy: 'Start Gatewright with the version the message names, or a later one.',
  },
  GW_HOST_FOREIGN: {
    fault: 'host',
    meaning: 'Something that Gatewright did not make has the name it needs.',
    remedy: 'Rename or remove what is named, or rename the drawn resource; Gatewright leaves it as it is.',
  },
  GW_SECURE_BOOT_BYPASSED: {
    fault: 'host',
    meaning:
      'The domain of a VM with Secure Boot hands it a kernel, which goes past the firmware: nobody checks its signature.',
    remedy: 'Plan and apply, which takes the kernel out of the domain, and find out who put it there.',
  },
  GW_IMAGE_UNUSABLE: {
    fault: 'user',
    meaning: 'The gateway has no such image, or the image cannot do what the VM asks of it.',
    remedy: 'Put the image into the image store of the gateway under the named path, or choose another image.',
  },
  GW_CANCELLED: {
    fault: 'user',
    meaning: 'The work was cancelled.',
    remedy: 'Plan again to see what is left to do.',
  },
  GW_BUG: {
    fault: 'bug',
    meaning: 'Gatewright met a state that its own code should have excluded.',
    remedy: 'Report it with the message.',
  },
} as const satisfies Record<string, CodeEntry>;
