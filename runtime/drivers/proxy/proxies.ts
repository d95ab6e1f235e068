// The processes of all proxies of one gateway in this process of the agent.
import type { Host } from '../../host/host.ts';
import { deviceName } from '../../host/linux/device-name.ts';
import type { Store } from '../../host/resource-files.ts';
import { Shared } from '../../host/shared.ts';
import type { Address } from '../../model/address.ts';
import { SPECS } from '../../model/kind.ts';
import type { ProxyRules } from '../../protocols/modbus/proxy/judge.ts';
import { devicesOf } from './devices.ts';
import { KeptProxy } from './kept-proxy.ts';

export class Proxies {
  readonly #host: Host;
  readonly #folder: string;
  readonly #proxies = new Map<Address<'proxy'>, KeptProxy>();

  /** @param folder  for the sockets on which they get their orders */
  constructor(host: Host, folder: string) {
    this.#host = host;
    this.#folder = folder;
  }

  get(address: Address<'proxy'>): KeptProxy | undefined {
    return this.#proxies.get(address);
  }

  /** Starts what the files say. Its namespace may be gone with the last run of the box: then it waits for it. */
  async restore(store: Store<'proxy'>): Promise<void> {
    for (const { address, spec } of await store.list()) {
      const whole = SPECS.proxy.safeParse(spec);
      if (whole.success) this.#start(address, whole.data);
    }
  }

  /**
   * Resolves when it runs and judges by these rules.
   * @param anew  it stands in a place that is none any more
   * @throws GatewrightError GW_PROXY_AWAY
   */
  async put(address: Address<'proxy'>, rules: ProxyRules, anew: boolean): Promise<void> {
    if (anew) await this.drop(address);
    const proxy = this.#proxies.get(address) ?? this.#start(address, rules);
    await proxy.change(rulesOf(rules));
  }

  async drop(address: Address<'proxy'>): Promise<void> {
    const proxy = this.#proxies.get(address);
    this.#proxies.delete(address);
    await proxy?.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#proxies.keys()].map(address => this.drop(address)));
  }

  #start(address: Address<'proxy'>, rules: ProxyRules): KeptProxy {
    const ordersPath = `${this.#folder}/${deviceName('gwq', address)}`;
    const proxy = new KeptProxy({ host: this.#host, netns: devicesOf(address).netns, ordersPath }, rulesOf(rules));
    this.#proxies.set(address, proxy);
    return proxy;
  }
}

export const sharedProxies = new Shared<Proxies>();

/** Of a whole spec only what the process is told. */
function rulesOf({ guards, vms }: ProxyRules): ProxyRules {
  return vms === undefined ? { guards } : { guards, vms };
}
