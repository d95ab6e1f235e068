// The platform as the pack sees it, with one thing added: Node-RED tells its nodes that a flow started, but not who
// deployed it. The storage knows.
import type { PlatformPort } from '../platform/platform-port.ts';

/** Who loads the stored flow when the server starts: nobody. */
const AT_START = 'start';

/**
 * @param deployer  who saved the flow last; `undefined` while the stored flow runs since the start
 * @param onLoaded  called after every flow that was compiled and planned
 */
export function withDeployer(
  platform: PlatformPort,
  deployer: () => string | undefined,
  onLoaded: () => void,
): PlatformPort {
  return {
    load: async flows => {
      await platform.load(flows, deployer() ?? AT_START);
      onLoaded();
    },
    state: () => platform.state(),
    design: () => platform.design(),
    nodeState: node => platform.nodeState(node),
    refresh: gateway => platform.refresh(gateway),
    apply: (command, user) => platform.apply(command, user),
    cancel: (gateway, user) => platform.cancel(gateway, user),
    rollback: (gateway, user) => platform.rollback(gateway, user),
    wayBack: gateway => platform.wayBack(gateway),
    console: (...asked) => platform.console(...asked),
    power: (...asked) => platform.power(...asked),
    ask: (...asked) => platform.ask(...asked),
    tap: (...asked) => platform.tap(...asked),
    conversations: (...asked) => platform.conversations(...asked),
    tapPort: (...asked) => platform.tapPort(...asked),
    traffic: (...asked) => platform.traffic(...asked),
    observe: gateway => platform.observe(gateway),
    probe: gateway => platform.probe(gateway),
    attestation: (...asked) => platform.attestation(...asked),
    excepting: (...asked) => platform.excepting(...asked),
    sightOf: address => platform.sightOf(address),
    audit: () => platform.audit(),
    onState: listener => platform.onState(listener),
    onEvent: listener => platform.onEvent(listener),
    close: () => platform.close(),
  };
}
