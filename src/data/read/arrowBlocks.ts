/** Behind the footer of an Arrow file: its length, and "ARROW1". */
const TAIL_BYTES = 10;
/** A block in the footer (File.fbs of the specification): offset, bytes of metadata (padded), bytes of body. */
const BLOCK_BYTES = 24;
const RECORDS = 3;

/**
 * The same Arrow file with its rows behind its dictionaries. Polars writes dictionaries behind the rows that use them, which the
 * format allows and flechette, which takes the order of a file for that of a stream, does not.
 */
export function withRowsLast(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const footerBytes = view.getInt32(file.byteLength - TAIL_BYTES, true);
  const footerAt = file.byteLength - TAIL_BYTES - footerBytes;
  const blocks = blocksAt(view, footerAt, RECORDS);
  const moved = blocks.map(({ offset, bytes }) => file.subarray(offset, offset + bytes));
  const start = Math.ceil(footerAt / 8) * 8;
  const movedBytes = moved.reduce((sum, bytes) => sum + bytes.length, 0);
  const whole = new Uint8Array(start + movedBytes + footerBytes + TAIL_BYTES);
  whole.set(file.subarray(0, footerAt));
  whole.set(file.subarray(footerAt), start + movedBytes);
  const footer = new DataView(whole.buffer, start + movedBytes);
  let at = start;
  moved.forEach((bytes, k) => {
    whole.set(bytes, at);
    footer.setBigInt64(blocks[k]!.place - footerAt, BigInt(at), true);
    at += bytes.length;
  });
  return whole;
}

/** The blocks of a vector of the footer, and where each stands in it. */
function blocksAt(view: DataView, footerAt: number, field: number): { place: number; offset: number; bytes: number }[] {
  const table = footerAt + view.getInt32(footerAt, true);
  const fields = table - view.getInt32(table, true);
  const slot = 4 + 2 * field;
  const inTable = slot < view.getUint16(fields, true) ? view.getUint16(fields + slot, true) : 0;
  if (inTable === 0) return [];
  const vector = table + inTable + view.getInt32(table + inTable, true);
  return Array.from({ length: view.getInt32(vector, true) }, (_, k) => {
    const place = vector + 4 + BLOCK_BYTES * k;
    const bytes = view.getInt32(place + 8, true) + Number(view.getBigInt64(place + 16, true));
    return { place, offset: Number(view.getBigInt64(place, true)), bytes: Math.ceil(bytes / 8) * 8 };
  });
}
