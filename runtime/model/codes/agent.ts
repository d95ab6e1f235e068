// Codes of the agent: what it refuses, how its work can end, and what can be wrong with its journal and its socket.
import type { CodeEntry } from './entry.ts';

export const AGENT_CODES = {
  GW_AGENT_BUSY: {
    fault: 'host',
    meaning: 'The agent is applying, rolling back or recovering, and does one thing at a time.',
    remedy: 'Wait until it has ended, or cancel it, then ask again.',
  },
  GW_AGENT_STOPPING: {
    fault: 'host',
    meaning: 'The agent is stopping, or was stopped, while it was asked.',
    remedy: 'Ask again when it runs; unfinished work resumes at its next start.',
  },
  GW_AGENT_LOCKED: {
    fault: 'host',
    meaning: 'Another Gatewright process uses the same state directory or socket.',
    remedy: 'Wait until it has ended or stop it, or give this one a state directory and a socket of its own.',
  },
  GW_AGENT_AWAY: {
    fault: 'host',
    meaning: 'No agent answers on the socket, or it went away in the middle of an answer.',
    remedy: 'Start it with `gatewright agent` and check that you may use its socket.',
  },
  GW_AGENT_PROTOCOL: {
    fault: 'host',
    meaning: 'What answered on the socket does not speak the protocol of this version.',
    remedy: 'Run the same version of Gatewright on both sides.',
  },
  GW_AGENT_REQUEST: {
    fault: 'user',
    meaning: 'The agent was asked something it does not know or that does not have the right shape.',
    remedy: 'Correct what the message names; nothing was changed.',
  },
  GW_ADDRESS_UNKNOWN: {
    fault: 'user',
    meaning:
      'A console or a power switch was asked for of something that is no VM of this gateway, or is not there now.',
    remedy: 'Name a VM of the gateway, and apply the drawing first.',
  },
  GW_DESIGN_FOREIGN: {
    fault: 'user',
    meaning: 'The design is for another gateway or another back end than the agent serves.',
    remedy: 'Ask the agent of that gateway, or correct the back end in the gateway node.',
  },
  GW_KIND_UNSUPPORTED: {
    fault: 'host',
    meaning: 'No driver of this back end can make things of that kind.',
    remedy: 'Choose another back end in the gateway node, or take those things out of the drawing.',
  },
  GW_PLAN_STALE: {
    fault: 'user',
    meaning: 'The plan was made from a design or an observation that is no longer true.',
    remedy: 'Plan again, look at it, and apply that.',
  },
  GW_APPLY_INCOMPLETE: {
    fault: 'host',
    meaning: 'Every step was done, and still what is observed differs from the design.',
    remedy: 'Look who else changes the named things on the host, then plan again.',
  },
  GW_STEP_TIMEOUT: {
    fault: 'host',
    meaning: 'A step took far longer than its driver takes usually, and was given up.',
    remedy: 'Look whether the named thing hangs on the host, then plan again; every step is safe to repeat.',
  },
  GW_RECOVERY_FAILED: {
    fault: 'host',
    meaning: 'Work that a stop of the agent interrupted could neither be completed nor undone.',
    remedy: 'Mend what the message names, then plan again or roll back.',
  },
  GW_RESTORE_FAILED: {
    fault: 'host',
    meaning: 'The box was started anew, and what was applied could not be brought back.',
    remedy: 'Mend what the message names, then plan and apply, or start the agent again.',
  },
  GW_NO_EARLIER_GENERATION: {
    fault: 'user',
    meaning: 'Nothing was applied yet, so there is nothing to go back to.',
    remedy: 'Apply a design first.',
  },
  GW_JOURNAL_DAMAGED: {
    fault: 'host',
    meaning: 'The journal of the agent is not a journal, or does not hold together.',
    remedy: 'Move the named file away and start again: what runs is tagged in the real systems and is found there.',
  },
  GW_JOURNAL_NEWER: {
    fault: 'host',
    meaning: 'The journal was written by a newer version of Gatewright, or for another gateway.',
    remedy: 'Start the version, or the gateway, that wrote it.',
  },
  GW_JOURNAL_IO: {
    fault: 'host',
    meaning: 'The journal could not be opened or written, so nothing is changed any more.',
    remedy: 'Free space on the disk, check the rights of the state directory, and start the agent again.',
  },
} as const satisfies Record<string, CodeEntry>;
