// The Topology view: what really runs on the gateways, as a picture and as a list. Composition; nothing is asked for or drawn while
// nobody sees it.
import { element } from '../../element.ts';
import { keepingFocus } from '../../keep-focus.ts';
import { later } from '../../later.ts';
import { loadOnDemand } from '../../on-demand.ts';
import { whenText } from '../../time-text.ts';
import { save } from '../../traffic/download.ts';
import type { SidebarView, SidebarWorld } from '../view.ts';
import { CardRecorders } from './card-recorders.ts';
import { detailsView } from './details-view.ts';
import type { Topology } from './graph.ts';
import { Illustrator } from './illustrator.ts';
import { listView } from './list-view.ts';
import { pngFile, svgFile, svgText } from './save-picture.ts';
import { Stage } from './stage.ts';
import { toolbar } from './toolbar.ts';
import { topologyOf } from './topology.ts';
import { TopologyStore } from './topology-store.ts';

/** More gateways than this are not shown at once unless somebody wants it. */
const MOST_AT_ONCE = 4;

export function topologyView(world: SidebarWorld): SidebarView {
  const view = new TopologyView(world);
  return { root: view.root, show: isSeen => view.show(isSeen) };
}

class TopologyView {
  readonly root: HTMLElement;
  readonly #world: SidebarWorld;
  readonly #store: TopologyStore;
  readonly #stage: Stage;
  readonly #illustrator: Illustrator;
  readonly #notice = element('p', { class: 'gw-note', attributes: { role: 'status' } });
  readonly #failed = element('p', { class: 'gw-banner gw-warning', attributes: { role: 'status' } });
  readonly #details = element('div', { attributes: { 'aria-live': 'polite' } });
  readonly #list = element('div');
  readonly #summary = element('summary', {});
  readonly #whole: HTMLElement;
  readonly #tools;
  readonly #recorders: CardRecorders | undefined;
  #topology: Topology = { boxes: [], nodes: [], links: [] };
  /** Absent until somebody chose; '' = all. */
  #gateway: string | undefined;
  #selected: string | undefined;
  #shown = '';
  #seen = false;

  constructor(world: SidebarWorld) {
    const { client, store, words } = world;
    this.#world = world;
    // Who serves the traffic serves recordings.
    this.#recorders = world.paths.traffic === undefined ? undefined : new CardRecorders(words);
    const state = () => store.state;
    const looking = { design: client.design, observe: client.observe, state, later };
    this.#store = new TopologyStore(looking, () => this.#update());
    this.#stage = new Stage(words('topology.picture'), id => this.#select(id));
    const load = () => loadOnDemand<typeof import('./elk.on-demand.ts')>('elk');
    this.#illustrator = new Illustrator(this.#stage, words, async graph => (await load()).layOut(graph));
    this.#tools = toolbar(words, this.#commands());
    const hint = element('p', { class: 'gw-note gw-topology-hint' }, words('topology.keys'));
    this.#whole = element('div', { class: 'gw-topology-whole' }, this.#tools.root, this.#stage.root, hint);
    const folded = element('details', { class: 'gw-topology-folded' }, this.#summary, this.#list);
    this.#failed.textContent = words('topology.failed');
    this.#failed.hidden = true;
    this.root = element(
      'div',
      { class: 'gw-topology' },
      this.#notice,
      this.#failed,
      this.#whole,
      this.#details,
      folded,
    );
    store.onChange(() => {
      this.#store.refresh();
      this.#update();
    });
  }

  show(isSeen: boolean): void {
    if (isSeen === this.#seen) return;
    this.#seen = isSeen;
    this.#store.watch(isSeen);
    if (isSeen) this.#update();
  }

  #commands() {
    const stage = this.#stage;
    const name = (ending: string) => `topology-${this.#chosen() || 'all'}.${ending}`;
    const text = () => svgText(stage.root, this.#illustrator.size);
    return {
      choose: (gateway: string) => {
        this.#gateway = gateway;
        this.#update();
      },
      look: () => this.#store.refresh(),
      zoomIn: () => stage.zoomIn(),
      zoomOut: () => stage.zoomOut(),
      showAll: () => stage.showAll(),
      fullScreen: () => this.#fullScreen(),
      saveSvg: () => save(svgFile(text()), name('svg')),
      savePng: () => {
        const told = () => this.#world.notify(this.#world.words('topology.notSaved'), 'error');
        pngFile(text()).then(file => save(file, name('png')), told);
      },
    };
  }

  #fullScreen(): void {
    // A browser may refuse it, and says so itself.
    const turn = document.fullscreenElement === null ? this.#whole.requestFullscreen() : document.exitFullscreen();
    turn.catch(() => {});
  }

  #names(): readonly string[] {
    return this.#store.sights().map(({ state }) => state.name);
  }

  /** The gateway that is shown; '' = all. */
  #chosen(): string {
    const names = this.#names();
    const wanted = this.#gateway;
    if (wanted !== undefined && (names.includes(wanted) || (wanted === '' && names.length > 1))) return wanted;
    return names.length > 1 && names.length <= MOST_AT_ONCE ? '' : (names[0] ?? '');
  }

  #update(): void {
    if (!this.#seen) return;
    const chosen = this.#chosen();
    this.#tools.update(this.#names(), chosen);
    const sights = this.#store.sights().filter(({ state }) => chosen === '' || state.name === chosen);
    this.#say(sights.length);
    if (!this.#store.asked) return;
    this.#topology = topologyOf(this.#store.design, sights);
    const { boxes, ...drawn } = this.#topology;
    // When something was seen changes with each look, and shows in words only.
    const key = JSON.stringify([drawn, boxes.map(box => ({ ...box, seenAtMs: undefined }))]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#whole.hidden = boxes.length === 0;
    void this.#draw();
    this.#showList();
    this.#showDetails();
  }

  async #draw(): Promise<void> {
    const isDrawn = await this.#illustrator.show(this.#topology);
    this.#failed.hidden = isDrawn;
    if (!isDrawn) this.#shown = ''; // the next look tries again
  }

  /** What of it is not as it was seen just now. */
  #say(count: number): void {
    const { words } = this.#world;
    const away = this.#store.sights().filter(({ state }) => !state.connected);
    const texts = away.map(({ state, observed }) => {
      const values = { gateway: state.name };
      if (observed === undefined) return words('topology.away', values);
      return words('topology.last', { ...values, when: whenText(observed.atMs, Date.now(), words) });
    });
    if (!this.#store.asked) texts.push(words('topology.asking'));
    else if (count === 0) texts.push(words('platform.empty'));
    const text = texts.join(' ');
    if (this.#notice.textContent !== text) this.#notice.textContent = text;
    this.#notice.hidden = text === '';
  }

  #select(id: string): void {
    this.#selected = id;
    this.#stage.select(id);
    this.#showDetails();
  }

  #showDetails(): void {
    const node = this.#topology.nodes.find(({ id }) => id === this.#selected);
    const { words, paths } = this.#world;
    const chosen = (id: string) => this.#select(id);
    keepingFocus(this.#details, () =>
      node === undefined
        ? []
        : [detailsView(this.#topology, node, { words, consoles: paths.consoles, recorders: this.#recorders, chosen })],
    );
  }

  #showList(): void {
    const { words } = this.#world;
    this.#summary.textContent = words('topology.list', { count: this.#topology.nodes.length });
    keepingFocus(this.#list, () => [listView(this.#topology, words, id => this.#select(id))]);
  }
}
