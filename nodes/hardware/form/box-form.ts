// The form of a hardware node without its plain fields: puts together where the box is known from, its picture, and how the
// drawing fits the real box.
import { addRow, fillRow, formerPorts, type ListForm, readList, replaceEntries } from '../../../editor/list-form.ts';
import type { BoxProfile } from '../../../runtime/hardware/profile.ts';
import { boundProfile } from '../bind.ts';
import { compareBox } from '../compare.ts';
import type { formFacts } from '../hardware.form-facts.ts';
import { type BoxModel, modelOf } from '../model.ts';
import { pictureOf } from '../picture/face.ts';
import { type PicturedSocket, picturedSockets } from '../picture/pictured.ts';
import { type ConnectorRow, keptRows, rowOf, rowsOf } from '../rows.ts';
import { BoxSource } from './box-source.ts';
import { comparisonView, type TakenOver } from './comparison.ts';

export interface BoxFormWorld {
  readonly node: EditorNode;
  readonly list: ListForm;
  readonly models: typeof formFacts;
  /** Name of the gateway that is chosen now; empty when none is. */
  gateway(): string;
  /** What is wired to an output, by the place it had when the form opened. */
  wiredTo(port: number): readonly string[];
  /** Lights the wires of an output on the canvas. */
  light(port: number | undefined): void;
}

export class BoxForm {
  readonly #world: BoxFormWorld;
  readonly #source: BoxSource;
  #shown = '';

  constructor(world: BoxFormWorld) {
    const { node, models, gateway } = world;
    this.#world = world;
    this.#source = new BoxSource({
      ...{ node, models, gateway },
      chosen: model => this.#fillIn(model),
      changed: () => this.#draw(),
    });
    this.#draw();
    $('#gw-box-compare').on('click', () => this.#source.askBox(found => this.#showComparison(found)));
    // Rows come and go with a click, and move when one is let go.
    const rows = $(`#gw-list-${world.list.field}`).closest('.form-row');
    rows.on('input change click mouseup', () => setTimeout(() => this.#draw(), 0));
    rows.on('focusin', event => this.#point($(event.target).closest('li').index()));
  }

  /** See {@link BoxSource.profile}. */
  profile(): BoxProfile | null {
    return this.#source.profile();
  }

  #rows(): readonly ConnectorRow[] {
    return readList(this.#world.list).map(({ label, kind, device, role, mac }) => ({
      ...{ label: String(label ?? ''), kind: kind as ConnectorRow['kind'], device: String(device ?? '') },
      ...{ role: role as ConnectorRow['role'], mac: String(mac ?? '') },
    }));
  }

  /** What the profile does not know stays as it is. */
  #fillIn({ vcpus, memoryMiB, sockets }: BoxModel): void {
    if (vcpus !== undefined) $('#node-input-vcpus').val(vcpus).trigger('change');
    if (memoryMiB !== undefined) $('#node-input-memoryMiB').val(memoryMiB).trigger('change');
    const rows = rowsOf(sockets);
    const entries = rows.map(row => ({ ...row }));
    replaceEntries(this.#world.list, entries, keptRows(this.#rows(), rows));
    $('#gw-comparison').empty();
  }

  /** Draws the picture anew when something changed, so that nothing flickers. */
  #draw(): void {
    const { node, list } = this.#world;
    const ports = formerPorts(list);
    const model = this.#source.model();
    const sockets = picturedSockets(this.#rows(), model?.sockets ?? [], row => this.#wires(ports[row]).length > 0);
    const text = JSON.stringify([model?.title, sockets]);
    if (text === this.#shown) return;
    this.#shown = text;
    const picture = pictureOf({
      ...{ title: model?.title ?? '', name: node._('label.face'), schematic: node._('label.schematic'), sockets },
      words: socket => this.#wordsOf(socket),
      chosen: socket => this.#choose(socket),
    });
    $('#gw-box-picture').empty().append(picture);
    $('#gw-box-caption').text(node._('label.pick'));
  }

  #wires(port: number | undefined): readonly string[] {
    return port === undefined ? [] : this.#world.wiredTo(port);
  }

  /** `com1: serial port, /dev/ttyS0, wired to meters`. */
  #wordsOf({ label, kind, row, device }: PicturedSocket): string {
    const { node, list } = this.#world;
    const targets = row === undefined ? [] : this.#wires(formerPorts(list)[row]);
    const facts = [
      node._(`socket.${kind}`),
      ...(device === '' || device === label ? [] : [device]),
      ...(row === undefined ? [node._('label.notDrawn')] : []),
      ...(targets.length > 0 ? [node._('label.wiredTo', { targets: targets.join(', ') })] : []),
    ];
    return `${label}: ${facts.join(', ')}`;
  }

  /** A socket leads to its row, and lights its wires. */
  #choose(socket: PicturedSocket): void {
    const { row } = socket;
    if (row !== undefined) this.#label(row).trigger('focus');
    else {
      this.#mark(`[data-gw-socket="${CSS.escape(socket.label)}"]`);
      this.#world.light(undefined);
    }
    $('#gw-box-caption').text(this.#wordsOf(socket));
  }

  /** A row shows its socket, and lights its wires. */
  #point(row: number): void {
    const drawn = this.#rows()[row];
    if (drawn === undefined) return;
    this.#mark(`[data-gw-row="${row}"]`);
    this.#world.light(formerPorts(this.#world.list)[row]);
    $('#gw-box-caption').text($(`#gw-box-picture [data-gw-row="${row}"]`).attr('aria-label') ?? '');
  }

  #mark(selector: string): void {
    $('#gw-box-picture .gw-socket').removeClass('gw-chosen');
    $(`#gw-box-picture ${selector}`).first().addClass('gw-chosen');
  }

  #label(row: number): JQuery {
    return $(`#gw-list-${this.#world.list.field}`).find('[data-gw-field="label"]').eq(row);
  }

  #showComparison(found: BoxProfile): void {
    const { node } = this.#world;
    const box = modelOf(found);
    const comparison = compareBox(this.#rows(), this.#figures(), box);
    const view = comparisonView({
      ...{ node, comparison, title: box.title === '' ? this.#world.gateway() : box.title },
      takeOver: taken => this.#takeOver(found, taken),
      close: () => $('#gw-comparison').empty(),
    });
    $('#gw-comparison').empty().append(view);
    view.scrollIntoView({ block: 'nearest' });
  }

  #figures() {
    const number = (field: string) => Number($(`#node-input-${field}`).val());
    const abilities = this.#source.model()?.abilities ?? {};
    return { vcpus: number('vcpus'), memoryMiB: number('memoryMiB'), abilities };
  }

  /** From now on what is drawn means what the box has there. */
  #takeOver(found: BoxProfile, { rows, added, figures }: TakenOver): void {
    const { node, list } = this.#world;
    const names = new Map<string, string>();
    for (const [index, socket] of rows) {
      names.set(socket.name, this.#rows()[index]?.label ?? '');
      const isCard = socket.connector === 'ethernet';
      fillRow(list, index, { device: socket.device, ...(isCard ? { mac: socket.mac } : {}) });
    }
    for (const socket of added) for (const row of rowOf(socket, 'plant')) addRow(list, { ...row });
    for (const { what, found: value } of figures) $(`#node-input-${what}`).val(String(value)).trigger('change');
    this.#source.keep(boundProfile(found, names));
    this.#showComparison(found);
    this.#source.say(node._('label.takenOver'));
  }
}
