// The form of a node, opened as a double click does and left as it was.
import type { Page } from 'playwright-core';

const CANCEL = '#node-dialog-cancel, #node-config-dialog-cancel';

interface FlowNode {
  readonly id: string;
  readonly type: string;
}

/** Runs what the editor itself would at a click. @param code  a statement about `RED` */
export async function inEditor(page: Page, code: string): Promise<void> {
  await page.evaluate(`{ ${code}; undefined }`);
}

/** Waits until its form is there. A node without a place is one of the configuration. */
export async function openNodeForm(page: Page, node: FlowNode): Promise<void> {
  const [id, type] = [JSON.stringify(node.id), JSON.stringify(node.type)];
  await inEditor(
    page,
    'x' in node ? `RED.editor.edit(RED.nodes.node(${id}))` : `RED.editor.editConfig('', ${type}, ${id})`,
  );
  await page.locator(CANCEL).waitFor();
}

export async function leaveNodeForm(page: Page): Promise<void> {
  await page.locator(CANCEL).click();
  await page.locator(CANCEL).waitFor({ state: 'detached' });
}
