// Node-RED's notice that somebody else deployed: its button leads to our dialog, and it goes when the dialog has done its work.
import type { Words } from '../words.ts';

/** As Node-RED calls it: a notice of the same name takes the place of the one that is there. */
const NOTICE = 'background-update';

export interface Background {
  /** Somebody deployed and was merged. */
  settled(): void;
}

/**
 * @param deploying  whether this editor deploys right now: then it is told of its own deploy
 * @param review     shows what the other did
 */
export function followBackground(words: Words, deploying: () => boolean, review: () => void): Background {
  let notice: { close(): void } | undefined;
  const settled = () => {
    notice?.close();
    notice = undefined;
  };
  RED.comms.subscribe('notification/runtime-deploy', (_topic, message) => {
    const { revision } = (message ?? {}) as { readonly revision?: unknown };
    const known = RED.nodes.version();
    if (known === null || known === revision || deploying()) return;
    // After Node-RED has shown its own, whoever is told first.
    setTimeout(() => {
      notice = RED.notify($('<p>').text(words('merge.background')), {
        ...{ id: NOTICE, type: 'compact', fixed: true, silent: true },
        buttons: [{ text: words('merge.review'), class: 'primary', click: review }],
      });
    });
  });
  return { settled };
}
