// The thread behind libnftables.ts: calls libnftables.so.1 through koffi, one request after the other.
// @see libnftables(3); the context is used by this thread only.
import { parentPort, workerData } from 'node:worker_threads';
import koffi from 'koffi';

export interface ToThread {
  readonly id: number;
  readonly text: string;
  readonly form: 'json' | 'outline';
}
export interface FromThread {
  readonly id: number;
  readonly ok: boolean;
  readonly output: string;
  readonly error: string;
}

/** NFT_CTX_OUTPUT_JSON and NFT_CTX_OUTPUT_TERSE of nftables/libnftables.h. With the first, requests may be JSON too. */
const OUTPUT = { json: 1 << 4, outline: 1 << 11 } as const;
/** CLONE_NEWNET of linux/sched.h: the namespace handed to setns must be a network namespace. */
const NETWORK_NAMESPACE = 0x40000000;
/** O_RDONLY | O_CLOEXEC of fcntl.h on Linux. */
const READ_ONLY = 0o2000000;

/** Moves this thread, and nothing else of the process, into a network namespace [setns(2)]. */
function enterNamespace(path: string): void {
  const libc = koffi.load('libc.so.6');
  const open = libc.func('int open(const char *path, int flags)');
  const setns = libc.func('int setns(int fd, int type)');
  const close = libc.func('int close(int fd)');
  const fd: number = open(path, READ_ONLY);
  if (fd < 0) throw new Error(`the network namespace ${path} cannot be opened`);
  const entered: number = setns(fd, NETWORK_NAMESPACE);
  close(fd);
  if (entered !== 0) throw new Error(`the network namespace ${path} cannot be entered`);
}

function loadLibrary() {
  const library = koffi.load('libnftables.so.1');
  const context = koffi.pointer(koffi.opaque());
  return {
    open: library.func('nft_ctx_new', context, ['uint32']),
    free: library.func('nft_ctx_free', 'void', [context]),
    setFlags: library.func('nft_ctx_output_set_flags', 'void', [context, 'unsigned int']),
    bufferOutput: library.func('nft_ctx_buffer_output', 'int', [context]),
    bufferError: library.func('nft_ctx_buffer_error', 'int', [context]),
    run: library.func('nft_run_cmd_from_buffer', 'int', [context, 'str']),
    output: library.func('nft_ctx_get_output_buffer', 'str', [context]),
    error: library.func('nft_ctx_get_error_buffer', 'str', [context]),
  };
}

if (parentPort !== null) {
  const port = parentPort;
  const { networkNamespace } = workerData as { networkNamespace?: string };
  if (networkNamespace !== undefined) enterNamespace(networkNamespace);
  const nft = loadLibrary();
  // WHY a context per request: it holds the kernel's objects it has seen, and its buffers grow with them.
  const answer = ({ id, text, form }: ToThread): FromThread => {
    const context: unknown = nft.open(0);
    try {
      nft.setFlags(context, OUTPUT[form]);
      nft.bufferOutput(context);
      nft.bufferError(context);
      const code: number = nft.run(context, text);
      return { id, ok: code === 0, output: nft.output(context) ?? '', error: nft.error(context) ?? '' };
    } finally {
      nft.free(context);
    }
  };
  port.on('message', (request: ToThread) => port.postMessage(answer(request)));
  port.postMessage('ready');
}
