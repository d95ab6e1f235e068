// What a view of the sidebar is made from, and what it is.
import type { Client } from '../client.ts';
import type { Store } from '../store.ts';
import type { Words } from '../words.ts';

/** What every view may use. */
export interface SidebarWorld {
  readonly client: Client;
  readonly store: Store;
  readonly words: Words;
  /** Whether the user's role may apply; asked when it matters, as people log in and out. */
  readonly mayApply: () => boolean;
  readonly notify: (text: string, type: 'success' | 'warning' | 'error') => void;
  /** Paths that only our own server has, each absent where nobody serves it. */
  readonly paths: {
    /** Console pages, with a slash at its end. */
    readonly consoles?: string | undefined;
    readonly traffic?: string | undefined;
  };
}

export interface SidebarView {
  readonly root: HTMLElement;
  /** Told whether people see it now; what nobody sees asks for nothing and draws nothing. */
  show?(isSeen: boolean): void;
}

/** One view of the registry. Its words are `view.ID` (on its tab) and `showView.ID` (the action that brings it). */
export interface ViewEntry {
  readonly id: string;
  /** @returns `undefined` where what it shows is not served */
  readonly make: (world: SidebarWorld) => SidebarView | undefined;
}
