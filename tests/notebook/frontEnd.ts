// A front end that notes what the kernel sends it, for tests of widgets without a browser.
import { type CommData, comms } from '../../src/notebook/comms';
import type { Model, Widget } from '../../src/notebook/widgets';

export interface Sent {
  type: string;
  id: string;
  data: CommData;
  metadata: Record<string, unknown>;
  buffers: readonly Uint8Array[];
}

/** What was sent since {@link connect}. */
export const sent: Sent[] = [];
/** Failures of listeners since {@link connect}. */
export const reported: unknown[] = [];

export function connect(): void {
  sent.length = 0;
  reported.length = 0;
  comms.connect({
    publish: (type, content, { metadata, buffers }) => {
      const { comm_id: id, data } = content as { comm_id: string; data: CommData };
      sent.push({ type, id, data, metadata, buffers });
    },
    report: (error) => reported.push(error),
  });
}

export function disconnect(): void {
  comms.connect(undefined);
}

/** What the page sends after the user has changed a control. */
export function move(widget: Model, state: CommData): void {
  comms.receive('comm_msg', { comm_id: widget.modelId, data: { method: 'update', state, buffer_paths: [] } });
}

/** A message of the widget's own kind from the page. */
export function post(widget: Model, content: CommData): void {
  comms.receive('comm_msg', { comm_id: widget.modelId, data: { method: 'custom', content } });
}

/** The MIME bundle of a widget as the last expression of a cell. */
export function show(widget: Widget): Record<string, unknown> {
  return (widget as unknown as Record<symbol, () => Record<string, unknown>>)[Symbol.for('Jupyter.display')]!();
}

/** The methods of the messages that were sent on behalf of a widget. */
export function methods(widget: Model): unknown[] {
  return sent.filter(({ id }) => id === widget.modelId).map(({ data }) => data['method']);
}

export const settle = () => new Promise((resolve) => setImmediate(resolve));
