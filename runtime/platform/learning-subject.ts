// What rules can be learned of: a line, or a firewall of a network. Each is listened to in its own way, and proposes rules in its own words.
import { lineLearning } from '../explain/learn.ts';
import { NetworkLearner } from '../explain/learn-network.ts';
import { type Address, type Name, parseAddress } from '../model/address.ts';
import type { ConversationOrder } from '../model/conversation.ts';
import { GatewrightError } from '../model/errors.ts';
import type { LineSpec } from '../model/kinds/line.ts';
import type { PolicySpec } from '../model/kinds/policy.ts';
import type { Learned } from '../model/learned.ts';
import type { LineTap } from '../model/line-frame.ts';
import type { PlatformPort } from './platform-port.ts';

export interface LineOrder {
  readonly line: Address<'line'>;
  /** VMs that rules are for; empty = all of the line. */
  readonly ends: readonly Address<'vm'>[];
  /** Learn from what a firewall refused too. */
  readonly refused: boolean;
}

export interface NetworkOrder extends ConversationOrder {
  /** Of the network that the firewall guards. */
  readonly policy: Address<'policy'>;
}

export type Heard = Pick<PlatformPort, 'tap' | 'conversations' | 'observe'>;

export interface Subject {
  readonly of: Learned['of'];
  readonly protocol: Name;
  /**
   * Begins to listen.
   * @param isOn  asked before anything is taken
   * @param lost  told how much went by unheard
   */
  listen(isOn: () => boolean, lost: (count: number) => void): Promise<LineTap>;
  propose(): Pick<Learned, 'rules' | 'taken' | 'unsound' | 'left'>;
}

/** @throws GatewrightError GW_RULES_NOWHERE, and as `PlatformPort.observe` says */
export function subjectOf(platform: Heard, order: LineOrder | NetworkOrder): Promise<Subject> {
  return 'line' in order ? lineSubject(platform, order) : networkSubject(platform, order);
}

async function lineSubject(platform: Heard, { line, ends, refused }: LineOrder): Promise<Subject> {
  const { protocol = '', ports = [] } = await specOf<LineSpec>(platform, line);
  const chosen = new Set(ends.length > 0 ? ends : ports.map(({ vm }) => vm));
  const learning = lineLearning(protocol, { ends: chosen, refused });
  if (learning === undefined) throw nowhere(`${line} is no line whose rules can be learned, or is not applied yet`);
  return {
    ...{ of: line, protocol },
    listen: (isOn, lost) =>
      platform.tap(line, (frames, missed) => {
        if (!isOn()) return;
        lost(missed);
        learning.take(frames);
      }),
    propose: () => ({ ...learning.propose(), left: 0 }),
  };
}

async function networkSubject(platform: Heard, { policy, firewall, refused }: NetworkOrder): Promise<Subject> {
  const { links = [] } = await specOf<PolicySpec>(platform, policy);
  if (!links.some(link => link.firewall === firewall))
    throw nowhere(`${firewall} guards nothing of ${policy}, or is not applied yet`);
  const learner = new NetworkLearner();
  return {
    ...{ of: policy, protocol: 'ip' },
    listen: (isOn, lost) =>
      platform.conversations(policy, { firewall, refused }, (heard, missed) => {
        if (!isOn()) return;
        lost(missed);
        learner.take(heard);
      }),
    propose: () => ({ ...learner.propose(), unsound: 0 }),
  };
}

async function specOf<T>(platform: Heard, address: Address): Promise<Partial<T>> {
  const { resources } = await platform.observe(parseAddress(address)?.gateway ?? '');
  return (resources[address]?.spec ?? {}) as Partial<T>;
}

function nowhere(message: string): GatewrightError {
  return new GatewrightError('GW_RULES_NOWHERE', message);
}
