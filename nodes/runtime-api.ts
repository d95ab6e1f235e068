// The part of Node-RED 5's runtime API that the pack uses. The published types describe Node-RED 1.3: they lack plugins
// and describe events and comms differently.
import type { RequestHandler, Router } from 'express';

export interface RuntimeMessage {
  _msgid?: string;
  topic?: unknown;
  payload?: unknown;
  [field: string]: unknown;
}

export interface RuntimeStatus {
  readonly fill?: 'grey' | 'green' | 'blue' | 'yellow' | 'red';
  readonly shape?: 'dot' | 'ring';
  readonly text?: string;
}

/** One message for the first output, or one for each output. */
export type RuntimeSend = (message: RuntimeMessage | readonly (RuntimeMessage | null)[]) => void;
export type RuntimeDone = (error?: Error) => void;

export interface RuntimeNode {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  /** `<tab>/<subflow instance>/…/<node in the template>`. */
  readonly _path?: string;
  status(status: RuntimeStatus): void;
  send(message: RuntimeMessage): void;
  error(error: Error | string, message?: RuntimeMessage): void;
  on(event: 'input', listener: (message: RuntimeMessage, send: RuntimeSend, done: RuntimeDone) => void): void;
  on(event: 'close', listener: (done: () => void) => void): void;
}

export type RuntimeConfig = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/** What Node-RED tells when flows were started. */
export interface FlowsStarted {
  readonly config?: { readonly flows?: readonly unknown[] };
}

export interface RuntimeRed {
  readonly settings: Readonly<Record<string, unknown>> & { readonly userDir?: string };
  readonly version: string | (() => string);
  readonly nodes: {
    registerType(type: string, construct: (this: RuntimeNode, config: RuntimeConfig) => void): void;
    createNode(node: RuntimeNode, config: RuntimeConfig): void;
    getNode(id: string): RuntimeNode | null;
  };
  readonly plugins: {
    registerPlugin(
      id: string,
      plugin: {
        readonly type: string;
        readonly onadd?: () => void;
        /** Settings under the plugin's id; those that are exportable reach the editor. */
        readonly settings?: Readonly<Record<string, { readonly exportable: boolean }>>;
      },
    ): void;
  };
  readonly events: { on(event: 'flows:started', listener: (started: FlowsStarted) => void): void };
  readonly comms: { publish(topic: string, message: unknown, retain?: boolean): void };
  readonly auth: { needsPermission(permission: string): RequestHandler };
  readonly httpAdmin: { use(path: string, router: Router): void };
  readonly log: { info(message: string): void; warn(message: string): void; error(message: string): void };
}
